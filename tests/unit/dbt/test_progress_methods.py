"""Progress: the SQL and a second implementation in plain Python, both held against cases worked out by hand.

Each row of `progress_cases.csv` is a series with what three publications make of it and the arithmetic. Points are `period=value`, with
s (suppressed), c (censored), p (provisional), y (made up), b (break) behind the value, `n` for a value not known yet, `@name` for another
series of the same figure and `#year` for the perimeters that it speaks of. Add a case for a threshold, a refusal, or a real series.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reference.progress import Aim, Point, Progress, Span, Verdict, coefficient, progress, window

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
MACROS = "".join(p.read_text(encoding="utf-8") for p in sorted((PROJECT / "macros" / "progress").glob("*.sql")))
POINT = re.compile(
    r"(?P<period>[\d-]+(?:Q\d)?)=(?P<value>-?[\d.]*)(?P<marks>[scpybn]*)(?:@(?P<series>\w+))?(?:#(?P<geography>\d+))?"
)
# the models that find the two values of a window, in their order
MODELS = ("int_progress_series", "int_progress_point", "int_progress_sides", "int_progress_window")
STATUS = {"s": "suppressed", "c": "censored", "p": "provisional", "y": "provisional", "n": "provisional"}
with (Path(__file__).parent / "progress_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = {row["case"]: row for row in csv.DictReader(file)}


def sql(model: str) -> str:
    """Return the SQL of a model or a test, its references by their own names."""
    environment = jinja2.Environment(autoescape=False)
    environment.globals.update(config=lambda **_: "", ref=lambda name: name)
    path = next(path for folder in ("models", "tests") for path in (PROJECT / folder).rglob(f"{model}.sql"))
    return environment.from_string(MACROS + path.read_text(encoding="utf-8")).render()


def macro_sql(text: str) -> str:
    return jinja2.Environment(autoescape=False).from_string(MACROS + text).render()


def points_of(case: dict[str, str]) -> list[dict[str, str]]:
    return [match.groupdict() for text in case["points"].split() if (match := POINT.fullmatch(text))]


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def aim_of(case: dict[str, str]) -> Aim:
    """Return what is wanted in a case, with what docs/progress.md says of targets and of shares."""
    limit = number(case["limit"])
    if limit is None and case["measure"] == "share" and case["direction"] == "up":
        limit = Decimal(100)
    applies = case["additivity"] != "count" or case["scope"] == case["level"]
    return Aim(
        1 if case["direction"] == "up" else -1,
        case["direction"] == "parity",
        number(case["target"]) if applies else None,
        int(case["target_year"] or 2030),
        limit,
    )


def yearly(points: list[dict[str, str]]) -> dict[int, Point]:
    """Return the yearly values of a case's series: what is told of the year, else the mean of four quarters, the last month."""
    by_year: dict[int, list[dict[str, str]]] = {}
    for point in points:
        by_year.setdefault(int(point["period"][:4]), []).append(point)
    found = {}
    for year, group in by_year.items():
        group = [p for p in group if len(p["period"]) == 4] or group
        last = max(group, key=lambda p: p["period"])
        if "n" in last["marks"]:
            continue
        values = [Decimal(p["value"]) for p in group]
        is_quarters = "Q" in last["period"]
        if is_quarters and len(group) < 4:
            continue
        kind = next((STATUS[m] for m in last["marks"] if m in "sc"), "final")
        value = sum(values) / len(values) if is_quarters else Decimal(last["value"])
        found[year] = Point(
            None if kind == "suppressed" else value, kind, "b" in last["marks"], "y" in last["marks"],
            int(last["geography"]) if last["geography"] else None,
        )  # fmt: skip
    return found


def referred(case: dict[str, str]) -> Progress:
    points = points_of(case)
    own = yearly([p for p in points if not p["series"]])
    others = sorted(yearly([p for p in points if p["series"]]))
    return progress(window(own, case["window"], case["level"], others), aim_of(case), number(case["precision"]))


def told(status: str | None, refusal: str | None) -> str:
    """Return a method's status, else the code of its refusal: their words differ."""
    assert (status is None) != (refusal is None)
    return status or refusal or ""


