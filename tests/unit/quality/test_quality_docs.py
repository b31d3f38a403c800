"""The page for data stewards: complete, in both languages, and without anything from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from orchestration.messages import Message
from orchestration.quality.docs import build_docs
from orchestration.quality.suites import read_suite, suite_files, suite_names
from orchestration.records import CheckOutcome

EXPECTATIONS = Path(__file__).parents[3] / "expectations"


def outcome(name: str, passed: bool, severity: str = "error", text: str = "résultat") -> CheckOutcome:
    return CheckOutcome(
        name=name, asset="insee_neet__rates", severity=severity, passed=passed, message=Message(fr=text, en="result")
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    results = [
        outcome("expect_column_values_to_be_between__neet_rate", True),
        outcome("expect_column_values_to_be_between__neet_rate", False, text="2 sur 3 <script>alert(1)</script>"),
        outcome("expect_column_values_to_be_between__neet_rate", True),
        outcome("expect_column_median_to_be_between__neet_rate", False, "warn"),
        outcome("expect_column_values_to_match_regex__territory_code", True),
    ]
    path = build_docs(results, EXPECTATIONS, tmp_path_factory.mktemp("docs") / "quality")
    assert path.name == "index.html"
    return path.read_text(encoding="utf-8")


def test_each_expectation_and_its_reason_is_there_in_both_languages(page):
    for path in suite_files(EXPECTATIONS):
        for spec in read_suite(path).expectations:
            assert spec.name in page
    assert "Qualité des données" in page and "Data quality" in page
    assert "« neet_rate » vaut entre 0 et 100" in page and "is between 0 and 100" in page
    assert 'lang="en"' in page


def test_the_last_result_is_there_and_a_failure_is_not_hidden_by_a_success(page):
    assert "2 sur 3" in page
    assert page.count('class="failed"') == 2  # one line, and the legend
    assert page.count('class="warned"') == 2
    checks = sum(map(len, suite_names(EXPECTATIONS).values()))
    assert page.count('class="not_run"') == checks - 3 + 1


def test_nothing_is_executed_or_loaded_from_elsewhere(page):
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    assert "@import" not in page and "url(" not in page


def test_the_page_is_well_formed_and_readable_by_a_screen_reader(page):
    class Check(HTMLParser):
        void = {"meta", "br", "link", "img"}

        def __init__(self):
            super().__init__()
            self.open, self.ids, self.targets = [], [], []

        def handle_starttag(self, tag, attrs):
            attributes = dict(attrs)
            if tag not in self.void:
                self.open.append(tag)
            if "id" in attributes:
                self.ids.append(attributes["id"])
            for key in ("aria-labelledby",):
                self.targets += attributes.get(key, "").split()
            if attributes.get("href", "").startswith("#"):
                self.targets.append(attributes["href"][1:])
            if tag == "th":
                assert attributes.get("scope") in ("row", "col")

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    check = Check()
    check.feed(page)
    assert not check.open
    assert len(check.ids) == len(set(check.ids))
    assert set(check.targets) <= set(check.ids)
    assert page.lstrip().startswith("<!doctype html>") and '<html lang="fr">' in page


def test_a_file_may_be_asked_for(tmp_path):
    assert build_docs([], EXPECTATIONS, tmp_path / "a" / "checks.html") == tmp_path / "a" / "checks.html"
