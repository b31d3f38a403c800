"""The edition made of the publishers' real files, held against what was read and reckoned outside it.

`bench/reference/values_by_hand.csv`: cells of raw files, each with its place, its text and the arithmetic. `progress_on_paper.csv`: real
series with every step of three methods. `bench/independent/`: every figure of the home territory, recomputed. None of them was made from
an edition. Add a value for a trap that a file has shown.
"""

from __future__ import annotations

import ast
import csv
import operator
from pathlib import Path

import duckdb
import pytest

from bench.independent.__main__ import held_against

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

REFERENCE = Path(__file__).resolve().parents[2] / "bench" / "reference"
# what the edition keeps of a value: nine decimals
DECIMALS = 1e-8
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
             ast.Pow: operator.pow}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a list of the reference."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


VALUES, PAPER = rows("values_by_hand.csv"), rows("progress_on_paper.csv")


def reckoned(text: str) -> float:
    """Return what arithmetic written as text makes: numbers, + − × ÷ and powers, `abs` and `round`."""

    def of(node: ast.AST) -> float:
        match node:
            case ast.Constant(value=int() | float() as number):
                return number
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -of(inner)
            case ast.BinOp(left=left, op=sign, right=right):
                return OPERATORS[type(sign)](of(left), of(right))
            case ast.Call(func=ast.Name(id="abs"), args=[inner]):
                return abs(of(inner))
            case ast.Call(func=ast.Name(id="round"), args=[inner, ast.Constant(value=int() as places)]):
                return round(of(inner), places)
        raise ValueError(f"no arithmetic: {ast.unparse(node)}")

    return of(ast.parse(text, mode="eval").body)


def number(text: str) -> float:
    """Return a cell's number: decimal comma or point, blanks of thousands."""
    return float(text.replace("\u202f", "").replace(" ", "").replace(",", "."))


def test_a_hundred_values_over_fifteen_sources_are_listed() -> None:
    assert len(VALUES) >= 100
    assert len({row["file"].split("/")[0] for row in VALUES}) >= 15
    assert {row["status"] for row in VALUES} == {"final", "provisional", "censored", "suppressed", "absent"}


@pytest.mark.parametrize("row", VALUES, ids=lambda r: "-".join(list(r.values())[:5]))
def test_a_value_read_by_hand_is_the_published_one(edition: duckdb.DuckDBPyConnection, row: dict[str, str]) -> None:
    key = [row[k] for k in ("indicator_id", "territory_level", "territory_code", "period", "breakdown")]
    found = edition.execute(
        "SELECT value, status FROM fct_indicator_value WHERE indicator_id = ? AND territory_level = ? AND territory_code = ? "
        "AND period = ? AND breakdown = ?",
        key,
    ).fetchall()
    if row["status"] == "absent":
        assert found == []
    elif row["status"] == "suppressed":
        assert found == [(None, "suppressed")]
    else:
        assert reckoned(row["arithmetic"]) == pytest.approx(float(row["value"]), rel=1e-12)
        assert found == [(pytest.approx(float(row["value"]), rel=DECIMALS, abs=DECIMALS), row["status"])]


def test_each_method_has_ten_readings_on_paper() -> None:
    for method in ("cagr", "un", "destatis"):
        assert sum(bool(row[f"{method}_status"]) for row in PAPER) >= 10


@pytest.mark.parametrize("row", PAPER, ids=lambda r: "-".join(list(r.values())[1:4]))
def test_progress_on_paper_is_the_published_one(edition: duckdb.DuckDBPyConnection, row: dict[str, str]) -> None:
    assert [f"{reckoned(row[f'{m}_steps']):.6f}" for m in ("cagr", "un", "destatis") if row[f"{m}_steps"]] == [
        row[f"{m}_measure"] for m in ("cagr", "un", "destatis") if row[f"{m}_steps"]
    ]
    found = edition.execute(
        "SELECT first_period, first_value, last_period, last_value, target_value, cagr_status, un_status, destatis_status "
        "FROM mart_indicator_progress WHERE series_id = ? AND territory_level = ? AND territory_code = ? "
        "AND window_length = ? AND breakdown = 'total'",
        [row[k] for k in ("series_id", "territory_level", "territory_code", "window_length")],
    ).fetchall()
    assert found == [
        (
            row["first_year"],
            pytest.approx(number(row["first_raw"]), abs=DECIMALS),
            row["last_year"],
            pytest.approx(number(row["last_raw"]), abs=DECIMALS),
            float(row["target"]) if row["target"] else None,
            *(row[f"{method}_status"] or None for method in ("cagr", "un", "destatis")),
        )
    ]


def test_every_figure_of_the_home_territory_is_that_of_a_second_implementation(refreshed, mirror) -> None:
    results = held_against(mirror, refreshed[0] / "editions/current/observatory.duckdb")
    wrong = {
        (indicator, kind): found[kind][:3]
        for indicator, found in results.items()
        for kind in ("different", "only_published", "only_recomputed")
        if found[kind]
    }
    assert wrong == {}
    assert sum(len(found["equal"]) for found in results.values()) > 28_000
