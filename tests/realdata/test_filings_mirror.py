"""Filings of the mirror, held against what a person read on their pages (`tests/data/filings/`).

The shapes of icons were made from some of Carrefour's and Casino's; EDF's and Total's are seen here for the first time.
No text of these filings names a goal by its number: mentions in text are held by the unit tests.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from orchestration.filings import read_document

pytestmark = pytest.mark.realdata
LABELS = Path(__file__).parents[1] / "data" / "filings"
FILES = (
    "2018/casino_2018_dpef.pdf",
    "2018/edf_2018_debug.pdf",
    "2018/psa_2017_debug.pdf",
    "2018/total_2018_debug.pdf",
    "2022/DPEF_Carrefour_2022.pdf",
    "2022/auchan_2022_6p.pdf",
)


def labels(name):
    with (LABELS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def readings(mirror):
    found = {f: mirror / "dpef_filings" / f for f in FILES}
    if not all(p.is_file() for p in found.values()):
        pytest.skip("the filings are not in the mirror")
    return {f: read_document(p) for f, p in found.items()}


def test_icons_are_found_and_none_is_invented(readings):
    shown = {(r["file"], int(r["page"]), int(g)) for r in labels("icons.csv") for g in r["goals"].split()}
    found = {(f, m.page, m.sdg_id) for f, r in readings.items() for m in r.mentions if m.method in ("icon", "banner")}
    right = len(shown & found)
    assert right / len(shown) >= 0.95, sorted(shown - found)
    assert right / max(len(found), 1) >= 0.98, sorted(found - shown)


def test_no_text_is_taken_for_a_goal(readings):
    # « 13 ODD », tabs « 1 4 7 2 5 8 3 6 9 », « Gender Equality European & International Standard »
    assert [m for r in readings.values() for m in r.mentions if m.method not in ("icon", "banner")] == []


def test_figures_are_right_or_silent(readings):
    printed = {(r["file"], r["metric_id"]): (float(r["value"]), int(r["page"])) for r in labels("metrics.csv")}
    found = {(f, m.metric_id): (m.value, m.page) for f, r in readings.items() for m in r.metrics if m.is_chosen}
    right = {k for k, v in found.items() if k in printed and printed[k] == pytest.approx(v)}
    assert len(right) / len(printed) >= 0.85, sorted(set(printed) - right)
    assert len(set(found) - right) / len(found) <= 0.05, {k: found[k] for k in set(found) - right}


def test_silences_have_their_reasons(readings):
    said = {(f, s.metric_id): s.reason for f, r in readings.items() for s in r.silences}
    assert said["2022/auchan_2022_6p.pdf", "accident_severity_rate"] == "printed_unit_contradicts_label"
    assert said["2022/auchan_2022_6p.pdf", "disabled_share"] == "two_perimeters"
    assert said["2018/total_2018_debug.pdf", "ghg_scope1"] == "two_perimeters"
    assert said["2018/total_2018_debug.pdf", "ghg_scope1_2"] == "not_the_group"


def test_the_template_is_read_as_its_publisher_reads_it(mirror):
    """EFRAG's own converter is the oracle: every fact of one value that it finds in the filled template is found here."""
    folder = mirror / "efrag" / "vsme_template"
    if not folder.is_dir():
        pytest.skip("the templates are not in the mirror")
    facts = json.loads((folder / "vsme-1.2.0-facts.json").read_text(encoding="utf-8"))["facts"]
    found = defaultdict(set)
    for fact in read_document(folder / "VSME-Digital-Template-Sample-1.2.0.xlsx").facts:
        found[fact.concept].add(fact.value)
    missing = []
    for fact in facts:
        concept, value = fact["concept"].partition(":")[2], fact["value"]
        scale = 0.01 if fact["aspects"].get("numeric-scale") == '"-2"' else 1
        try:
            number = float(value) * scale
        except ValueError:
            continue
        held = [
            float(v) for v in found[concept] if v.replace(".", "", 1).replace("-", "", 1).replace("e", "", 1).isdigit()
        ]
        if not any(h == pytest.approx(number) for h in held):
            missing.append((concept, value))
    assert len(missing) <= 0.1 * len(facts), missing


@pytest.mark.parametrize("version", ["1.0.0", "1.1.1", "1.2.0"])
def test_blank_templates_state_nothing(mirror, version):
    path = mirror / "efrag" / "vsme_template" / f"VSME-Digital-Template-{version}.xlsx"
    if not path.is_file():
        pytest.skip("the templates are not in the mirror")
    assert read_document(path).metrics == []
