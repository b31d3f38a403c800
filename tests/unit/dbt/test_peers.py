"""The ten most alike: the SQL of mart_territory_peer beside the plain Python of tests/peers_by_hand.py, on made-up EPCIs.

The same is asked of the real ones in tests/realdata/test_mirror_refresh.py.
"""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import jinja2
import pytest

from tests import peers_by_hand

MODEL = Path(__file__).resolve().parents[3] / "dbt_project/models/marts/assessment/mart_territory_peer.sql"
VARIABLES = [
    "population",
    "density",
    "working_age",
    "jobs",
    "second_homes",
    "agriculture",
    "industry",
    "construction",
    "services",
    "public",
]


def of_sql(profiles: dict[str, list[float]]) -> list[dict]:
    """Return the rows of the mart for these profiles."""
    sql = jinja2.Template(MODEL.read_text(encoding="utf-8")).render(ref=lambda name: name)
    with duckdb.connect() as connection:
        columns = ", ".join(f"{v} double" for v in VARIABLES)
        connection.execute(f"CREATE TABLE int_epci_profiles (epci_code varchar, {columns}, period varchar)")
        for code, values in profiles.items():
            marks = ", ".join("?" * (len(values) + 2))
            connection.execute(f"INSERT INTO int_epci_profiles VALUES ({marks})", [code, *values, "2018"])
        found = connection.execute(sql)
        names = [d[0] for d in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def profiles() -> dict[str, list[float]]:
    chance = random.Random(22)
    return {f"2000000{n:02d}": [chance.gauss(5, 2) ** 2 for _ in VARIABLES] for n in range(60)}


def test_the_ten_their_distance_and_what_each_variable_adds(profiles: dict[str, list[float]]) -> None:
    scores = peers_by_hand.scaled(profiles)
    rows = {(r["epci_code"], r["rank"]): r for r in of_sql(profiles)}
    assert len(rows) == 600
    for place in profiles:
        for rank, (distance, other) in enumerate(peers_by_hand.nearest(scores, place), start=1):
            row = rows[place, rank]
            assert row["peer_code"] == other and row["distance"] == pytest.approx(distance, abs=1e-6)
            for n, variable in enumerate(VARIABLES):
                added = (scores[place][n] - scores[other][n]) ** 2
                assert row[f"contribution_{variable}"] == pytest.approx(added, abs=1e-6)


def test_stability_is_the_share_of_lists_with_one_variable_less_that_keep_the_peer(
    profiles: dict[str, list[float]],
) -> None:
    scores = peers_by_hand.scaled(profiles)
    shorter = {
        place: [[o for _, o in peers_by_hand.nearest(scores, place, n)] for n in range(len(VARIABLES))]
        for place in profiles
    }
    found = of_sql(profiles)
    assert {r["stability"] for r in found} > {100.0}
    for row in found:
        kept = sum(row["peer_code"] in one for one in shorter[row["epci_code"]])
        assert row["stability"] == pytest.approx(100 * kept / len(VARIABLES))


def test_equal_distances_go_by_code() -> None:
    """Twelve twins: each has the ten lowest codes other than its own as its ten."""
    twins = {f"2000000{n:02d}": [1.0] * len(VARIABLES) for n in range(12)}
    others = {"200000090": [2.0] * len(VARIABLES), "200000091": [3.0] * len(VARIABLES)}
    rows = [r for r in of_sql({**twins, **others}) if r["epci_code"] == "200000011"]
    assert [r["peer_code"] for r in sorted(rows, key=lambda r: r["rank"])] == sorted(twins)[:10]
    assert {r["distance"] for r in rows} == {0.0}
