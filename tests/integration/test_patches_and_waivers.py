"""A renamed column and a waived anomaly, all the way: the line that is proposed, its yes, the waiver and its end.

The project's contracts, suites and models are copied: nothing is ever written to its own `sources/`.
"""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.base.settings import PROJECT
from tests.conftest import Answer, observatory

pytestmark = pytest.mark.slow

TODAY = date.today()
FAR, SOON, GONE = TODAY + timedelta(days=200), TODAY + timedelta(days=10), TODAY - timedelta(days=1)
EPCI, DEPARTMENT = "neet_epci_2018.csv", "neet_dpt_2018.csv"
LINE = "rates,,neet_rate,part_des_non_inseres,,,,,,,,,,,"
RULE = "rule one to seventeen"
BETWEEN, COUNT = "expect_column_values_to_be_between__neet_rate", "expect_table_row_count_to_be_between"


def waivers(reference: date) -> str:
    entries = [
        f'{{source: insee_neet, vintage: "2018", check: reference, until: {reference}}}',
        f'{{source: insee_neet, table: rates, check: "expectation:{BETWEEN}", until: {SOON}}}',
        f'{{source: marts, table: dim_sdg, check: "expectation:{COUNT}", until: {FAR}}}',
        f'{{source: marts, check: "test:never_true", until: {FAR}}}',
        f'{{source: marts, check: "test:rules_dim_sdg/{RULE}", until: {FAR}}}',
        f'{{source: marts, check: "test:no_such_test", until: {FAR}}}',
    ]
    said = "why: agreed with the platform in its meeting, who: mission RSE"
    return "waivers:\n" + "".join(f"  - {e[:-1]}, {said}}}\n" for e in entries)


def bounded(path: Path, name: str, **bounds: int) -> None:
    """Let the expectation of that name fail."""
    suite = json.loads(path.read_text(encoding="utf-8"))
    (spec,) = [
        e
        for e in suite["expectations"]
        if e["type"] == name.partition("__")[0] and e["kwargs"].get("column", "neet_rate") == "neet_rate"
    ]
    spec["kwargs"] |= bounds
    path.write_text(json.dumps(suite), encoding="utf-8")


class Walk:
    """A project, a delivery and a home; `steps`: what each command answered, by name."""

    def __init__(self, root: Path, samples: Path) -> None:
        self.project, self.home, self.delivery = root / "project", root / "home", root / "delivery"
        for name in ("sources", "expectations", "dbt_project"):
            shutil.copytree(PROJECT / name, self.project / name)
        bounded(self.project / "expectations/sources/insee_neet.rates.json", BETWEEN, max_value=5)
        bounded(self.project / "expectations/marts/dim_sdg.json", COUNT, min_value=1, max_value=16)
        (self.project / "dbt_project/tests/never_true.sql").write_text("select * from {{ ref('dim_sdg') }}\n")
        marts = self.project / "dbt_project/models/marts/core/core.yml"
        text = marts.read_text(encoding="utf-8")
        assert text.count("sdg_id between 1 and 17") == 1
        marts.write_text(text.replace("sdg_id between 1 and 17", "sdg_id between 1 and 15"), encoding="utf-8")
        shutil.copytree(samples / "insee_neet", self.delivery / "insee_neet")
        self.edit(EPCI, "part_non_inseres", "part_des_non_inseres")
        self.edit(DEPARTMENT, "31;Haute-Garonne;2013;13,80", "31;Haute-Garonne;2013;33,90")
        self.steps: dict[str, Answer] = {}

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.delivery / "insee_neet/2018" / file
        text = path.read_text(encoding="utf-8-sig")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def waive(self, reference: date) -> None:
        (self.project / "waivers.yml").write_text(waivers(reference), encoding="utf-8")

    def run(self, name: str, *arguments: str | Path) -> None:
        env = {
            f"OBSERVATORY_{key}_PATH": str(self.project / folder)
            for key, folder in (
                ("SOURCES", "sources"),
                ("EXPECTATIONS", "expectations"),
                ("DBT_PROJECT", "dbt_project"),
            )
        }
        self.steps[name] = observatory(*arguments, "--home", self.home, "--json", env=env)

    def file(self, step: str, file: str) -> dict:
        return next(s for s in self.steps[step].receipt["sources"] if s["file"] == file)

    def check(self, step: str, name: str) -> dict:
        return next(c for c in self.steps[step].receipt["checks"] if c["name"] == name and not c["passed"])

    def rates(self, step: str, code: str) -> dict[str, float]:
        path = self.home / "editions" / self.steps[step].receipt["edition"] / "observatory.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return dict(
                connection.execute(
                    "SELECT period, value FROM fct_indicator_value WHERE indicator_id = 'sdg08_neet_rate' AND territory_code = ?",
                    [code],
                ).fetchall()
            )


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, sample_mirror: Path) -> Walk:
    walk = Walk(tmp_path_factory.mktemp("patches"), sample_mirror)
    walk.waive(SOON)
    walk.run("first", "refresh", "--from", walk.delivery)
    file = walk.delivery / "insee_neet/2018" / EPCI
    walk.run("accepted", "check", "insee_neet", file, "--accept", "--yes")
    walk.waive(GONE)
    walk.run("second", "refresh", "--from", walk.delivery)
    walk.run("status", "status")
    return walk


