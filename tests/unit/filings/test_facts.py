"""Workbooks and tagged text: concepts become figures, ratios never become shares."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from orchestration.filings.evidence import Fact
from orchestration.filings.facts import metrics_of_facts
from orchestration.filings.inline import read_inline
from orchestration.filings.workbook import read_workbook

BASE = {
    "template_reporting_template_version": "1.2.0",
    "template_reporting_entity_name": "Entreprise",
    "template_reporting_period_startdate": "01/01/2024",
    "template_reporting_period_enddate": "31/12/2024",
}


def workbook(tmp_path, named, broken=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Social Disclosures"
    for k, (name, value) in enumerate({**BASE, **named}.items(), 1):
        sheet.cell(k, 4, value)
        book.defined_names[name] = DefinedName(name, attr_text=f"'Social Disclosures'!$D${k}")
    for name in broken:
        book.defined_names[name] = DefinedName(name, attr_text="'Social Disclosures'!#REF!")
    path = tmp_path / "vsme.xlsx"
    book.save(path)
    return read_workbook(path)


def test_accidents_per_200_000_hours_are_told_per_million(tmp_path):
    reading = workbook(
        tmp_path, {"RateOfRecordableWorkRelatedAccidentsInTheReportingPeriod": 1.3, "EmployeeTurnoverRate": 0.284}
    )
    found = {m.metric_id: m for m in reading.metrics}
    assert found["accident_frequency_rate"].value == pytest.approx(6.5)
    assert found["accident_frequency_rate"].value_printed == "1.3"
    assert found["turnover_rate"].value == pytest.approx(28.4)
    assert reading.fiscal_year == 2024


def test_what_is_no_figure_is_a_silence(tmp_path):
    reading = workbook(
        tmp_path,
        {
            "NumberOfEmployees": 40,
            "GrossScope1GreenhouseGasEmissions": "-",
            "TotalEnergyConsumption": "=D5*2",
            "FemaleToMaleRatioAtManagementLevelForTheReportingPeriod": 0.8,
            "GrossScope3GreenhouseGasEmissions_TargetYearMember": 12,
        },
        broken=("GrossMarketBasedScope2GreenhouseGasEmissions",),
    )
    said = {s.metric_id: s.reason for s in reading.silences}
    assert {m.metric_id for m in reading.metrics} == {"employees"}
    assert said["ghg_scope1"] == "not_found" and said["ghg_scope3"] == "not_found"
    assert said["women_share_managers"] == "ratio_is_no_share"
    assert said["energy_consumption"] == "formula_without_value"
    assert said["ghg_scope2_market"] == "broken_range"


@pytest.mark.parametrize(("unknown", "share"), [(0, 40.0), (10, None)])
def test_women_are_a_share_only_of_all(tmp_path, unknown, share):
    counts = {"NumberOfFemaleEmployees": 20, "NumberOfMaleEmployees": 30, "NumberOfNonReportedGenderEmployees": unknown}
    found = {m.metric_id: m.value for m in workbook(tmp_path, counts).metrics}
    assert found.get("women_share_workforce") == share


def test_another_workbook_is_told(tmp_path):
    path = tmp_path / "x.xlsx"
    openpyxl.Workbook().save(path)
    assert read_workbook(path).marks == ["not_a_template"]


INLINE = """<?xml version="1.0"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:xbrldi="http://xbrl.org/2006/xbrldi"><body><div><ix:header><ix:resources>
<xbrli:context id="now"><xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="old"><xbrli:period><xbrli:startDate>2023-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="part"><xbrli:scenario><xbrldi:explicitMember dimension="d">m</xbrldi:explicitMember></xbrli:scenario>
<xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:unit id="t"><xbrli:measure>utr:tCO2e</xbrli:measure></xbrli:unit><xbrli:unit id="gwh"><xbrli:measure>utr:GWh</xbrli:measure></xbrli:unit>
</ix:resources></ix:header></div>
<p><ix:nonFraction name="esrs:GrossScope1GreenhouseGasEmissions" contextRef="now" unitRef="t" scale="3" format="ixt:num-comma-decimal">1.234,5</ix:nonFraction>
<ix:nonFraction name="esrs:GrossScope1GreenhouseGasEmissions" contextRef="old" unitRef="t">9</ix:nonFraction>
<ix:nonFraction name="esrs:GrossScope3GreenhouseGasEmissions" contextRef="part" unitRef="t">7</ix:nonFraction>
<ix:nonFraction name="vsme:TotalEnergyConsumption" contextRef="now" unitRef="gwh" scale="0" format="ixt:num-dot-decimal">1,200.5</ix:nonFraction></p></body></html>"""


def test_tagged_figures_take_scale_format_and_context(tmp_path):
    path = tmp_path / "x.xhtml"
    path.write_text(INLINE, encoding="utf-8")
    found = {m.metric_id: m for m in read_inline(path).metrics}
    assert found["ghg_scope1"].value == 1234500
    assert found["energy_consumption"].value == 1200500
    assert "ghg_scope3" not in found


def test_entities_are_not_resolved(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("41", encoding="utf-8")
    path = tmp_path / "x.xhtml"
    hostile = INLINE.replace(
        '<?xml version="1.0"?>', f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]>'
    ).replace(">9<", ">&x;<")
    path.write_text(hostile, encoding="utf-8")
    assert all(f.value != "41" for f in read_inline(path).facts)


def fact(value, concept="GrossScope1GreenhouseGasEmissions", unit="u:tCO2e", start="2025-01-01", end="2025-12-31"):
    return Fact(concept, value, unit, start, end, "line 1")


@pytest.mark.parametrize(
    ("facts", "value", "reason"),
    [
        ([fact("1234"), fact("1234")], 1234, None),
        ([fact("1200"), fact("1203.4")], 1203.4, None),
        ([fact("1234"), fact("1432")], None, "two_values"),
        ([fact("600", start="2025-07-01"), fact("1234")], 1234, None),
        ([fact("980", start="2024-01-01", end="2024-12-31"), fact("1234")], 1234, None),
        ([fact("1.5", unit="iso4217:EUR")], None, "printed_unit_contradicts_label"),
    ],
    ids=["repeated", "rounded", "contradicted", "half a year beside the year", "the year before", "in euros"],
)
def test_facts_stated_twice(facts, value, reason):
    found, silences = metrics_of_facts(facts, 2025, method="tag")
    assert {m.metric_id: m.value for m in found}.get("ghg_scope1") == value
    assert {s.metric_id: s.reason for s in silences}.get("ghg_scope1") == reason