def answer(found: Progress) -> dict[str, str]:
    return {
        "cagr": told(found.cagr.status, found.cagr.refusal),
        "un": told(found.un.status, found.un.refusal),
        "destatis": told(found.destatis.status, found.destatis.refusal),
        "status": found.status or "",
        "agreement": found.agreement or "",
        "refusal": found.refusal or "",
        "fragile": "" if found.is_fragile is None else str(found.is_fragile).lower(),
        "moved": str(found.moved).lower(),
    }


@pytest.fixture(scope="module")
def built() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the marts made of all cases at once, each an indicator of its own."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE fct_indicator_value (indicator_id VARCHAR, territory_code VARCHAR, territory_level VARCHAR, period VARCHAR, "
            "breakdown VARCHAR, value DOUBLE, status VARCHAR, source_id VARCHAR, vintage VARCHAR, is_synthetic BOOLEAN, "
            "series_id VARCHAR, geography_year INTEGER, is_break BOOLEAN);"
            "CREATE TABLE int_indicator_shown (indicator_id VARCHAR, territory_level VARCHAR, territory_code VARCHAR, period VARCHAR, "
            "breakdown VARCHAR, source_id VARCHAR, vintage VARCHAR, perimeter_persons DOUBLE);"
            "CREATE TABLE dim_indicator (indicator_id VARCHAR, sdg_id INTEGER, contribution VARCHAR, desired_direction VARCHAR, "
            "natural_limit DOUBLE, measure VARCHAR, additivity VARCHAR, target_value DOUBLE, target_year INTEGER, "
            "target_setter VARCHAR, target_scope VARCHAR, published_precision DOUBLE);"
            "CREATE TABLE dim_territory (territory_level VARCHAR, territory_code VARCHAR, is_home BOOLEAN, is_comparator BOOLEAN, "
            "is_current BOOLEAN)"
        )
        connection.execute(
            "CREATE TABLE progress_refusals AS SELECT * FROM read_csv(?, all_varchar := true)",
            [str(PROJECT / "seeds" / "assessment" / "progress_refusals.csv")],
        )
        for name, case in CASES.items():
            connection.execute(
                "INSERT INTO dim_indicator VALUES (?, 1, 'positive', ?, ?, ?, ?, ?, ?, 'setter', ?, ?)",
                [name, case["direction"], case["limit"] or None, case["measure"], case["additivity"], case["target"] or None,
                 case["target_year"] or None, case["scope"] or None, case["precision"] or None],
            )  # fmt: skip
            rows = [
                [name, case["level"], p["period"], None if set("sn") & set(p["marks"]) else p["value"],
                 next((STATUS[m] for m in p["marks"] if m in STATUS), "final"), "y" in p["marks"], p["series"] or "main",
                 p["geography"], "b" in p["marks"]]
                for p in points_of(case)
            ]  # fmt: skip
            connection.executemany(
                "INSERT INTO fct_indicator_value VALUES ($1, '1', $2, $3, 'total', $4, $5, 's', 'v', $6, $7, $8, $9)",
                rows,
            )
        for model in (*MODELS, "mart_indicator_progress"):
            connection.execute(f"CREATE TABLE {model} AS {sql(model)}")
        yield connection


def test_the_cases_reach_every_status_and_every_refusal() -> None:
    assert len(CASES) >= 40
    assert all(
        case["points"].split() and len(points_of(case)) == len(case["points"].split()) for case in CASES.values()
    )
    reached = {case[method] for case in CASES.values() for method in ("cagr", "un", "destatis")}
    with (PROJECT / "seeds" / "assessment" / "progress_refusals.csv").open(encoding="utf-8", newline="") as file:
        refusals = {row["refusal_id"] for row in csv.DictReader(file)}
    statuses = {
        "target_achieved", "substantial_progress", "moderate_progress", "limited_progress", "deterioration", "on_track",
        "fair_progress", "stagnation", "regression", "slightly_off", "off_track", "wrong_direction",
    }  # fmt: skip
    assert reached == refusals | statuses
    assert {case["status"] for case in CASES.values()} == {
        "improving",
        "target_met",
        "stable",
        "worsening",
        "mixed",
        "",
    }


