"""Schedules, sensors and errands against an instance of Dagster: who asks for what, when, and never twice."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultScheduleStatus,
    RunRequest,
    build_schedule_context,
    build_sensor_context,
)
from dagster._core.remote_origin import RemoteInstigatorOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
)
from dagster_fakes import source

from orchestration.base.messages import Message
from orchestration.dagster import errands as errands_
from orchestration.dagster import sensors
from orchestration.dagster.errands import BACKFILL
from orchestration.dagster.instances import PROCESS_TAG, WORKSPACE
from orchestration.dagster.partitions import VINTAGES, add_vintages, came_by
from orchestration.dagster.private import job_origin
from orchestration.health.freshness import health
from orchestration.health.looks import looks_due
from orchestration.health.status import SourceStatus
from tests.judged import judged
from tests.words import fr

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def instance():
    with DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def repository(definitions):
    return definitions.get_repository_def()


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = NOW

        def __call__(self):
            return self.now

        def pass_(self, **span):
            self.now += timedelta(**span)

    clock = Clock()
    monkeypatch.setattr(sensors, "clock", clock)
    return clock


@pytest.fixture
def wanted(monkeypatch):
    """The looks that are due; the sensor is asked what it does about them."""
    looks = []
    monkeypatch.setattr(sensors, "due_now", lambda _settings, _now: list(looks))
    return looks


def tick(repository, instance, name, cursor=None):
    sensor = next(s for s in repository.sensor_defs if s.name == name)
    with build_sensor_context(instance=instance, cursor=cursor, repository_def=repository) as context:
        return sensor.evaluate_tick(context)


def launched(definitions, instance, request, *, status=DagsterRunStatus.SUCCESS):
    """Record a run as the daemon does for a request."""
    return instance.create_run_for_job(definitions.resolve_job_def("refresh_all"), tags={**request.tags}, status=status)


def look(source_id, day=TODAY):
    return sensors.Look(source_id, day, "due")


def names(request):
    return {k.to_user_string() for k in request.asset_selection}


# which sources are due ----------------------------------------------------------------------------


def status(tmp_path, name, today, *, frequency="yearly", expected=("03-01",), vintage="2025", looked=None, live=True):
    entry = source(
        tmp_path,
        name,
        calendar={"frequency": frequency, "expected": list(expected), "grace_days": 14, "lag_months": 0},
        **({} if live else {"live": []}),
    )
    fetched = datetime.combine(looked, datetime.min.time(), UTC) if looked else None
    found = health(
        entry,
        newest_vintage=vintage,
        published_at=None,
        fetched_at=fetched,
        refused=False,
        today=today,
        channel="live" if looked else "mirror",
    )
    return SourceStatus(entry, found, "live")


@pytest.mark.parametrize(
    ("today", "looked", "due"),
    [
        (date(2026, 2, 27), None, None),  # nothing is expected before the first of March
        (date(2026, 3, 1), None, date(2026, 3, 1)),
        (date(2026, 3, 4), date(2026, 2, 1), date(2026, 3, 1)),
        (date(2026, 3, 4), date(2026, 3, 2), None),  # looked on time: again a week later
        (date(2026, 3, 9), date(2026, 3, 2), date(2026, 3, 9)),
        (date(2026, 6, 1), date(2026, 5, 20), date(2026, 5, 27)),  # late, and looked for each week all the same
    ],
)
def test_a_yearly_source_is_looked_for_on_its_day_and_weekly_until_it_comes(tmp_path, today, looked, due):
    found = looks_due([status(tmp_path, "a", today, looked=looked)], {"a": looked} if looked else {}, today)
    assert [(one.source_id, one.due) for one in found] == ([("a", due)] if due else [])


def test_daily_irregular_and_addressless_sources(tmp_path):
    today = date(2026, 11, 24)
    yesterday, long_ago = today - timedelta(days=1), today - timedelta(days=40)
    daily = status(tmp_path, "daily", today, frequency="daily", expected=(), vintage="2026-11", looked=yesterday)
    statuses = [
        daily,
        status(tmp_path, "irregular", today, frequency="irregular", expected=(), looked=long_ago),
        status(tmp_path, "by_hand", today, live=False),
    ]
    looked = {"daily": yesterday, "irregular": long_ago}
    assert [one.source_id for one in looks_due(statuses, looked, today)] == ["daily", "irregular"]
    assert looks_due(statuses, {"daily": today, "irregular": yesterday}, today) == []


# the sensor of what is due ------------------------------------------------------------------------


def test_all_that_a_stop_made_late_is_asked_for_in_one_run(definitions, repository, instance, clock, wanted):
    wanted += [look("insee_income", date(2026, 9, 25)), look("lucie", date(2026, 11, 1))]
    [request] = tick(repository, instance, "updates_due").run_requests
    assert names(request) == {
        "lake/insee_income",
        "lake/lucie",
        "stg_income",
        "fct_value",
        "fct_label",
        "edition",
        "site",
        "open",
        "postgresql",
    }
    assert request.run_config == {"resources": {"observatory": {"config": {"channel": "live"}}}}
    assert request.run_key == "insee_income@2026-09-25#1,lucie@2026-11-01#1"
    # the same tick again, before the daemon has created the run: the same key, which Dagster launches once
    assert tick(repository, instance, "updates_due").run_requests[0].run_key == request.run_key


@pytest.mark.parametrize("going", [DagsterRunStatus.QUEUED, DagsterRunStatus.STARTED])
def test_one_run_at_a_time(definitions, repository, instance, clock, wanted, going):
    wanted.append(look("insee_income"))
    run = instance.create_run_for_job(
        definitions.resolve_job_def("publish"), status=going, remote_job_origin=job_origin(WORKSPACE, "publish")
    )
    result = tick(repository, instance, "updates_due")
    assert not result.run_requests and run.run_id[:8] in result.skip_message


def test_nothing_is_asked_for_when_nothing_is_due(repository, instance, clock, wanted):
    result = tick(repository, instance, "updates_due")
    assert not result.run_requests and "Aucune source n'est attendue" in result.skip_message


def test_a_look_that_reached_nobody_is_tried_again_after_growing_pauses(
    definitions, repository, instance, clock, wanted
):
    wanted.append(look("insee_income", date(2026, 11, 1)))
    # runs are stamped with the real time
    clock.now = datetime.now(UTC)
    for number, hours in ((1, 1), (2, 4), (3, 24), (4, 24)):
        [request] = tick(repository, instance, "updates_due").run_requests
        assert request.run_key == f"insee_income@2026-11-01#{number}"
        launched(definitions, instance, request, status=DagsterRunStatus.FAILURE)
        clock.now = datetime.now(UTC) + timedelta(hours=hours, minutes=-1)
        assert "nouvel essai plus tard : insee_income" in tick(repository, instance, "updates_due").skip_message
        clock.now = datetime.now(UTC) + timedelta(hours=hours, minutes=1)


def test_what_is_due_follows_the_journal_of_looks(settings, monkeypatch, tmp_path):
    from orchestration.landing.live.journal import Entry, Journal

    income = source(tmp_path, "insee_income", calendar={"frequency": "daily", "grace_days": 3})
    found = health(
        income,
        newest_vintage="2026-11",
        published_at=None,
        fetched_at=NOW - timedelta(days=9),
        refused=False,
        today=TODAY,
        channel="live",
    )
    monkeypatch.setattr(
        "orchestration.dagster.sensors.source_status", lambda _s, _t: [SourceStatus(income, found, "live")]
    )
    assert [one.source_id for one in sensors.due_now(settings, NOW)] == ["insee_income"]
    entry = Entry(
        template="t",
        url="u",
        origin="o",
        vintage="2026-11",
        file="f",
        sha256="a",
        bytes=1,
        method="hash",
        fetched_at="2026-11-15T04:00:00+00:00",
        checked_at="2026-11-24T04:00:00+00:00",
    )
    Journal(addresses={"u": entry}).save(settings.home / "live" / "insee_income")
    assert sensors.due_now(settings, NOW) == []


def test_what_the_schedules_still_have_to_ask_for_is_left_to_them(settings, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("orchestration.dagster.sensors.source_status", lambda _s, today: asked.append(today) or [])
    # at 3 o'clock in Paris the day has not come yet; at 9 it has
    sensors.due_now(settings, datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    sensors.due_now(settings, datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    assert asked == [date(2026, 11, 23), date(2026, 11, 24)]


# the schedules ------------------------------------------------------------------------------------


def ask(repository, instance, at):
    [schedule] = [s for s in repository.schedule_defs if s.name.startswith("calendar_")]
    return schedule.evaluate_tick(build_schedule_context(instance=instance, scheduled_execution_time=at))


def test_schedules_are_off_in_paris_time_and_ask_for_one_source(repository, local, clock):
    [schedule] = [s for s in repository.schedule_defs if s.name.startswith("calendar_")]
    assert schedule.default_status == DefaultScheduleStatus.STOPPED
    assert schedule.execution_timezone == "Europe/Paris"
    [request] = ask(repository, local, NOW).run_requests
    assert names(request) == {
        "lake/insee_income",
        "stg_income",
        "fct_value",
        "fct_label",
        "edition",
        "site",
        "open",
        "postgresql",
    }
    assert request.run_config["resources"]["observatory"]["config"] == {"channel": "live"}
    assert request.tags["look/insee_income"] == "live"


@pytest.fixture
def local():
    # `build_schedule_context` wants an instance that can be opened again
    with DagsterInstance.local_temp() as instance:
        yield instance


def test_sensor_and_schedule_do_not_ask_for_the_same_twice(definitions, repository, local, clock, wanted):
    clock.now = datetime.now(UTC)
    wanted.append(look("insee_income", clock.now.date()))
    [request] = tick(repository, local, "updates_due").run_requests
    launched(definitions, local, request)
    result = ask(repository, local, clock.now)
    assert not result.run_requests and "Déjà demandé aujourd'hui" in result.skip_message


@pytest.mark.parametrize("minutes_of_the_day", [1, 59, 11 * 60, 24 * 60 - 1])
def test_what_was_asked_today_is_known_at_any_hour_of_paris(definitions, local, monkeypatch, minutes_of_the_day):
    # a place east of Greenwich whose day began that many minutes ago: the stamp of a run is the real one
    now = datetime.now(UTC)
    ahead = timedelta(minutes=minutes_of_the_day) - timedelta(hours=now.hour, minutes=now.minute)
    monkeypatch.setattr(sensors, "PARIS", timezone(ahead % timedelta(days=1)))
    run = launched(definitions, local, RunRequest(tags=sensors.look_tags(["insee_income"])))
    assert sensors.asked_today(local, "insee_income", now) == run.run_id[:8]
    tomorrow = now + timedelta(days=1)
    assert sensors.asked_today(local, "insee_income", tomorrow) is None


def test_the_sensor_waits_for_what_a_schedule_asked_for(definitions, repository, local, clock, wanted):
    clock.now = datetime.now(UTC)
    [request] = ask(repository, local, clock.now).run_requests
    launched(definitions, local, request, status=DagsterRunStatus.FAILURE)
    wanted.append(look("insee_income", clock.now.date() - timedelta(days=1)))
    assert not tick(repository, local, "updates_due").run_requests


def test_a_missed_tick_is_left_to_the_sensor_where_that_is_on(repository, local, clock, wanted):
    assert ask(repository, local, NOW - timedelta(hours=30)).run_requests
    origin = RemoteInstigatorOrigin(job_origin(WORKSPACE, "publish").repository_origin, "updates_due")
    local.add_instigator_state(InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING))
    missed = ask(repository, local, NOW - timedelta(hours=30))
    assert not missed.run_requests and "updates_due" in missed.skip_message
    assert ask(repository, local, NOW - timedelta(minutes=5)).run_requests


def test_what_the_schedules_missed_is_made_up_for_in_one_run(repository, local, clock, wanted):
    wanted += [look("dgcl_epci"), look("insee_wages"), look("insee_income")]
    repositories = job_origin(WORKSPACE, "publish").repository_origin
    for name, switch in (("dgcl_epci", InstigatorStatus.RUNNING), ("insee_wages", InstigatorStatus.STOPPED)):
        origin = RemoteInstigatorOrigin(repositories, f"calendar_{name}")
        local.add_instigator_state(
            InstigatorState(origin, InstigatorType.SCHEDULE, switch, ScheduleInstigatorData("0 4 * * *"))
        )
    [request] = ask(repository, local, NOW - timedelta(hours=30)).run_requests
    # what nobody turned on is not looked for
    assert {n for n in names(request) if n.startswith("lake/")} == {"lake/dgcl_epci", "lake/insee_income"}
    # the tags by which the next schedule sees that it need not ask
    assert {t for t in request.tags if t.startswith("look/")} == {"look/dgcl_epci", "look/insee_income"}
    [on_time] = ask(repository, local, NOW - timedelta(minutes=5)).run_requests
    assert {n for n in names(on_time) if n.startswith("lake/")} == {"lake/insee_income"}


# the inbox ----------------------------------------------------------------------------------------


@pytest.fixture
def inbox(settings, monkeypatch):
    from orchestration.inbox.folder import Inbox

    monkeypatch.setenv("OBSERVATORY_HOME", str(settings.home))
    inbox = Inbox(settings.home)
    inbox.make()
    # files are taken once they have been left alone for ten seconds
    monkeypatch.setattr("orchestration.dagster.sensors.scan", lambda home: _scan(home))
    from orchestration.inbox.folder import scan as _real

    def _scan(home):
        return _real(home, clock=lambda: time.time() + 60)

    return inbox


def test_a_dropped_file_is_answered_at_once_and_once(definitions, repository, instance, clock, inbox):
    result = tick(repository, instance, "inbox_drops")
    assert not result.run_requests and "vide" in result.skip_message
    (inbox.path / "labels.csv").write_text("a;b\n1;2\n")
    first = tick(repository, instance, "inbox_drops")
    assert len(first.run_requests) == 1
    # still there half a minute later: its refresh waits for another one
    clock.pass_(seconds=30)
    assert not tick(repository, instance, "inbox_drops", first.cursor).run_requests
    clock.pass_(minutes=10)
    assert tick(repository, instance, "inbox_drops", first.cursor).run_requests
    # another file is another matter
    (inbox.path / "labels 2.csv").write_text("a;b\n1;2\n")
    assert tick(repository, instance, "inbox_drops", first.cursor).run_requests


def test_the_inbox_waits_for_the_run_that_is_going_on(definitions, repository, instance, clock, inbox):
    (inbox.path / "labels.csv").write_text("a;b\n1;2\n")
    instance.create_run_for_job(definitions.resolve_job_def("publish"), status=DagsterRunStatus.STARTED)
    result = tick(repository, instance, "inbox_drops")
    assert not result.run_requests and "1 fichier en attente" in result.skip_message


def test_a_folder_that_was_answered_asks_for_nothing_more(repository, instance, clock, inbox):
    (inbox.path / "dossier").mkdir()
    assert tick(repository, instance, "inbox_drops").run_requests
    inbox.answer_path("dossier", accepted=False).write_text("non")
    assert not tick(repository, instance, "inbox_drops").run_requests


def test_a_home_without_inbox_is_empty(settings):
    assert sensors.dropped(settings.home) == []


# the heartbeat ------------------------------------------------------------------------------------


def test_the_heartbeat_shows_silence_and_delays_as_checks(repository, instance, clock, settings, monkeypatch, tmp_path):
    monkeypatch.setenv("OBSERVATORY_HOME", str(settings.home))
    settings.home.mkdir()
    (settings.home / "heartbeat.json").write_text(
        json.dumps(
            {
                "first_at": "2026-01-05T04:00:00Z",
                "last_at": "2026-01-05T04:00:00Z",
                "last_exit_code": 0,
                "good_at": "2026-01-05T04:00:00Z",
            }
        )
    )
    late = status(tmp_path / "s", "insee_income", TODAY)
    unknown = status(tmp_path / "s", "removed_yesterday", TODAY)
    for place in ("orchestration.dagster.sensors.source_status", "orchestration.notifications.telling.source_status"):
        monkeypatch.setattr(place, lambda *_: [late, unknown])
    result = tick(repository, instance, "heartbeat")
    assert "Plus aucune actualisation" in result.skip_message
    events = {(e.asset_key.to_user_string(), e.check_name): e for e in result.asset_events}
    assert set(events) == {("edition", "refreshes_go_on"), ("lake/insee_income", "freshness")}
    silence = events["edition", "refreshes_go_on"]
    assert not silence.passed and "Plus aucune actualisation depuis le 05/01/2026" in silence.description
    delay = events["lake/insee_income", "freshness"]
    assert (delay.passed, delay.severity.value, delay.metadata["state"].value) == (False, "WARN", "late_us")


# errands ------------------------------------------------------------------------------------------


@pytest.fixture
def errands(monkeypatch):
    """What the errands would have refreshed."""
    from orchestration.records.outcome import FileOutcome, RefreshOutcome

    asked = []

    def carry_out(_context, _observatory, _definitions, *, channel, only, vintages=None):
        asked.append((channel, only, vintages))
        state = "missing" if only == ["silent"] else "accepted"
        files = [
            FileOutcome(
                source=only[0],
                vintage=v,
                file="a.csv",
                state=state,
                rows_kept=3,
                reason=Message.of(fr="pas de réponse", en="no answer"),
            )
            for v in vintages or ()
        ]
        return RefreshOutcome(
            run_id="r",
            edition="e",
            started_at=NOW,
            finished_at=NOW,
            territory="244400404",
            channel=channel,
            sources=files,
        )

    monkeypatch.setattr(errands_, "carry_out", carry_out)
    return asked


def run_job(definitions, instance, name, settings, **more):
    job = definitions.resolve_job_def(name)
    return job.execute_in_process(instance=instance, raise_on_error=False, **more)


def test_a_vintage_chosen_in_the_interface_is_read_again_alone(definitions, instance, settings, errands, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_FROM", "live")
    instance.add_dynamic_partitions(VINTAGES.name, ["insee_income|2018", "silent|1999"])
    result = run_job(definitions, instance, BACKFILL, settings, partition_key="insee_income|2018")
    assert result.success and errands == [("live", ["insee_income"], ["2018"])]
    # alive for the command line, which closes the runs of processes that are gone
    assert instance.get_run_by_id(result.run_id).tags[PROCESS_TAG].endswith(f":{os.getpid()}")
    silent = run_job(definitions, instance, BACKFILL, settings, partition_key="silent|1999")
    assert not silent.success
    assert "pas de réponse" in silent.failure_data_for_node("read_vintage_again").user_failure_data.description


def came_from(register, realm, source, **vintages):
    from orchestration.lake.register import SourceState

    state = register.realm(realm).setdefault(source, SourceState())
    for vintage, channel in vintages.items():
        register.note(state, judged(source, vintage, "a", "refused", channel=channel, id=f"{realm}/{source}/{vintage}"))


def test_a_vintage_is_read_again_the_way_it_came(settings, monkeypatch, tmp_path):
    from orchestration.base.errors import UsageError
    from orchestration.lake.register import Register
    from orchestration.lake.store import Lake

    settings.home.mkdir()
    register = Register()
    came_from(register, "real", "insee_income", y2018="live", y2019="mirror", y2020="inbox")
    came_from(register, "real", "un_sdg", y2023="project")
    came_from(register, "sample", "insee_income", y2018="sample", y2021="sample")
    Lake(settings.home).commit(register)
    came = {v: came_by(settings, "insee_income", v) for v in ("y2018", "y2020", "y2021")}
    assert came == {"y2018": "live", "y2020": "inbox", "y2021": "sample"}
    with pytest.raises(UsageError) as error:
        came_by(settings, "insee_income", "y2019")
    assert "vient d'un dossier" in fr(error.value.reason)
    settings.channel = str(tmp_path)
    assert came_by(settings, "insee_income", "y2019") == str(tmp_path)
    # what nobody has read yet comes from where everything comes from
    assert came_by(settings, "insee_income", "y1999") == str(tmp_path)


def test_the_vintages_of_the_lake_can_be_chosen(instance, settings):
    from orchestration.lake.register import Register
    from orchestration.lake.store import Lake

    settings.home.mkdir()
    register = Register()
    came_from(register, "real", "insee_income", **{"2018": "mirror", "2021": "mirror", "2022": "sample"})
    Lake(settings.home).commit(register)
    add_vintages(instance, settings.home)
    add_vintages(instance, settings.home)
    assert instance.get_dynamic_partitions(VINTAGES.name) == ["insee_income|2018", "insee_income|2021"]


def test_emptying_the_inbox_tells_its_answers(definitions, instance, settings, errands, monkeypatch):
    from orchestration.inbox.take import Answer

    def take_all(given, refresh):
        assert given.home == settings.home
        refresh(channel="inbox", only=["lucie"])
        return [Answer(dropped="labels.csv", state="accepted", sentence=Message.of(fr="pris", en="taken"))]

    monkeypatch.setattr("orchestration.inbox.take.take_all", take_all)
    result = run_job(definitions, instance, "take_inbox", settings)
    assert result.success and errands == [("inbox", ["lucie"], None)]
    [output] = [e for e in result.all_events if e.event_type_value == "STEP_OUTPUT"]
    assert output.step_output_data.metadata["answers"].value == "- **labels.csv** : pris / taken"
