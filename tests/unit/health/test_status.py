"""How a source stands, from what the register holds and what the live channel remembers; and as a table for dbt.

The rules of the states themselves are tested in `tests/unit/quality/test_freshness.py`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orchestration.base.duck import connect
from orchestration.base.settings import PROJECT, Settings
from orchestration.building.ledger import Ledger
from orchestration.building.warehouse import fill
from orchestration.catalog import load_catalogue
from orchestration.health.status import OVERDUE, STATES, source_status, status_lines, statuses, summary
from orchestration.lake.register import Register, SourceState, Vintage
from orchestration.lake.store import Lake
from orchestration.landing.live.journal import Entry, Journal
from orchestration.records.judgement import Judgement
from tests.judged import judged
from tests.words import en, fr

# yearly on 30 September, 33 months behind, 120 days of grace: the vintage 2021 is due on 2025-09-30
NEET = "insee_neet"
TODAY = date(2025, 11, 24)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(PROJECT / "sources")


def file(
    name: str, *, state: str = "accepted", channel: str = "mirror", fetched: str = "2025-11-01T08:00:00+00:00", **more
) -> Judgement:
    return judged(NEET, "", name, state, channel=channel, judged_at=fetched, **more)


class Held:
    """A register's entry being made: its judgements, and what names them."""

    def __init__(self) -> None:
        self.state, self.judgements = SourceState(), {}

    def note(self, vintage: str, one: Judgement) -> str:
        """Let a file of a vintage be judged; return the judgement's name."""
        one = one.model_copy(update={"vintage": vintage, "id": f"{vintage}/{one.file}"})
        self.judgements[one.id] = one
        self.state.files.setdefault(vintage, {})[one.file] = one.id
        return one.id

    def keep(self, table: str, vintage: str, *files: Judgement, **more) -> None:
        """Let a vintage of a table be made of files."""
        parts = {f.file: self.note(vintage, f) for f in files}
        kept = Vintage(path=f"{table}.{vintage}", rows=1, parts=parts, **more)
        self.state.tables.setdefault(table, {})[vintage] = kept


def state(**vintages: list[Judgement]) -> Held:
    """Return a register's entry; `v2020=[…]` holds the files judged of vintage 2020, refused ones left out of the table."""
    found = Held()
    for key, files in vintages.items():
        vintage = key.removeprefix("v").replace("_", "-")
        for one in files:
            found.note(vintage, one)
        good = [f for f in files if f.state != "refused"]
        if good:
            found.keep("rates", vintage, *good)
    return found


def register(realm: str = "real", **sources: Held) -> Register:
    # of several sources in one register each judgement keeps a name of its own
    made = Register()
    for name, held in sources.items():
        renamed = {i: f"{name}/{i}" for i in held.judgements}
        made.judgements |= {renamed[i]: j.model_copy(update={"id": renamed[i]}) for i, j in held.judgements.items()}
        state = held.state.model_copy(deep=True)
        state.files = {v: {n: renamed[i] for n, i in files.items()} for v, files in state.files.items()}
        for kept in (k for vintages in state.tables.values() for k in vintages.values()):
            kept.parts = {n: renamed[i] for n, i in kept.parts.items()}
        made.realm(realm)[name] = state
    return made


def one(catalogue, home: Path, held: Held | None, *, today: date = TODAY, realm: str = "real", source: str = NEET):
    known = register(realm, **({source: held} if held else {}))
    found = statuses(catalogue, known, home=home, realm=realm, today=today)
    assert [s.source.source_id for s in found] == list(catalogue)
    return next(s for s in found if s.source.source_id == source)


def remember(home: Path, source: str, *, checked: str, published: str | None = None, vintage: str = "2021") -> None:
    entry = Entry(
        template="https://example.org/{year}",
        url="https://example.org/2021",
        origin="https://example.org/2021",
        vintage=vintage,
        file="a.csv",
        sha256="0" * 64,
        bytes=1,
        published_at=published,
        fetched_at="2024-10-02T06:00:00+00:00",
        checked_at=checked,
        method="etag",
    )
    Journal(addresses={"a": entry}).save(home / "live" / source)


