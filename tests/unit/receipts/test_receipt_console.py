"""The receipt on a terminal."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from receipt_fakes import CATALOGUE, HOME, NEW, STANDING, check, comparison, outcome, refused, say, taken

from orchestration.receipts import print_console
from orchestration.records.outcome import FileOutcome
from tests.words import fr


def _print(*arguments: object, **named: object) -> str:
    stream = io.StringIO()
    print_console(*arguments, file=stream, **named)  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_partial_success_says_what_to_do_and_where() -> None:
    missing = FileOutcome(source="blab_bcorp", state="missing")
    adapted = taken("2019", state="adapted", reason=say("colonne renommée"))
    text = _print(
        outcome(taken(), adapted, refused(), missing, exit_code=3, checks=[check(False, "warn")]),
        Path("/srv/observatoire"), "fr", catalogue=CATALOGUE, comparison=comparison(),
    )  # fmt: skip
    assert text.startswith(f"Nouvelle édition publiée : {NEW} (1 fichier refusé")
    assert "Revenus et pauvreté" in text and "1 pris, 1 adapté" in text
    assert "refusé — Index de l'égalité (index-01.xlsx) : ligne 12 : note 185 (fr)" in text
    assert "→ demander un nouveau fichier (fr) (service Égalité)" in text
    assert "à regarder — cc_2019.csv : colonne renommée (fr)" in text
    assert "Sans fichier : blab_bcorp" in text
    assert "! taux hors de 0–100 (fr) [fct_indicator_value]" in text
    assert "nouveaux : 1\u202f500, révisés : 20, disparus : 1 (voir le reçu)." in text
    assert f"Édition : /srv/observatoire/editions/{NEW}" in text
    assert f"Reçu : /srv/observatoire/editions/{NEW}/receipt.md\n" in text
    assert "\x1b" not in text


def test_how_much_of_the_territory_is_known_and_that_samples_are_samples() -> None:
    given = {"realm": "sample", "home": HOME, "standing": STANDING}
    text = _print(outcome(taken(), **given), None, "fr", catalogue=CATALOGUE, comparison=comparison())
    assert text.splitlines()[0].startswith("Échantillons :")
    assert "2 objectifs sur 4 et 3 indicateurs sur 7 ont une valeur de Nantes Métropole.\n" in text
    assert "2 sources en retard sur 3 : observatory status\n" in text
    first = _print(outcome(taken(), refused(), exit_code=3), None, "fr", comparison=comparison(before=None))
    assert "derniers bons" not in first and "Échantillons" not in first
    assert "il n'y en avait encore aucune" in _print(outcome(published=False, exit_code=4, edition=None))


def test_a_command_in_an_action_is_not_cut_in_two() -> None:
    long = say("x" * 120 + " lancer « observatory refresh --from live --only ameli_work_accidents » puis recommencer")
    file = refused().model_copy(update={"action": long, "reason": long})
    text = _print(
        outcome(file, exit_code=4, published=False, note=long, action=long, checks=[check(False, text=fr(long))]),
        None,
        "fr",
    )
    assert text.count("« observatory refresh --from live --only ameli_work_accidents »") == 5


def test_in_english_without_a_catalogue() -> None:
    text = _print(outcome(taken(), refused(), exit_code=3), None, "en")
    assert "New edition published" in text and "insee_filosofi" in text
    assert "refused — egapro_index (index-01.xlsx): ligne 12 : note 185 (en)" in text
    assert f"Edition: editions/{NEW}" in text


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "Rien de neuf"), (4, "Aucune nouvelle édition publiée"), (5, "Une autre actualisation")],
)
def test_nothing_published(code: int, words: str) -> None:
    text = _print(outcome(published=False, exit_code=code, note=say("note"), action=say("agir")))
    assert text.startswith(words)
    assert "note (fr)" in text and "→ agir (fr)" in text and "Édition :" not in text


def test_brackets_of_a_file_name_are_kept() -> None:
    file = taken(state="refused", file="cc[2018].csv", reason=say("[bold]illisible"))
    text = _print(outcome(file, exit_code=3))
    assert "cc[2018].csv" in text and "[bold]illisible" in text


def test_long_lists_fold_and_a_long_path_is_not_cut() -> None:
    home = Path("/srv") / ("x" * 200)
    text = _print(outcome(*(refused(i, f"ligne {i}") for i in range(30)), exit_code=3), home)
    assert "… et 15 autres remarques (voir le reçu)" in text
    assert f"Édition : {home}/editions/{NEW}\n" in text


def test_standard_output_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    print_console(outcome(taken()))
    captured = capsys.readouterr()
    assert NEW in captured.out and captured.err == ""


def test_importing_the_rooms_loads_nothing_heavy() -> None:
    program = (
        "import sys, orchestration.editions, orchestration.receipts;"
        "print([m for m in ('duckdb', 'jinja2', 'rich', 'dagster', 'pandas') if m in sys.modules])"
    )
    project = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=project)
    assert done.stdout.strip() == "[]"