def test_the_proposed_line_lies_beside_every_receipt(walk: Walk):
    answer = walk.steps["first"]
    assert answer.code == 3, answer.err
    refused = walk.file("first", EPCI)
    assert refused["state"] == "refused" and LINE in refused["action"] and LINE in refused["action_en"]
    assert [line["line"] for line in refused["patch"]["lines"]] == [LINE]
    edition = walk.home / "editions" / answer.receipt["edition"]
    for folder in (walk.home / "receipts", edition):
        text = (folder / refused["patch"]["file"]).read_text(encoding="utf-8")
        assert text.splitlines()[-1] == LINE and "100 % des valeurs" in text and "100% of the values" in text
    assert f"`{refused['patch']['file']}`" in (edition / "receipt.md").read_text(encoding="utf-8")


def test_after_the_yes_the_same_file_is_taken(walk: Walk):
    assert walk.steps["accepted"].code == 0 and json.loads(walk.steps["accepted"].out)["accepted"] is True
    assert walk.rates("first", "244400404") == {}
    taken = walk.file("second", EPCI)
    assert taken["state"] in ("accepted", "adapted") and taken["patch"] is None
    # INSEE's own figure of Nantes Métropole
    assert walk.rates("second", "244400404")["2018"] == 12.4


def test_waived_checks_warn_and_name_their_waiver(walk: Walk):
    department = walk.file("first", DEPARTMENT)
    assert department["state"] == "adapted" and "reference" in department["waived"]
    assert "agreed with the platform" in department["reason"]
    assert walk.rates("first", "31")["2013"] == 33.9
    for name in (BETWEEN, COUNT, "never_true", "rules_dim_sdg"):
        check = walk.check("first", name)
        assert check["severity"] == "warn" and "dérogation jusqu'au" in check["message"], name
    assert "2 lignes s'en écartent : sdg_id = 16 ; sdg_id = 17" in walk.check("first", "rules_dim_sdg")["message"]
    assert walk.steps["first"].receipt["published"] is True


def test_the_day_after_its_end_a_waiver_blocks_again(walk: Walk):
    answer = walk.steps["second"]
    assert answer.code == 3 and answer.receipt["published"] is True, answer.err
    refused = walk.file("second", DEPARTMENT)
    assert refused["state"] == "refused" and f"a expiré le {GONE:%d/%m/%Y} (waivers.yml ligne 2)" in refused["reason"]
    # there never was a version without the anomaly: what rested on the waiver is gone, the rest stands
    assert walk.rates("second", "31") == {}
    assert walk.check("second", "never_true")["severity"] == "warn"


def test_the_receipt_lists_every_waiver(walk: Walk):
    found = {(w["check"], w["state"]) for w in walk.steps["second"].receipt["waivers"]}
    assert found == {
        ("reference", "expired"),
        (f"expectation:{BETWEEN}", "ends_soon"),
        (f"expectation:{COUNT}", "in_force"),
        ("test:never_true", "in_force"),
        (f"test:rules_dim_sdg/{RULE}", "in_force"),
        (None, "malformed"),
    }
    french, english = (
        (walk.home / f"editions/current/{n}").read_text(encoding="utf-8") for n in ("receipt.md", "receipt.en.md")
    )
    assert (
        "## Dérogations" in french
        and "expire dans 10 jours" in french
        and "aucun test dbt ne s'appelle « no_such_test »" in french
    )
    assert "## Waivers" in english and "expires in 10 days" in english


def test_status_lists_them_with_their_source(walk: Walk):
    (neet,) = [s for s in json.loads(walk.steps["status"].out) if s["source"] == "insee_neet"]
    assert neet["state"] == "refused"
    assert {w["check"] for w in neet["waivers"]} == {"reference", f"expectation:{BETWEEN}"}
    assert "test:never_true" in walk.steps["status"].err