@pytest.mark.parametrize(
    ("held", "today", "expected", "since"),
    [
        (None, TODAY, "never", None),
        (state(v2021=[file("a.csv")]), date(2025, 9, 29), "fresh", None),
        (state(v2021=[file("a.csv")]), date(2025, 9, 30), "due", date(2025, 9, 30)),
        (state(v2021=[file("a.csv")]), date(2026, 1, 28), "due", date(2025, 9, 30)),
        (state(v2021=[file("a.csv")]), date(2026, 1, 29), "late_us", date(2026, 1, 29)),
        (state(v2021=[file("a.csv"), file("b.csv", state="refused")]), TODAY, "refused", date(2025, 11, 1)),
        (state(v2021=[file("a.csv")], v2022=[file("a.csv", state="refused")]), TODAY, "refused", date(2025, 11, 1)),
        # what was refused long ago and has a good successor is forgiven
        (state(v2020=[file("a.csv", state="refused")], v2021=[file("a.csv")]), TODAY, "due", date(2025, 9, 30)),
    ],
)
def test_states_of_a_source_that_is_downloaded_by_hand(catalogue, tmp_path, held, today, expected, since):
    found = one(catalogue, tmp_path, held, today=today)
    assert (found.health.state, found.health.since) == (expected, since)
    assert found.is_overdue == (expected in OVERDUE)
    assert found.health.vintage == (None if held is None else "2021")
    assert fr(found.health.action) and en(found.health.action)


def test_the_publisher_is_late_only_where_it_was_asked(catalogue, tmp_path):
    held = state(v2021=[file("a.csv", channel="live", fetched="2024-10-02T06:00:00+00:00")])
    later = date(2026, 3, 1)
    assert one(catalogue, tmp_path, held, today=later).health.state == "late_us"
    # unchanged since: nothing was judged, the journal alone knows that we looked
    remember(tmp_path, NEET, checked="2026-02-28T06:00:00+00:00", published="2024-10-01T06:00:00+00:00")
    found = one(catalogue, tmp_path, held, today=later)
    assert found.health.state == "late_publisher" and found.is_overdue
    assert found.health.fetched_at == datetime(2026, 2, 28, 6, tzinfo=UTC)
    assert found.health.published_at == date(2024, 10, 1)


def test_a_newer_vintage_that_was_landed_and_not_taken_is_our_delay(catalogue, tmp_path):
    held = state(v2020=[file("a.csv", channel="live", fetched="2024-10-02T06:00:00+00:00")])
    remember(tmp_path, NEET, checked="2025-11-20T06:00:00+00:00", published="2025-09-28T06:00:00+00:00", vintage="2021")
    found = one(catalogue, tmp_path, held, today=date(2026, 3, 1))
    assert found.health.state == "late_us" and "plus récent" in fr(found.health.action)


def test_a_trial_on_samples_does_not_ask_what_the_live_channel_knows(catalogue, tmp_path):
    remember(tmp_path, NEET, checked="2026-02-28T06:00:00+00:00")
    held = state(v2021=[file("a.csv", channel="sample")])
    found = one(catalogue, tmp_path, held, today=date(2026, 3, 1), realm="sample")
    assert found.health.state == "late_us" and found.is_sample


def test_the_channel_is_that_of_the_newest_good_vintage(catalogue, tmp_path):
    held = state(
        v2020=[file("a.csv", channel="sample")],
        v2021=[file("a.csv", channel="mirror"), file("b.csv", channel="inbox", fetched="2025-11-02T08:00:00+00:00")],
        v2022=[file("a.csv", channel="live", state="refused")],
    )
    found = one(catalogue, tmp_path, held)
    assert (found.channel, found.is_sample) == ("inbox", False)
    held.state.tables["rates"]["2021"].parts["c.csv"] = held.note("2021", file("c.csv", channel="sample", fetched=""))
    assert one(catalogue, tmp_path, held).is_sample


def test_the_prompt_and_a_refresh_say_the_same(catalogue, tmp_path):
    settings = Settings.load(home=tmp_path)
    lake = Lake(tmp_path)
    trial = register("sample", **{NEET: state(v2018=[file("a.csv", channel="sample")])})
    lake.commit(trial)
    assert source_status(settings, TODAY) == statuses(catalogue, trial, home=tmp_path, realm="sample", today=TODAY)
    # real files count as soon as there are any
    both = register("real", **{NEET: state(v2021=[file("a.csv")])})
    both.sample, both.judgements = trial.sample, both.judgements | trial.judgements
    lake.commit(both)
    assert source_status(settings, TODAY) == statuses(catalogue, both, home=tmp_path, realm="real", today=TODAY)