@pytest.mark.parametrize("name", CASES)
def test_the_second_implementation_gives_what_the_arithmetic_gives(name: str) -> None:
    assert answer(referred(CASES[name])) == {k: CASES[name][k] for k in answer(referred(CASES[name]))}


@pytest.mark.parametrize("name", CASES)
def test_the_marts_give_what_the_arithmetic_gives(built: duckdb.DuckDBPyConnection, name: str) -> None:
    row = built.execute(
        "SELECT cagr_status, cagr_refusal, un_status, un_refusal, destatis_status, destatis_refusal, status, method_agreement, "
        "refusal_reason, is_fragile, base_moved FROM mart_indicator_progress "
        "WHERE indicator_id = ? AND series_id = 'main' AND window_length = ?",
        [name, CASES[name]["window"]],
    ).fetchone()
    assert row is not None
    found = Progress(Verdict(*row[0:2]), Verdict(*row[2:4]), Verdict(*row[4:6]), *row[6:])
    assert answer(found) == {k: CASES[name][k] for k in answer(found)}


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("growth_of_1.5", "cagr_score", 2.5),  # 500 x 0.015 - 5
        ("growth_of_0.5", "cagr_score", 0),  # 250 x 0.005 - 1.25
        ("no_growth", "cagr_score", -2.5),
        ("wanted_down_rises", "cagr_score", -4.602),  # (100/92)^(1/5) - 1 = 0.0168161; 125 x -0.0168161 - 2.5
        ("growth_of_2", "cagr_score", 5),
        ("limit_reached_and_kept", "cagr_score", 5),
        ("ratio_of_95", "cagr_score", 2.5001),  # 7.1429 x 0.95 - 4.2857
        ("ratio_of_60", "cagr_score", 0),  # 7.1429 x 0.6 - 4.2857 = 0.00004
        ("ratio_of_0", "cagr_score", -2.5),
        ("organic_44_target_met", "cagr_score", 5),
        ("ratio_of_95", "cagr_required", 2),
        ("limit_near_100", "cagr_coefficient", 0.203666),
        ("organic_44_target_met", "destatis_projected", 30.85),
        ("organic_44_target_met", "destatis_mean_change", 1.575),
        ("miss_of_5", "destatis_miss", 5),
        ("miss_of_20", "destatis_miss", 20),
        ("path_above_95", "un_projected", 195.021225),  # 139.65 squared / 100
        ("path_above_95", "un_path_share", 95.021225),
        ("parity_paris_saclay", "change", 1.71),
        ("quarters", "last_value", 6.1),
        ("whole_year_before_its_parts", "first_value", 104),
    ],
)
def test_the_parts_of_each_method_are_in_the_table(
    built: duckdb.DuckDBPyConnection, name: str, column: str, value: float
) -> None:
    found = built.execute(
        f"SELECT {column} FROM mart_indicator_progress WHERE indicator_id = ? AND window_length = ?",
        [name, CASES[name]["window"]],
    ).fetchone()
    assert found == (pytest.approx(value, abs=1e-4),)


def test_an_epci_that_counts_as_many_persons_is_no_other_place(built: duckdb.DuckDBPyConnection) -> None:
    connection = built.cursor()
    connection.execute("CREATE TEMP TABLE known AS SELECT * FROM int_indicator_shown")
    connection.execute(
        "INSERT INTO known SELECT indicator_id, territory_level, territory_code, period, breakdown, source_id, vintage, 650000 "
        "FROM fct_indicator_value WHERE indicator_id = 'epci_without_persons'"
    )
    for model in MODELS:
        connection.execute(f"CREATE TEMP TABLE {model} AS {sql(model).replace('int_indicator_shown', 'known')}")
    found = connection.execute(
        "SELECT window_refusal FROM temp.int_progress_window WHERE indicator_id = 'epci_without_persons' AND window_length = 'short'"
    ).fetchone()
    assert found == (None,)


