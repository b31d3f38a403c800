"""The page for data stewards: complete, in both languages, and without anything from elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from orchestration.base.messages import Message
from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.lake.register import SourceState, Vintage
from orchestration.quality.docs import House, build_docs
from orchestration.quality.remembered import Remembered, last_results, remember_checks
from orchestration.quality.suites import read_suite, suite_files, suite_names
from orchestration.records.outcome import CheckOutcome, RefreshOutcome
from tests.words import fr

EXPECTATIONS = PROJECT / "expectations"
NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
RATE = "expect_column_values_to_be_between__neet_rate"


def check(name: str, passed: bool, severity: str = "error", text: str = "résultat", **more) -> CheckOutcome:
    return CheckOutcome(
        **{"asset": "insee_neet.rates"} | more,
        name=name,
        severity=severity,
        passed=passed,
        message=Message.of(fr=f"demande : {text}", en="demand: result"),
        found=Message.of(fr=text, en="result"),
    )


def kept(*args, **more) -> Remembered:
    return Remembered(outcome=check(*args, **more), run_id="r", at=NOW, realm="real")


def outcome(*checks: CheckOutcome, at: datetime = NOW, edition: str | None = None) -> RefreshOutcome:
    return RefreshOutcome(
        run_id=f"{at:%H%M}",
        started_at=at,
        finished_at=at,
        territory="244400404",
        channel="mirror",
        realm="real",
        checks=list(checks),
        edition=edition,
        published=edition is not None,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    results = [
        kept(RATE, True, vintage="2018", text="219 valeurs vérifiées"),
        kept(RATE, False, text="2 sur 3 <script>alert(1)</script>", vintage="2019"),
        kept("expect_column_values_to_match_regex__territory_code", True, vintage="2018"),
        kept("expect_column_values_to_match_regex__territory_code", True, vintage="2019"),
        kept("expect_column_median_to_be_between__neet_rate", False, "warn", vintage="2018"),
    ]
    states = {
        "insee_neet": SourceState(tables={"rates": {"2018": Vintage(path="x", rows=9)}}),
        "insee_sirene": SourceState(tables={"counts": {"2026-02": Vintage(path="x", rows=2_000_000)}}),
    }
    house = House(
        load_catalogue(PROJECT / "sources"),
        states,
        edition="20261124T041840Z",
        dbt_project_path=PROJECT / "dbt_project",
    )
    path = build_docs(results, EXPECTATIONS, tmp_path_factory.mktemp("docs") / "quality", house=house, now=NOW)
    assert path.name == "index.html"
    return path.read_text(encoding="utf-8")


def section(page: str, asset: str) -> str:
    start = page.index(f'<section class="table" id="{asset}"')
    return page[start : page.index("</section>", start)]


def test_each_expectation_is_there_in_both_languages(page):
    for path in suite_files(EXPECTATIONS):
        for spec in read_suite(path).expectations:
            assert f'id="{path.stem.replace(".", "__")}--{spec.name}"' in page
    assert "Qualité des données" in page and "Data quality" in page
    assert "« neet_rate » vaut entre 0 et 100" in page and "is between 0 and 100" in page


def test_a_failure_stands_first_with_its_figures_its_vintage_its_day_and_who_acts(page):
    attention = page[page.index('id="attention"') : page.index("<nav")]
    assert attention.count('class="attention failed"') == 1 and attention.count('class="attention warned"') == 1
    for said in ("2 sur 3", "millésime 2019, le 24/11/2026", "En cas d&#39;échec :", "l&#39;équipe données"):
        assert said in attention
    # what held on another vintage does not hide it, and is told too
    assert "219 valeurs vérifiées" in section(page, "insee_neet__rates")
    assert "sur 2 millésimes" in section(page, "insee_neet__rates")


def test_a_table_never_checked_says_why(page):
    checks = sum(map(len, suite_names(EXPECTATIONS).values()))
    assert f'<strong>{checks - 3}</strong><span class="state not_run">' in page
    assert "encore reçu aucun fichier" in section(page, "programmes__figures")
    assert "la table dépasse 500" in section(page, "insee_sirene__counts")
    assert "à la prochaine actualisation" in section(page, "dim_sdg")


def test_a_column_is_told_by_the_publisher_s_header(page):
    assert "part_non_inseres" in section(page, "insee_neet__rates")
    assert "Number of the goal, 1–17." in section(page, "dim_sdg")


def test_nothing_is_executed_or_loaded_from_elsewhere(page):
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    assert "@import" not in page and "url(" not in page


def test_the_page_is_well_formed_and_readable_by_a_screen_reader(page):
    class Check(HTMLParser):
        void = frozenset({"meta", "br", "link", "img", "input"})

        def __init__(self):
            super().__init__()
            self.open, self.ids, self.targets, self.headings, self.captions, self.tables = [], [], [], [], 0, 0

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
            self.captions += tag == "caption"
            self.tables += tag == "table"
            if re.fullmatch("h[1-6]", tag):
                self.headings.append(int(tag[1]))

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    found = Check()
    found.feed(page)
    assert not found.open
    assert len(found.ids) == len(set(found.ids))
    assert set(found.targets) <= set(found.ids)
    assert found.captions == found.tables > 30
    assert found.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(found.headings, found.headings[1:], strict=False))
    assert page.lstrip().startswith("<!doctype html>") and '<html lang="fr">' in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme):
    """Every colour of text against every ground that it is set on: 4.5 to 1 at least (WCAG 1.4.3)."""
    style = (PROJECT / "orchestration/quality/docs.html.j2").read_text(encoding="utf-8")
    colours = [
        dict(re.findall(r"--(\w+): #(\w+)", block)) for block in re.findall(r":root \{([^}]*--good[^}]*)\}", style)
    ]
    met = colours[("light", "dark").index(scheme)]

    def luminance(code: str) -> float:
        code = "".join(c * 2 for c in code) if len(code) == 3 else code
        parts = [int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ground in ("paper", "soft", "badsoft", "warnsoft"):
        for ink in ("ink", "mute", "link", "good", "bad", "warn"):
            low, high = sorted((luminance(met[ground]), luminance(met[ink])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, f"{ink} on {ground} ({scheme})"


# what is kept between refreshes -------------------------------------------------------------------


def test_the_last_result_of_each_check_and_vintage_is_kept(tmp_path):
    remember_checks(
        tmp_path, outcome(check(RATE, False, text="hier", vintage="2018"), check(RATE, True, vintage="2019"))
    )
    # the next refresh ran nothing on that table
    remember_checks(tmp_path, outcome(check("other", True, asset="dim_sdg"), at=NOW + timedelta(days=1), edition="e2"))
    found = last_results(tmp_path).checks
    old = found[f"insee_neet__rates|{RATE}|2018"]
    assert (old.outcome.passed, old.at, fr(old.outcome.found)) == (False, NOW, "hier")
    assert found[f"insee_neet__rates|{RATE}|2019"].outcome.passed
    assert found["dim_sdg|other|"].edition == "e2"
    # and a file that was put right is no failure any more
    remember_checks(tmp_path, outcome(check(RATE, True, vintage="2018"), at=NOW + timedelta(days=2)))
    assert last_results(tmp_path).checks[f"insee_neet__rates|{RATE}|2018"].outcome.passed


def test_damaged_memory_is_no_accident(tmp_path, caplog):
    (tmp_path / "checks.json").write_text("[", encoding="utf-8")
    assert last_results(tmp_path).checks == {}
    assert "checks.json" in caplog.text


def test_the_command_writes_the_page_where_it_is_told(tmp_path):
    from orchestration.cli.app import app

    run = CliRunner().invoke(app, ["docs", "--home", str(tmp_path / "home")])
    assert run.exit_code == 0, run.output
    written = tmp_path / "home" / "docs" / "index.html"
    assert run.output.strip() == str(written)
    assert "Aucun contrôle n&#39;a encore été fait" in written.read_text(encoding="utf-8")
    out = tmp_path / "a" / "checks.html"
    assert CliRunner().invoke(app, ["docs", str(out), "--home", str(tmp_path / "home")]).exit_code == 0
    assert out.is_file()


def test_an_expectation_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    from orchestration.cli.app import app

    (tmp_path / "expectations" / "marts").mkdir(parents=True)
    (tmp_path / "expectations" / "marts" / "dim_sdg.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("OBSERVATORY_EXPECTATIONS_PATH", str(tmp_path / "expectations"))
    run = CliRunner().invoke(app, ["docs", "--home", str(tmp_path / "home")])
    assert run.exit_code == 2 and "marts/dim_sdg.json: line 1" in run.output
