"""How fresh a source is and whose delay it is, by the calendars of the real publishers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.base.messages import Message
from orchestration.catalog.calendar import next_due_at
from orchestration.catalog.models import Calendar, Live, Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.health.freshness import SourceHealth, health
from tests.words import en, fr

RANK = {"fresh": 0, "due": 1, "late_publisher": 2, "late_us": 2}


def source(frequency="yearly", expected=(), grace=30, lag=0, live=True) -> Source:
    return Source(
        source_id="insee_neet",
        title=Message.of(fr="t", en="t"),
        publisher="Insee",
        licence="l",
        homepage="https://insee.fr",
        groups=[],
        owner="Observatoire",
        tables={},
        path=Path("."),
        calendar=Calendar(frequency=frequency, expected=list(expected), grace_days=grace, lag_months=lag),
        live=[Live(url="https://insee.fr/f.csv")] if live else [],
    )


def look(one: Source, today: str, vintage: str | None = "2025", **known) -> SourceHealth:
    facts = {"published_at": None, "fetched_at": None, "refused": False} | known
    return health(one, newest_vintage=vintage, today=date.fromisoformat(today), **facts)


COG = source(expected=["03-01"])
FILOSOFI = source(expected=["02-15"], lag=26)
POPULATION = source(expected=["12-20"], lag=24)
UNEMPLOYMENT = source("quarterly", ["01-05", "03-31", "06-30", "09-30"], lag=3)
SIRENE = source("monthly")


@pytest.mark.parametrize(
    ("one", "vintage", "due"),
    [
        (COG, "2025", "2026-03-01"),  # named after the year in which it comes out
        (source(expected=["03-01"]), "2021-12", "2022-03-01"),  # egapro_index: the month of the extract
        (FILOSOFI, "2018", "2022-02-15"),  # 2018 came out in February 2021
        (source(expected=["02-15"], lag=24), "2018", "2022-02-15"),  # a lag told roughly gives the same
        (POPULATION, "2022", "2025-12-20"),
        (UNEMPLOYMENT, "2023-Q3", "2024-03-31"),  # out on 5 January 2024
        (UNEMPLOYMENT, "2023", "2024-06-30"),
        (source("quarterly", lag=3), "2023-Q3", "2024-03-31"),
        (SIRENE, "2026-02", "2026-03-01"),
        (source("monthly", lag=1), "2026-02", "2026-04-30"),
        (source("yearly"), "2024", "2025-01-01"),
        (source("yearly", lag=10), "2024", "2026-10-31"),
        (source("irregular"), "2024", None),
        (source("once"), "2015", None),
        (source(expected=["02-30"]), "2024", "2025-02-28"),  # a day that no calendar has
    ],
)
def test_the_next_vintage_is_due_on_the_expected_day_after_the_usual_publication(one, vintage, due):
    found = next_due_at(one.calendar, parse_vintage(vintage), None, None)
    assert found == (date.fromisoformat(due) if due else None)


def test_a_name_that_spans_several_publications_counts_as_the_day_of_the_look():
    rge = source("daily", grace=7)
    found = look(rge, "2026-03-11", "2026", fetched_at=datetime(2026, 3, 10, 6), published_at=date(2026, 3, 9))
    assert (found.state, found.next_due_at) == ("due", date(2026, 3, 11))
    monthly = look(SIRENE, "2026-03-11", "2026", fetched_at=datetime(2026, 3, 10, 6))
    assert (monthly.state, monthly.next_due_at) == ("fresh", date(2026, 4, 10))


def test_a_year_of_a_quarterly_source_is_as_old_as_its_last_quarter():
    """`2023` ends in September: it came out at the turn of the year, and the next quarter was due in March, not in June."""
    told = next_due_at(UNEMPLOYMENT.calendar, parse_vintage("2023-Q3"), None, None)
    found = look(UNEMPLOYMENT, "2024-07-01", "2023", reference_end=date(2023, 9, 30))
    assert (
        (found.next_due_at, found.reference_end) == (told, date(2023, 9, 30)) == (date(2024, 3, 31), date(2023, 9, 30))
    )
    # the day counts only within the vintage that it is said of
    assert look(UNEMPLOYMENT, "2024-07-01", "2023", reference_end=date(2022, 9, 30)).next_due_at == date(2024, 6, 30)
    # a yearly source is named after its year: nothing to refine
    assert look(FILOSOFI, "2022-01-01", "2018", reference_end=date(2018, 3, 1)).next_due_at == date(2022, 2, 15)


def test_a_file_put_online_anew_stays_the_vintage_of_its_name():
    found = look(FILOSOFI, "2024-06-10", "2018", published_at=date(2024, 6, 1), fetched_at=datetime(2024, 6, 2))
    assert found.next_due_at == date(2022, 2, 15)
    assert found.state == "late_publisher"


@pytest.mark.parametrize(
    ("today", "state", "since"),
    [
        ("2026-02-28", "fresh", "2025-03-04"),
        ("2026-03-01", "due", "2026-03-01"),
        ("2026-03-31", "due", "2026-03-01"),
        ("2026-04-01", "late_us", "2026-04-01"),
    ],
)
def test_fresh_then_due_then_late(today, state, since):
    found = look(COG, today, fetched_at=datetime(2025, 3, 4, 5))
    assert (found.state, found.since) == (state, date.fromisoformat(since))
    assert found.next_due_at == date(2026, 3, 1)
    assert found.reference_end == date(2025, 12, 31)


def test_a_publisher_is_late_only_when_we_looked_after_the_day():
    assert look(COG, "2026-05-01", fetched_at=datetime(2026, 4, 30)).state == "late_publisher"
    assert look(COG, "2026-05-01", fetched_at=datetime(2026, 2, 27)).state == "late_us"
    assert look(COG, "2026-05-01").state == "late_us"


@pytest.mark.parametrize("channel", ["sample", "mirror"])
def test_a_copy_proves_nothing_about_the_publisher(channel):
    found = look(COG, "2026-05-01", fetched_at=datetime(2026, 4, 30), channel=channel)
    assert found.state == "late_us"
    assert ("échantillon" if channel == "sample" else "copie locale") in fr(found.action)
    assert look(COG, "2025-11-01", fetched_at=datetime(2025, 10, 30), channel=channel).state == "fresh"


def test_something_newer_is_our_delay_after_the_days_of_grace():
    known = {"published_at": date(2025, 11, 3), "fetched_at": datetime(2025, 3, 4)}
    assert look(COG, "2025-11-10", **known).state == "due"
    late = look(COG, "2026-01-10", **known)
    assert (late.state, late.since) == ("late_us", date(2025, 12, 4))
    assert "Insee a publié plus récent depuis le 03/11/2025" in fr(late.action)
    announced = look(COG, "2026-01-10", published_vintage="2026", fetched_at=datetime(2025, 12, 1))
    assert announced.state == "late_us"
    assert look(source("irregular"), "2026-01-10", **known).state == "late_us"


def test_never_and_refused():
    assert look(COG, "2026-01-10", None).state == "never"
    assert look(COG, "2026-01-10", None, refused=True).state == "refused"
    refused = look(COG, "2026-01-10", refused=True, fetched_at=datetime(2026, 1, 9))
    assert (refused.state, refused.since) == ("refused", date(2026, 1, 9))
    assert "observatory check insee_neet" in en(refused.action)


def test_figures_published_once_stay_fresh():
    assert look(source("once"), "2090-01-01", "2015", channel="project").state == "fresh"
    assert "une seule fois" in fr(look(source("once"), "2090-01-01", "2015").action)


def test_what_to_do_depends_on_whether_the_publisher_has_an_address():
    assert "--from live --only insee_neet" in fr(look(COG, "2026-05-01").action)
    by_hand = source(expected=["03-01"], live=False)
    assert "télécharger le fichier sur https" in (told := fr(look(by_hand, "2026-05-01").action))
    assert "boîte de dépôt" in told
    # nobody downloads what the team itself keeps
    ours = look(by_hand.model_copy(update={"role": "team", "owner": "team:csr"}), "2026-05-01").action
    assert "L'équipe RSE : compléter le tableau et le déposer" in fr(ours) and "The CSR team: complete the table" in en(
        ours
    )


days = st.dates(date(1950, 1, 1), date(2100, 1, 1))
texts = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.from_regex(r"(v\d-)?(19|20)\d\d(-(0[1-9]|1[0-2])|-Q[1-4])?", fullmatch=True),
)
calendars = st.builds(
    source,
    frequency=st.sampled_from(["daily", "weekly", "monthly", "quarterly", "yearly", "irregular", "once"]),
    expected=st.lists(st.from_regex(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", fullmatch=True), max_size=4),
    grace=st.integers(-10, 10**9),
    lag=st.integers(-(10**6), 10**6),
    live=st.booleans(),
)
facts = st.fixed_dictionaries(
    {
        "newest_vintage": texts,
        "published_at": st.none() | st.dates(),
        "fetched_at": st.none() | st.datetimes(),
        "refused": st.booleans(),
        "published_vintage": texts,
        "channel": st.sampled_from([None, "sample", "mirror", "live", "inbox", "project"]),
    }
)


@given(calendars, facts, st.dates(), st.dates())
def test_nothing_raises_and_time_only_makes_it_later(one, known, a, b):
    early, late = sorted((a, b))
    first, second = health(one, today=early, **known), health(one, today=late, **known)
    assert (first.next_due_at, first.late_after) == (second.next_due_at, second.late_after)
    if first.state in RANK:
        assert RANK[first.state] <= RANK[second.state]
    else:
        assert first.state == second.state
    for found, today in ((first, early), (second, late)):
        assert fr(found.action) and en(found.action)
        if found.state != "refused":
            assert found.since is None or found.since <= today


@given(calendars, texts, days)
def test_the_next_day_lies_after_the_publication(one, text, fetched_on):
    vintage = parse_vintage(text) if text else None
    from orchestration.catalog.calendar import usual_publication

    held = usual_publication(one.calendar, vintage, None, fetched_on)
    due = next_due_at(one.calendar, vintage, None, fetched_on)
    if due is not None:
        assert due > held
        assert due - held <= timedelta(days=367 * 2)
