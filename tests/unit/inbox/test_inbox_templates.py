"""A template asks for exactly what is read, and comes back without a word."""

from __future__ import annotations

import re
from datetime import date

import openpyxl
import pytest
from inbox_fakes import NOW

from orchestration.base.messages import Refusal
from orchestration.conforming import conform
from orchestration.conforming.headers import HeaderFinder
from orchestration.inbox.templates import DATA_SHEET, LEGEND_SHEET, load_legend, team_tables, templates, write_template
from orchestration.reading import read_table
from tests.words import en, fr

TEAM = {
    "audience": "audience.xlsx",
    "dpef_filings": "registre.xlsx",
    "lucie_labels": "labels-rse.xlsx",
    "match_reviews": "rapprochements.xlsx",
    "platform_members": "membres-plateforme.xlsx",
    "programmes": "programmes.xlsx",
    "projects": "projets.xlsx",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from orchestration.base.settings import Settings

    out = tmp_path_factory.mktemp("templates")
    written = templates(Settings.load(home=out / "home"), out)
    assert {p.name for p in written} == set(TEAM.values())
    return out


def spec_of(source, table):
    return next(s for s in source.tables[table].files if s.format == "table")


def read(source, table, path, **options):
    spec = spec_of(source, table)
    finder = HeaderFinder(source.tables[table], spec.layout, None)
    return read_table(path, name=path.name, known_headers=finder.count, sheet=spec.sheet, **options)


def fill(path, out, rows):
    """Type `rows` (header → text) into the data sheet as a person does: dates and numbers as such."""
    book = openpyxl.load_workbook(path)
    sheet = book[DATA_SHEET]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for number, row in enumerate(rows, start=2):
        for header, text in row.items():
            if not text:
                continue
            day = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
            value = date(int(day[3]), int(day[2]), int(day[1])) if day else text
            if header in ("Exercice", "Année", "Visites", "Visiteurs", "Valeur"):
                value = int(text)
            sheet.cell(row=number, column=columns[header], value=value)
    book.save(out)


@pytest.mark.parametrize("source_id", sorted(TEAM))
def test_a_filled_template_is_read_without_a_word(catalogue, folder, tmp_path, source_id):
    source = catalogue[source_id]
    (table,) = [t for s, t in team_tables(catalogue) if s.source_id == source_id]
    sample = next(p for p in sorted(source.sample_path.rglob("*.csv")))
    raw = read(source, table, sample)
    rows = [dict(zip(raw.header, row, strict=True)) for row in raw.rows]
    filled = tmp_path / TEAM[source_id]
    fill(folder / TEAM[source_id], filled, rows)
    again = read(source, table, filled)
    spec = spec_of(source, table)
    conformed = conform(
        source.tables[table], spec, again, table_name=table, file_name=filled.name, columns_file="", vintage_year=2026
    )
    assert again.sheet == DATA_SHEET
    assert (
        [a for a in again.adaptations if a.kind not in spec.usual] == []
        and conformed.notes == []
        and conformed.rejected == []
    )
    from_csv = conform(
        source.tables[table], spec, raw, table_name=table, file_name=sample.name, columns_file="", vintage_year=2026
    )
    columns = [c for c in conformed.frame.columns if c != "_row"]
    assert conformed.frame[columns].astype(str).equals(from_csv.frame[columns].astype(str))


@pytest.mark.parametrize("source_id", sorted(TEAM))
def test_an_empty_template_holds_headers_and_no_row(catalogue, folder, source_id):
    source = catalogue[source_id]
    (table,) = [t for s, t in team_tables(catalogue) if s.source_id == source_id]
    raw = read(source, table, folder / TEAM[source_id], empty_allowed=True)
    assert raw.rows == []
    first = [c.headers[0].text for c in source.tables[table].columns if c.headers]
    assert raw.header == first
    with pytest.raises(Refusal) as refusal:
        read(source, table, folder / TEAM[source_id])
    assert "aucune donnée" in fr(refusal.value.reason)


def test_an_empty_template_in_the_inbox_is_told_to_be_filled(home, folder):
    home.drop("projets.xlsx", folder / "projets.xlsx")
    (answer,) = home.take_all()
    assert answer.state == "refused" and home.asked == []
    text = home.answer("projets.xlsx.refused.md")
    assert "c'est un modèle qui n'est pas encore rempli" in text
    assert "Remplir au moins une ligne de la feuille « Données »" in text


def test_lists_formats_and_rules(folder):
    sheet = openpyxl.load_workbook(folder / "membres-plateforme.xlsx")[DATA_SHEET]
    assert sheet.freeze_panes == "A2" and sheet.max_row == 1
    rules = {str(r.sqref).split(":")[0]: r for r in sheet.data_validations.dataValidation}
    assert rules["B2"].type == "custom" and rules["B2"].formula1 == "AND(LEN(B2)=9,ISNUMBER(VALUE(B2)))"
    assert sheet.column_dimensions["B"].number_format == "@"
    assert rules["C2"].type == "list" and rules["C2"].showErrorMessage and rules["C2"].formula1 == "Listes!$C$2:$C$7"
    assert rules["D2"].type == "date" and sheet.column_dimensions["D"].number_format == "dd/mm/yyyy"
    lists = openpyxl.load_workbook(folder / "membres-plateforme.xlsx")["Listes"]
    assert lists.sheet_state == "hidden"
    assert [c.value for c in lists["C"]][1:3] == ["Entreprises et réseaux", "Institutions"]
    assert [c.value for c in lists["F"]][1:3] == ["oui", "non"]


def test_usual_values_are_offered_and_not_enforced(folder):
    book = openpyxl.load_workbook(folder / "labels-rse.xlsx")
    rule = next(r for r in book[DATA_SHEET].data_validations.dataValidation if str(r.sqref).startswith("A2"))
    assert rule.type == "list" and not rule.showErrorMessage
    assert "LUCIE 26000" in [c.value for c in book["Listes"]["A"]]


def test_texts_of_prompts_fit_what_a_spreadsheet_allows(folder):
    for name in TEAM.values():
        for rule in openpyxl.load_workbook(folder / name)[DATA_SHEET].data_validations.dataValidation:
            assert 0 < len(rule.prompt) <= 255 and len(rule.promptTitle) <= 32 and len(rule.error or "") <= 255


def test_the_legend_is_in_both_languages_french_first(folder):
    sheet = openpyxl.load_workbook(folder / "audience.xlsx")[LEGEND_SHEET]
    texts = [str(c.value) for row in sheet.iter_rows() for c in row if c.value]
    assert texts.index("Nom de la colonne") < texts.index("Column's name")
    assert (
        "« Mois »" in texts
        and "le mois, écrit par son premier jour" in texts
        and "the month, written by its first day" in texts
    )
    assert any("plateforme, observatoire" in t for t in texts)


def test_every_column_of_the_team_has_a_legend_and_every_legend_a_column(catalogue):
    import csv

    for source, table in team_tables(catalogue):
        names = {c.name for c in source.tables[table].columns if c.headers}
        legend = load_legend(source, table)
        assert all(fr(legend[n].meaning) and en(legend[n].meaning) for n in names)
        with (source.path / "legend.csv").open(encoding="utf-8") as handle:
            written = [r["canonical"] for r in csv.DictReader(handle) if r["table"] == table]
        assert set(written) == names and len(written) == len(names)


def test_a_table_of_documents_has_no_template(catalogue, tmp_path):
    with pytest.raises(ValueError, match="no table of cells"):
        write_template(catalogue["dpef_filings"], "pages", tmp_path / "x.xlsx")


def test_a_filled_template_under_any_name_is_taken(home, folder, tmp_path):
    filled = tmp_path / "x.xlsx"
    fill(folder / "audience.xlsx", filled, [{"Mois": "01/10/2026", "Pages": "observatoire", "Visites": "1900"}])
    home.drop("Copie de Classeur1 (2).xlsx", filled)
    (answer,) = home.take_all()
    assert (answer.state, answer.source, answer.vintage, answer.rows_kept) == (
        "accepted",
        "audience",
        f"{NOW:%Y-%m}",
        1,
    )
    assert home.taken() == ["audience/2026-11/audience.xlsx"]