def test_a_year_of_two_values_is_found(built: duckdb.DuckDBPyConnection) -> None:
    """Progress takes one value of a year and could not say which: the test that blocks sees it before."""
    text = sql("series_of_one_definition").rpartition("union all")[2]
    assert built.execute(text).fetchall() == []
    connection = built.cursor()
    connection.execute("CREATE TEMP TABLE doubled AS FROM int_progress_point")
    connection.execute(
        "INSERT INTO doubled FROM int_progress_point WHERE is_after_break ORDER BY series_number, year LIMIT 1"
    )
    [(rule, example, found)] = connection.execute(text.replace("int_progress_point", "doubled")).fetchall()
    assert (rule, found) == ("two points of one year", 1) and example


def test_the_newest_series_is_told(built: duckdb.DuckDBPyConnection) -> None:
    found = built.execute(
        "SELECT series_id, is_newest_series FROM mart_indicator_progress "
        "WHERE indicator_id = 'other_series_longer' AND window_length = 'short' ORDER BY series_id"
    ).fetchall()
    assert found == [("main", True), ("old", False)]


HOME = "244400404"


def test_the_scorecard_counts_and_ranks_over_the_same_indicators() -> None:
    """Home has a status for a and b: only these are compared. Z lacks b and has no rank; d is made up and counted apart."""
    statuses = {
        HOME: {"a": "improving", "b": "worsening", "c": None},
        "X": {"a": "improving", "b": "improving", "c": "worsening"},
        "Y": {"a": "worsening", "b": "improving"},
        "Z": {"a": "improving", "c": "improving"},
    }
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE dim_indicator AS SELECT * FROM (VALUES ('a', 8, 'positive'), ('b', 8, 'negative'), ('c', 8, 'positive'), "
            "('d', 8, 'positive')) AS listed(indicator_id, sdg_id, contribution);"
            "CREATE TABLE dim_territory AS SELECT 'epci' AS territory_level, code AS territory_code, code = '244400404' AS is_home, "
            "code <> '244400404' AS is_comparator, true AS is_current FROM (VALUES ('244400404'), ('X'), ('Y'), ('Z')) AS listed(code);"
            "CREATE TABLE mart_indicator_progress (indicator_id VARCHAR, territory_level VARCHAR, territory_code VARCHAR, "
            "breakdown VARCHAR, window_length VARCHAR, status VARCHAR, last_period VARCHAR, is_newest_series BOOLEAN, "
            "is_fragile BOOLEAN)"
        )
        rows = [(i, code, "total", "short", s, "2023", True) for code, own in statuses.items() for i, s in own.items()]
        rows += [
            ("a", HOME, "total", "long", "stable", "2023", True),
            ("a", HOME, "sex=F", "short", "worsening", "2023", True),
            ("a", HOME, "total", "short", "worsening", "2015", False),
            ("d", HOME, "total", "short", None, None, True),
        ]
        connection.executemany(
            "INSERT INTO mart_indicator_progress VALUES ($1, 'epci', $2, $3, $4, $5, $6, $7, false)", rows
        )
        connection.execute(f"CREATE TABLE card AS {sql('mart_sdg_scorecard')}")
        counts = connection.execute(
            "SELECT indicators, improving, stable, worsening, mixed, not_assessed, improving_positive, worsening_positive, "
            "worsening_negative, long_stable, synthetic_indicators, improving_ids, worsening_ids, not_assessed_ids "
            "FROM card WHERE territory_code = ?",
            [HOME],
        ).fetchall()
        assert counts == [(3, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, "a", "b", "c")]
        ranks = connection.execute(
            "SELECT territory_code, compared_indicators, balance, comparator_rank, comparators FROM card ORDER BY territory_code"
        ).fetchall()
        assert ranks == [(HOME, 2, 0, 2, 3), ("X", 2, 100, 1, 3), ("Y", 2, 0, 2, 3), ("Z", None, None, None, None)]


