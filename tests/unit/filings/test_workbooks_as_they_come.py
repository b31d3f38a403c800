"""The voluntary standard's workbook as spreadsheets hand it on: other versions, other programs, sheets moved, answers left empty.

What LibreOffice changes is written into the file by hand: cached values and errors beside formulas, names of a sheet.
"""

from __future__ import annotations

import re
import zipfile
from datetime import datetime

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from orchestration.filings.workbook import read_workbook

FIGURES = {
    "NumberOfEmployees": 40,
    "GrossScope1GreenhouseGasEmissions": 120.5,
    "GrossLocationBasedScope2GreenhouseGasEmissions": 60,
    "TotalEnergyConsumption": 900,
}
TOLD = {"employees": 40, "ghg_scope1": 120.5, "ghg_scope2": 60, "ghg_scope2_location": 60, "energy_consumption": 900}


def write(path, figures, *, version="1.3.0", days=("01/01/2024", "31/12/2024"), before=(), after=(), local=False):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Environmental Disclosures"
    named = {
        "template_reporting_template_version": version,
        "template_reporting_entity_name": "Entreprise",
        "template_reporting_period_startdate": days[0],
        "template_reporting_period_enddate": days[1],
        **figures,
    }
    for k, (name, value) in enumerate(named.items(), 1):
        sheet.cell(k, 4, value)
        defined = DefinedName(name, attr_text=f"'Environmental Disclosures'!$D${k}")
        if local and not name.startswith("template_"):
            sheet.defined_names[name] = defined
        else:
            book.defined_names[name] = defined
    for title in before:
        book.create_sheet(title, 0)
    for title in after:
        book.create_sheet(title)
    book.save(path)
    return path


def cached(path, formula, kind, value):
    """Write a cached value, or an error, beside a formula, as a spreadsheet program does."""
    parts = {}
    with zipfile.ZipFile(path) as held:
        parts = {n: held.read(n) for n in held.namelist()}
    for name, data in parts.items():
        if name.startswith("xl/worksheets/"):
            text = data.decode()
            bare = re.escape(formula.lstrip("="))
            text = re.sub(
                rf'<c r="(D\d+)"([^>]*)><f>{bare}</f><v ?/?>(?:</v>)?</c>',
                rf'<c r="\1" t="{kind}"><f>{formula[1:]}</f><v>{value}</v></c>',
                text,
            )
            parts[name] = text.encode()
    assert any(str(value).encode() in data for data in parts.values())
    with zipfile.ZipFile(path, "w") as out:
        for name, data in parts.items():
            out.writestr(name, data)
    return path


def told(path):
    return {m.metric_id: m.value for m in read_workbook(path).metrics}


@pytest.mark.parametrize(
    ("version", "days"),
    [
        ("1.0.0", ("01/01/2024", "31/12/2024")),
        ("1.1.1", (datetime(2024, 1, 1), datetime(2024, 12, 31))),
        ("1.2.0", ("2024-01-01", "2024-12-31")),
        ("1.3.0", ("2024-01-01", "2024-12-31")),
    ],
)
@pytest.mark.parametrize("suffix", ["", "_CurrentlyStatedMember"])
def test_versions_by_their_names(tmp_path, version, days, suffix):
    scopes = {f"{n}{suffix}" if n.startswith("Gross") else n: v for n, v in FIGURES.items()}
    path = write(tmp_path / "x.xlsx", {**scopes, "NumberOfPermanentContactEmployees": 38}, version=version, days=days)
    assert told(path) == TOLD
    reading = read_workbook(path)
    assert reading.fiscal_year == 2024 and reading.named["version"] == version


def test_sheets_in_another_order(tmp_path):
    path = write(tmp_path / "x.xlsx", FIGURES, before=("Notes", "Social Disclosures"), after=("B1",))
    assert told(path) == TOLD


def test_names_that_a_sheet_took_with_it(tmp_path):
    assert told(write(tmp_path / "x.xlsx", FIGURES, local=True)) == TOLD


@pytest.mark.parametrize("answer", [None, "", "-", "N/A", "Nil", "Néant", "Non applicable", "not available", " "])
def test_an_empty_answer_is_a_silence(tmp_path, answer):
    path = write(tmp_path / "x.xlsx", {**FIGURES, "GrossScope1GreenhouseGasEmissions": answer})
    reading = read_workbook(path)
    assert "ghg_scope1" not in {m.metric_id for m in reading.metrics}
    assert {s.metric_id: s.reason for s in reading.silences}["ghg_scope1"] == "not_found"


def test_nought_is_an_answer(tmp_path):
    assert told(write(tmp_path / "x.xlsx", {**FIGURES, "GrossScope1GreenhouseGasEmissions": 0}))["ghg_scope1"] == 0


def test_a_formula_with_its_value_is_read(tmp_path):
    path = write(tmp_path / "x.xlsx", {**FIGURES, "TotalEnergyConsumption": "=D5*20"})
    assert told(cached(path, "=D5*20", "n", "800"))["energy_consumption"] == 800


@pytest.mark.parametrize("error", [None, "#NAME?", "#VALUE!", "#REF!"])
def test_a_formula_without_a_value_says_so(tmp_path, error):
    path = write(tmp_path / "x.xlsx", {**FIGURES, "TotalEnergyConsumption": "=D5*20"})
    if error:
        cached(path, "=D5*20", "e", error)
    reading = read_workbook(path)
    assert {s.metric_id: s.reason for s in reading.silences}["energy_consumption"] == "formula_without_value"
    assert "formula_without_value" in reading.marks


def portail(path, order, *, extra=False):
    """Write Portail RSE's export: groups' headers in row 2, a field's in row 3, values below."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in order:
        book.create_sheet(title)
    book["B1"].cell(2, 2, "Nombre de salariés")
    book["B1"].cell(3, 2, "Nombre de salariés")
    book["B1"].cell(4, 2, 40)
    book["B8"].cell(2, 2, "Taux de rotation")
    book["B8"].cell(3, 2, 0.12 if not extra else None)
    book.save(path)
    return path


@pytest.mark.parametrize("order", [("B1", "B3", "B8"), ("B8", "Lisez-moi", "B3", "B1", "C5")])
def test_portail_rse_in_any_order(tmp_path, order):
    reading = read_workbook(portail(tmp_path / "x.xlsx", order))
    # it says of no year: that of the delivery is given
    assert reading.named["template"] == "portail_rse"
    given = read_workbook(portail(tmp_path / "y.xlsx", order), fiscal_year=2024)
    assert {m.metric_id: m.value for m in given.metrics}["employees"] == 40


def test_portail_rse_left_empty(tmp_path):
    given = read_workbook(portail(tmp_path / "x.xlsx", ("B1", "B3", "B8"), extra=True), fiscal_year=2024)
    assert "turnover_rate" not in {m.metric_id for m in given.metrics}
