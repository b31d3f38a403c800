"""Editions one after the other in one home: what the ledger of revisions and the health of the sources say.

The refreshes are the real ones, on a mirror with one source: its sample, told as of a later census so that
it is not held to the very figures of that sample. Only the day is set, for a source becomes late by waiting.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration import editions
from orchestration.base.duck import connect
from orchestration.base.settings import Settings
from orchestration.health.status import source_status
from orchestration.refresh import walking
from tests.words import en, fr

pytestmark = pytest.mark.slow

SOURCE, INDICATOR = "insee_neet", "sdg08_neet_rate"
FILE = "neet_communes_2019.csv"
# after the vintage 2019 something newer is due on 30 September 2023, and late 120 days later
WAITING, DUE, LATE = date(2023, 9, 1), date(2023, 10, 1), date(2024, 2, 1)


class Walk:
    """One home and its mirror; `steps`: the outcome of each refresh by name."""

    def __init__(self, root: Path, samples: Path) -> None:
        self.mirror, self.settings = (
            root / "mirror",
            Settings.load(home=root / "home").model_copy(update={"readers": ""}),
        )
        self.folder = self.mirror / SOURCE / "2019"
        self.folder.mkdir(parents=True)
        for path in (samples / SOURCE / "2018").iterdir():
            text = path.read_text(encoding="utf-8-sig")
            # 2018 → 2019 and so on: the sample's years are one earlier
            text = re.sub(r";(20\d\d);", lambda m: f";{int(m[1]) + 1};", text)
            (self.folder / path.name.replace("2018", "2019")).write_text(text, encoding="utf-8")
        self.steps: dict = {}
        self.seconds: dict = {}

    def refresh(self, name: str, day: date, only: list[str] | None = None) -> None:
        moment = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        with walking.Walk.open(self.settings, channel=str(self.mirror), only=only, today=day) as refresh:
            refresh.run.started_at = moment
            refresh.run.grounds = dataclasses.replace(refresh.run.grounds, judged_at=moment)
            self.steps[name] = refresh.walk()
            self.seconds[name] = {n.name: n.seconds for n in refresh.built.outcome.nodes} if refresh.built else {}

    def edit(self, *changes: tuple[str, str]) -> None:
        path = self.folder / FILE
        text = path.read_text(encoding="utf-8-sig")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def ask(self, step: str, sql: str, *values: object) -> list[tuple]:
        """Return the answer of the edition that was in service after `step`."""
        path = self.settings.home / "editions" / self.steps[step].edition / "observatory.duckdb"
        with connect(path, read_only=True) as connection:
            return connection.execute(sql, list(values)).fetchall()

    def ledger(self, step: str, edition: str | None = None) -> list[tuple]:
        rows = self.ask(
            step,
            "SELECT territory_level, territory_code, period, change, old_value, new_value, old_status, new_status, "
            "previous_edition, edition FROM mart_edition_change WHERE indicator_id = ? ORDER BY ALL",
            INDICATOR,
        )
        return [row[:-1] for row in rows if edition in (None, row[-1])]

    def state(self, step: str) -> tuple:
        return self.ask(
            step, "SELECT state, is_overdue, next_due_at FROM mart_source_health WHERE source_id = ?", SOURCE
        )[0]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory, sample_mirror: Path) -> Walk:
    walk = Walk(tmp_path_factory.mktemp("updating"), sample_mirror)
    carquefou = [f"44026;Carquefou;{y};{v}\n" for y, v in (("2009", "4,30"), ("2014", "8,30"), ("2019", "10,60"))]
    walk.edit(*((row, "") for row in carquefou))
    walk.refresh("first", WAITING)
    brains = [f"44024;Brains;{y};{v}\n" for y, v in (("2009", "5,00"), ("2014", "7,50"), ("2019", "7,40"))]
    # one figure revised, one territory gone, one that was never there
    walk.edit(("44109;Nantes;2019;12,10\n", "44109;Nantes;2019;12,30\n"), *((row, "") for row in brains))
    walk.edit(("44035;La Chapelle-sur-Erdre;2009", "".join(carquefou) + "44035;La Chapelle-sur-Erdre;2009"))
    walk.refresh("second", WAITING, [SOURCE])
    # back again, and one that the publisher withholds from now on
    walk.edit(
        ("44109;Nantes;2019;12,30\n", "44109;Nantes;2019;12,10\n"), ("44143;Rezé;2019;14,60", "44143;Rezé;2019;s")
    )
    walk.refresh("third", WAITING, [SOURCE])
    walk.refresh("unchanged", WAITING, [SOURCE])
    walk.refresh("next day", date(2023, 9, 2), [SOURCE])
    walk.refresh("due", DUE, [SOURCE])
    walk.refresh("late", LATE, [SOURCE])
    return walk


def test_every_step_published_what_is_news(walk: Walk) -> None:
    published = {name: outcome.published for name, outcome in walk.steps.items()}
    assert published == {
        "first": True,
        "second": True,
        "third": True,
        "unchanged": False,
        "next day": False,
        "due": True,
        "late": True,
    }
    assert {o.exit_code for o in walk.steps.values()} == {0}, [
        f for o in walk.steps.values() for f in o.sources if f.state == "refused"
    ]


def test_a_first_edition_begins_the_ledger_with_nothing(walk: Walk) -> None:
    assert walk.ask("first", "SELECT count(*) FROM mart_edition_change") == [(0,)]
    assert walk.steps["first"].note is None


def test_the_ledger_says_exactly_what_changed(walk: Walk) -> None:
    first, second = walk.steps["first"].edition, walk.steps["second"].edition
    assert walk.ledger("second") == [
        *(
            ("commune", "44024", y, "removed", v, None, "final", None, first)
            for y, v in (("2009", 5.0), ("2014", 7.5), ("2019", 7.4))
        ),
        *(
            ("commune", "44026", y, "new", None, v, None, "final", first)
            for y, v in (("2009", 4.3), ("2014", 8.3), ("2019", 10.6))
        ),
        ("commune", "44109", "2019", "revised", 12.1, 12.3, "final", "final", first),
    ]
    # nothing but this source was taken: no other figure changed
    assert walk.ask("second", "SELECT count(*), min(edition), max(edition) FROM mart_edition_change") == [
        (7, second, second)
    ]


def test_the_ledger_accumulates(walk: Walk) -> None:
    second, third = walk.steps["second"].edition, walk.steps["third"].edition
    assert walk.ledger("third", second) == walk.ledger("second")
    assert walk.ledger("third", third) == [
        ("commune", "44109", "2019", "revised", 12.3, 12.1, "final", "final", second),
        ("commune", "44143", "2019", "revised", 14.6, None, "final", "suppressed", second),
    ]


def test_a_refresh_without_news_adds_nothing(walk: Walk) -> None:
    for step in ("unchanged", "next day"):
        assert walk.steps[step].edition == walk.steps["third"].edition
    assert not walk.seconds["unchanged"] and walk.seconds["next day"]  # read again, found to be the same
    assert walk.ledger("late") == walk.ledger("due") == walk.ledger("third")


def test_the_receipt_counts_what_the_ledger_says(walk: Walk) -> None:
    shelf = walk.settings.home / "editions"
    steps = ["first", "second", "third", "due", "late"]
    for before, after in itertools.pairwise(steps):
        names = walk.steps[before].edition, walk.steps[after].edition
        comparison = editions.compare(shelf / names[0], shelf / names[1])
        counted = dict(
            walk.ask(after, "SELECT change, count(*) FROM mart_edition_change WHERE edition = ? GROUP BY ALL", names[1])
        )
        assert counted == {
            k: v
            for k, v in (("new", comparison.new), ("removed", comparison.removed), ("revised", comparison.revised))
            if v
        }
        manifest = editions.list_editions(walk.settings.home)[0].manifest
        assert manifest is not None and manifest.realm == "real"


def test_a_source_becomes_due_and_then_late_by_waiting(walk: Walk) -> None:
    due = date(2023, 9, 30)
    assert [walk.state(step) for step in ("third", "due", "late")] == [
        ("fresh", False, due),
        ("due", False, due),
        ("late_us", True, due),
    ]


def test_an_edition_without_a_changed_figure_says_why(walk: Walk) -> None:
    note = walk.steps["due"].note
    assert note is not None and "Aucun chiffre ne change" in fr(note)
    assert "(à jour → attendue)" in fr(note) and "(fresh → due)" in en(note)
    receipt = walk.settings.home / "editions" / walk.steps["due"].edition / "receipt.md"
    assert fr(note) in receipt.read_text(encoding="utf-8")


def test_figures_of_an_overdue_source_are_marked(walk: Walk) -> None:
    marked = "SELECT DISTINCT is_overdue FROM fct_indicator_value WHERE source_id = ?"
    assert [walk.ask(step, marked, SOURCE) for step in ("third", "due", "late")] == [[(False,)], [(False,)], [(True,)]]
    for step in ("third", "late"):
        wrong = "SELECT count(*) FROM fct_indicator_value JOIN mart_source_health h USING (source_id) WHERE fct_indicator_value.is_overdue <> h.is_overdue"
        assert walk.ask(step, wrong) == [(0,)]


def test_the_table_of_health_is_that_of_the_prompt(walk: Walk) -> None:
    rows = walk.ask(
        "late", "SELECT source_id, state, vintage, since, action_fr, owner FROM mart_source_health ORDER BY 1"
    )
    told = [
        (s.source.source_id, s.health.state, s.health.vintage, s.health.since, fr(s.health.action), s.source.owner)
        for s in source_status(walk.settings, LATE)
    ]
    assert rows == sorted(told)
