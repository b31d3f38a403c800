"""One company at the prompt, on an edition of the embedded samples: what is known of it, refusals, the workbook of self-assessment."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pytest

from orchestration.readers.companies.workbook import ANSWER, NAME
from tests.conftest import Answer, observatory

# of the sample of the gender equality index: 100 points for 2020, in Loire-Atlantique; the publisher's own row
KNOWN = "775605611"


def test_a_company_is_told_with_source_and_year(first_refresh: tuple[Path, Answer]) -> None:
    said = observatory("company", KNOWN, "--home", first_refresh[0])
    assert said.code == 0, said.err
    assert "100 sur 100 pour 2020" in said.out
    assert "Index de l'égalité professionnelle entre les femmes et les hommes" in said.out
    data = observatory("company", KNOWN, "--home", first_refresh[0], "--json").receipt
    assert (data["siren"], data["facts"]["index_score"], data["facts"]["department_code"]) == (KNOWN, 100.0, "44")


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("5,52E+08", 2, "tableur"),
        ("775605612", 2, "clé de contrôle"),
        ("77560561", 2, "coupé"),
        # a SIREN that could be: nobody's in the samples, or somebody's who may not be named; neither is said
        ("732829320", 3, "ne dit pas lequel des deux"),
    ],
)
def test_what_is_no_siren_or_not_known_is_refused_in_words(
    first_refresh: tuple[Path, Answer], given: str, code: int, words: str
) -> None:
    said = observatory("company", given, "--home", first_refresh[0])
    assert (said.code, said.out) == (code, "")
    assert words in said.err and "Traceback" not in said.err


def test_the_workbook_is_written_filled_in_and_placed(first_refresh: tuple[Path, Answer], tmp_path: Path) -> None:
    path = tmp_path / "auto.xlsx"
    assert observatory("assess", "--template", path, "--home", first_refresh[0]).code == 0
    assert observatory("assess", "--template", path, "--home", first_refresh[0]).code == 2
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    given = {"staff": 600, "index": 60, "ghg": "oui", "goal_15": "oui"}
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, ANSWER).value = given.get(sheet.cell(row, NAME).value)
    book.save(path)
    data = observatory("assess", path, "--home", first_refresh[0], "--json").receipt
    assert data["unread"] == []
    assert any("bilan d’émissions" in line for line in data["placed"])


def test_figures_of_invented_statements_say_so(first_refresh: tuple[Path, Answer]) -> None:
    with duckdb.connect(str(first_refresh[0] / "editions/current/observatory.duckdb"), read_only=True) as edition:
        said = edition.execute(
            "SELECT source_id, bool_and(is_synthetic), bool_or(is_synthetic) FROM mart_company_benchmark GROUP BY 1 ORDER BY 1"
        ).fetchall()
    # the statements of the samples are of companies that do not exist; the other two are extracts of real registers
    assert said == [("ademe_ghg_reports", False, False), ("dpef_filings", True, True), ("egapro_index", False, False)]


def test_a_statement_is_told_with_its_figures_and_the_law_with_its_article(first_refresh: tuple[Path, Answer]) -> None:
    said = (
        observatory("company", "000015180", "--home", first_refresh[0]).out.replace("\u202f", " ").replace("\xa0", " ")
    )
    assert "Effectif (2023) : 640 personnes, page 2" in said
    assert "Il manque : " in said and "Textes : C. com." in said