def test_a_try_out_in_made_up_rows_hides_no_old_table(catalogue, tmp_path):
    """Egapro: 200 invented rows called 2026 lie beside the index, whose newest list is of 2021 and speaks of 2020."""
    held = Held()
    held.keep("declarations", "2021-12", file("index-egalite-fh.csv"), reference_end=date(2020, 12, 31))
    held.keep("pay_gaps", "v2-2026", file("mock-gip-mds.csv", synthetic=True), synthetic=True)
    found = one(catalogue, tmp_path, held, source="egapro_index")
    assert (found.health.state, found.health.vintage, found.health.reference_end) == (
        "late_us",
        "2021-12",
        date(2020, 12, 31),
    )
    assert found.is_overdue and set(found.tables) == {"declarations"}
    # nor does it make a source that holds nothing else seem to have something
    del held.state.tables["declarations"], held.state.files["2021-12"]
    found = one(catalogue, tmp_path, held, source="egapro_index")
    assert (found.health.state, found.health.vintage, found.channel) == ("never", None, None)
    # the name says it, and only the name: a real file of that publisher counts
    source = catalogue["egapro_index"]
    assert source.file_kind("mock-gip-mds.csv").spec.synthetic
    assert not source.file_kind("gip-mds-2027.csv").spec.synthetic


def test_the_table_in_the_worst_state_stands_for_the_source(catalogue, tmp_path):
    held = Held()
    held.keep("communes", "2025", file("b.csv"))
    held.keep("movements", "2019", file("a.csv"))
    found = one(catalogue, tmp_path, held, source="insee_cog")
    assert (found.health.state, found.health.vintage) == ("late_us", "2019")
    # the code of 2025 is in force on 1 January, and expected again in March
    assert found.tables["communes"].state == "fresh"
    assert found.tables["communes"].reference_end == date(2025, 1, 1)


def test_a_table_that_comes_out_by_itself_is_not_late_with_the_others(catalogue, tmp_path):
    held = Held()
    for table in ("filings", "compliance"):
        held.keep(table, "2023", file("a.csv"))
    found = one(catalogue, tmp_path, held, source="ademe_ghg_reports")
    assert {n: h.state for n, h in found.tables.items()} == {"filings": "late_us", "compliance": "fresh"}
    assert found.health.state == "late_us"
    # the pages recorded once in 2018 make no filing of 2022 old
    held = Held()
    held.keep("pages", "2022", file("a.csv"))
    held.keep("page_ranges", "2018", file("a.csv"))
    assert one(catalogue, tmp_path, held, source="dpef_filings").health.vintage == "2022"


def test_what_a_file_prints_of_its_publication_is_told(catalogue, tmp_path):
    held = state(v2021=[file("a.csv").model_copy(update={"published_at": date(2024, 9, 30)})])
    assert one(catalogue, tmp_path, held).health.published_at == date(2024, 9, 30)


@pytest.mark.parametrize("source", ["insee_cog", "dgcl_epci", "insee_zones_emploi", "insee_population"])
def test_a_list_in_force_on_1_january_is_of_that_day(catalogue, source):
    assert catalogue[source].calendar.reference_day == "01-01"


def test_the_last_day_that_rows_speak_of(catalogue, tmp_path):
    """The file of unemployment called 2023 ends in September; the comparator called 2022 holds establishments of 2024."""
    import pandas as pd

    lake = Lake(tmp_path)
    for name, table, rows, end in [
        ("insee_unemployment", "rates", {"period": ["2022-Q4", "2023-Q3"]}, date(2023, 9, 30)),
        (
            "insee_comparateur",
            "communes",
            {"labour_year": [2022, 2022], "establishments_year": [2024, None], "poverty_year": [2021, 2021]},
            date(2024, 12, 31),
        ),
        ("ademe_ghg_reports", "filings", {"published_on": [date(2023, 9, 27), date(2021, 1, 1)]}, date(2023, 9, 27)),
        ("insee_cog", "communes", {"name": ["Nantes", "Rezé"]}, None),
    ]:
        contract = catalogue[name].tables[table]
        frame = pd.DataFrame(rows)
        for column in contract.reference:
            if column not in frame:
                frame[column] = None
        path = tmp_path / f"{name}.parquet"
        kinds = {c.name: {"year": "BIGINT", "date": "DATE"}.get(c.type, "VARCHAR") for c in contract.columns}
        lake.write(frame, [(c, kinds[c]) for c in frame.columns], path)
        assert lake.reference_end(contract, path) == end, name