FIGURES = st.integers(min_value=1, max_value=100_000).map(lambda n: Decimal(n) / 100)
SPANS = st.builds(
    lambda first, last, years, step: Span(
        "short", 2024 - years, first, 2024, last, False, (2019, step) if step is not None else None
    ),
    FIGURES, FIGURES, st.integers(3, 7), st.none() | FIGURES,
)  # fmt: skip
AIMS = st.builds(
    lambda sign, target, year, limit: Aim(sign, False, target, year, limit),
    st.sampled_from([1, -1]), st.none() | FIGURES, st.integers(2023, 2035), st.none() | FIGURES,
)  # fmt: skip
TRIED = [
    "cagr_status",
    "cagr_refusal",
    "un_status",
    "un_refusal",
    "destatis_status",
    "destatis_refusal",
    "status",
    "method_agreement",
]


def tried(connection: duckdb.DuckDBPyConnection, given_: list[tuple[Span, Aim]], columns: list[str]) -> list[tuple]:
    """Return what the macros make of windows, in their order."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE tried (number INTEGER, window_length VARCHAR, window_refusal VARCHAR, base DOUBLE, latest DOUBLE, "
        "base_year INTEGER, latest_year INTEGER, step_base DOUBLE, step_year INTEGER, target DOUBLE, target_year INTEGER, "
        "limit_value DOUBLE, wanted INTEGER)"
    )
    connection.executemany(
        "INSERT INTO tried VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [n, s.length, float(s.first), float(s.last), s.first_year, s.last_year,
             float(s.yearly[1]) if s.yearly else None, s.yearly[0] if s.yearly else None,
             None if a.target is None else float(a.target), None if a.target is None else a.target_year,
             None if a.limit is None else float(a.limit), a.sign]
            for n, (s, a) in enumerate(given_)
        ],
    )  # fmt: skip
    text = macro_sql("{{ with_reading(with_destatis(with_un(with_cagr('tried')))) }}")
    return connection.execute(f"SELECT {', '.join(columns)} FROM {text} ORDER BY number").fetchall()


WINDOWS = st.lists(st.tuples(SPANS, AIMS), min_size=20, max_size=40)


@settings(max_examples=12, deadline=None)
@given(windows=WINDOWS)
def test_two_implementations_agree_on_whatever_comes(windows: list[tuple[Span, Aim]]) -> None:
    with duckdb.connect() as connection:
        for (span, aim), row in zip(windows, tried(connection, windows, TRIED), strict=True):
            found = progress(span, aim, None)
            expected = (
                found.cagr.status, found.cagr.refusal, found.un.status, found.un.refusal, found.destatis.status,
                found.destatis.refusal, found.status, found.agreement,
            )  # fmt: skip
            assert row == expected, (span, aim)


@settings(max_examples=5, deadline=None)
@given(windows=WINDOWS, scale=st.sampled_from([Decimal(1) / 8, Decimal(2), Decimal(1024)]))
def test_the_unit_of_the_values_changes_nothing(windows: list[tuple[Span, Aim]], scale: Decimal) -> None:
    scaled = [
        (
            replace(
                s, first=s.first * scale, last=s.last * scale, yearly=s.yearly and (s.yearly[0], s.yearly[1] * scale)
            ),
            replace(
                a,
                target=None if a.target is None else a.target * scale,
                limit=None if a.limit is None else a.limit * scale,
            ),
        )
        for s, a in windows
    ]
    columns = ["cagr_status", "cagr_score", "un_status", "destatis_status", "status"]
    with duckdb.connect() as connection:
        assert tried(connection, windows, columns) == tried(connection, scaled, columns)


@settings(max_examples=5, deadline=None)
@given(windows=WINDOWS)
def test_wanted_the_other_way_the_pace_turns_round(windows: list[tuple[Span, Aim]]) -> None:
    free = [(s, replace(a, target=None, limit=None)) for s, a in windows]
    turned = [(s, replace(a, sign=-a.sign)) for s, a in free]
    with duckdb.connect() as connection:
        paces = [row[0] for row in tried(connection, free, ["cagr_pace"])]
        assert [-p for p in paces] == [row[0] for row in tried(connection, turned, ["cagr_pace"])]


@given(base=FIGURES, limit=FIGURES)
def test_the_coefficient_lies_between_0_and_1_and_mirrors_at_the_limit(base: Decimal, limit: Decimal) -> None:
    assert 0 <= coefficient(base, limit) <= 1
    if base <= limit:
        assert coefficient(base, limit) == coefficient(2 * limit - base, limit)
