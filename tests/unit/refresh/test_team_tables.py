"""Tables that no model reads are judged before the build all the same, and the edition's health knows them.

Nothing in the lineage put them before the build: « Satisfaction, 250, % » was taken, its suite ordered after the
only place that fetched answers, and `mart_source_health` lagged one refresh. (Such a line costs its row today, before
any suite sees it: tests/unit/triage.) The worker here runs suites for real, made so that each table breaks its own.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.base.duck import connect
from orchestration.base.settings import PROJECT, Settings
from orchestration.building.orders import Validate
from orchestration.building.warehouse import BuildOutcome
from orchestration.building.worker_main import validate
from orchestration.records.outcome import CheckOutcome
from orchestration.refresh.outcome import outcome
from orchestration.refresh.walking import Walk
from tests.words import fr

NONE_OF_IT = {
    "type": "expect_table_row_count_to_be_between",
    "kwargs": {"min_value": 0, "max_value": 1},
    "severity": "critical",
    "meta": {
        "notes": {"fr": "une ligne au plus", "en": "one row at most"},
        "to_do": {"fr": "en retirer", "en": "take some out"},
    },
}
TEAM = {"programmes": "figures", "audience": "visits", "platform_members": "members", "projects": "projects"}


class Worker:
    """Answers as the second process does, in this one; nothing is built."""

    def __init__(self, folder: Path) -> None:
        self.warehouse = folder / "warehouse.duckdb"
        self.answers: dict[str, list[CheckOutcome]] = {}

    def validate(self, ticket, files, suite, asset):
        self.answers[ticket] = list(validate(Validate(ticket, tuple(files), suite, asset)).checks)

    def checks(self, ticket):
        return self.answers[ticket]

    def build(self, *_):
        return BuildOutcome(self.warehouse)

    def stop(self):
        pass


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory):
    """Return what came of one refresh of all four tables, in which only `build` was called."""
    tmp_path = tmp_path_factory.mktemp("team")
    mirror, expectations = tmp_path / "mirror", tmp_path / "expectations"
    (expectations / "sources").mkdir(parents=True)
    for source, table in TEAM.items():
        sample = PROJECT / "sources" / source / "sample"
        vintage, name = next((p.parent.name, p.name) for p in sorted(sample.rglob("*.csv")))
        target = mirror / source / vintage / name
        target.parent.mkdir(parents=True)
        target.write_text((sample / vintage / name).read_text(encoding="utf-8-sig"), encoding="utf-8")
        suite = expectations / "sources" / f"{source}.{table}.json"
        suite.write_text(json.dumps({"name": suite.stem, "expectations": [NONE_OF_IT]}), encoding="utf-8")
    settings = Settings(home=tmp_path / "home", expectations_path=expectations)
    with Walk.open(settings, channel=str(mirror), only=list(TEAM)) as refresh:
        refresh.run.worker = Worker(tmp_path)
        refresh.build()
        yield refresh


def test_every_table_of_the_team_is_judged_before_the_edition_is_built(refreshed):
    for source in TEAM:
        (told,) = refreshed.run.outcomes(source)
        assert told.state == "refused" and told.rows_kept == 0, source
        assert not any(refreshed.held(source).values())
        assert "une ligne au plus" in fr(told.reason)
    assert refreshed.run.ordered == []
    assert outcome(refreshed.run, edition=None, published=True).exit_code == 3


def test_the_health_of_the_same_edition_knows_them(refreshed):
    with connect(refreshed.built.outcome.warehouse, read_only=True) as connection:
        health = dict(connection.execute("SELECT source_id, state FROM run.source_health").fetchall())
    assert {health[source] for source in TEAM} == {"refused"}
