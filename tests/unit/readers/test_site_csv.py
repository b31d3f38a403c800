"""The CSV file of an indicator: no cell is a formula, what is withheld has no value, nothing is lost."""

from __future__ import annotations

import csv
import io

from orchestration.readers.site.csv_files import BOM, COLUMNS, csv_files
from orchestration.readers.site.edition import Edition, Row


def edition(figures, name: str) -> Edition:
    """Return what the files need of an edition with one indicator, `i`, in a place of this name."""
    found = Edition.__new__(Edition)
    found.edition_id = "20261124T031500Z"
    found.indicators = {
        "i": Row(name_fr="=1+1", name_en="+name", unit="%"),
        "without": Row(name_fr="sans chiffre", name_en="without", unit="%"),
    }
    found.territories = {("epci", "244400404"): Row(name=name)}
    found.sources = {"insee_filosofi": Row(publisher="@Insee", licence="Licence Ouverte 2.0")}
    found.figures = {"i": {("epci", "244400404"): [f for f in figures if f.breakdown == "total"]}}
    found.parts = {"i": [f for f in figures if f.breakdown != "total"]}
    return found


def test_a_file_says_of_each_figure_what_it_takes_to_quote_it(figure) -> None:
    figures = [
        figure("2018", 12.5, status="provisional", reason="-1 commune; « voir » la note\nde 2018"),
        figure("2019", None, status="suppressed", is_break=True, is_synthetic=True),
        figure("2018", 0.1 + 0.2, breakdown="sex=F"),
    ]
    files = csv_files(edition(figures, "=HYPERLINK(1)"))
    assert list(files) == ["csv/i.csv"]
    text = files["csv/i.csv"]
    assert text.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=";"))
    assert tuple(rows[0]) == COLUMNS and len(rows) == 3
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert [row["value"] for row in rows] == ["12.5", "", repr(0.1 + 0.2)]
    assert rows[0]["territory"] == "'=HYPERLINK(1)" and rows[0]["reason"].startswith(
        "'-1 commune; « voir » la note\nde"
    )
    assert rows[1]["status"] == "suppressed" and (rows[1]["is_break"], rows[1]["is_synthetic"]) == ("true", "true")
    assert {row["licence"] for row in rows} == {"Licence Ouverte 2.0"} and rows[2]["breakdown"] == "sex=F"
    assert {row["edition"] for row in rows} == {"20261124T031500Z"}


def test_a_change_below_zero_is_a_number(figure) -> None:
    # a number is never touched: it is no text that a spreadsheet would act on
    assert ";-3.5;" in csv_files(edition([figure("2018", -3.5)], "Nantes"))["csv/i.csv"]