def test_the_lines_for_a_person_begin_with_a_summary_and_the_most_urgent(catalogue, tmp_path):
    held = {
        NEET: state(v2018=[file("a.csv", channel="sample")]),  # due on 30/09/2022
        "insee_cog": state(v2020=[file("c.csv")], v2021=[file("d.csv", state="refused")]),
        "un_sdg": state(v2023=[file("e.csv", channel="project")]),
    }
    found = statuses(catalogue, register(**held), home=tmp_path, realm="real", today=TODAY)
    n = len(catalogue)
    assert (
        summary(found)
        == f"{n} sources : 1 dernier fichier refusé, 1 à actualiser par nous, {n - 3} jamais reçue, 1 à jour."
    )
    lines = [line.plain for line in status_lines(found)]
    assert lines[0] == summary(found)
    headings = [line for line in lines if line and not line.startswith(" ")][1:]
    assert headings == [
        "Dernier fichier refusé (1)",
        "À actualiser par nous (1)",
        f"Jamais reçue ({n - 3})",
        "À jour (1)",
    ]
    neet = lines.index(
        "  Part des jeunes non insérés (ni en emploi, ni en formation) — millésime 2018 (extrait), attendue le 30/09/2022"
    )
    assert lines[neet + 1].startswith("    → Seul l'échantillon embarqué est en place")
    # what asks for nothing has no line of advice
    assert lines[-1].startswith("  Objectifs et cibles") and "→" not in lines[-1]
    assert set(STATES) == {"fresh", "due", "late_publisher", "late_us", "refused", "never"}


def test_what_lies_in_the_project_is_not_to_be_dropped(catalogue, tmp_path):
    """`status` said to drop ess_roadmap into the inbox, which refuses it by design."""
    for source in (s for s in catalogue.values() if s.role == "project"):
        action = one(catalogue, tmp_path, None, source=source.source_id).health.action
        assert (
            "boîte" not in fr(action) and "inbox" not in en(action) and f"sources/{source.source_id}/data" in fr(action)
        )


def test_the_table_for_dbt(catalogue, tmp_path):
    held = {NEET: state(v2021=[file("a.csv", fetched="2025-11-01T01:30:00+02:00")])}
    health = statuses(catalogue, register(**held), home=tmp_path, realm="real", today=TODAY)
    warehouse = tmp_path / "work" / "warehouse.duckdb"
    fill(
        warehouse,
        Lake(tmp_path),
        catalogue,
        Register(),
        "real",
        territory="244400404",
        refreshed_at=datetime(2025, 11, 24, 6, tzinfo=UTC),
        run_id="r",
        code_version="v",
        edition_id="20251124T060000Z",
        health=health,
        ledger=Ledger(),
    )
    with connect(warehouse, read_only=True) as connection:
        assert connection.execute("SELECT edition_id, previous_edition FROM run.settings").fetchall() == [
            ("20251124T060000Z", None)
        ]
        assert connection.execute("SELECT source_id, state FROM run.source_health").fetchall() == [
            (s.source.source_id, s.health.state) for s in health
        ]
        rows = connection.execute(
            "SELECT * EXCLUDE (action_fr, action_en) FROM run.source_health WHERE source_id = ?", [NEET]
        )
        assert dict(zip([c[0] for c in rows.description], rows.fetchone(), strict=True)) == {
            "source_id": NEET,
            "state": "due",
            "since": date(2025, 9, 30),
            "vintage": "2021",
            "reference_end": date(2021, 12, 31),
            "published_at": None,
            "fetched_at": datetime(2025, 10, 31, 23, 30),
            "next_due_at": date(2025, 9, 30),
            "late_after": date(2026, 1, 28),
            "channel": "mirror",
            "is_sample": False,
            "is_overdue": False,
            "owner": catalogue[NEET].owner,
        }
        action = connection.execute(
            "SELECT action_fr, action_en FROM run.source_health WHERE source_id = ?", [NEET]
        ).fetchone()
        assert "L'équipe données" in action[0] and catalogue[NEET].homepage in action[1]
        assert connection.execute("SELECT count(*) FROM run.previous_figures").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM run.previous_changes").fetchone() == (0,)
