"""What an edition says of the home territory: its newest values, what has none, and why.

Holds one question to the warehouse that an edition was made from, beside the edition before. Add here what
the CSR team wants to read of its own territory without SQL. Figures of other territories belong to
`comparing`, the words to `receipts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from orchestration.base.duck import connect
from orchestration.base.messages import Message
from orchestration.records.outcome import Cause, HomeFigure, HomeFigures, HomeGap

if TYPE_CHECKING:
    import duckdb

# what became of a figure since the edition before
Change = Literal["new", "newer", "revised", "same"]
HOME_LEVEL = "epci"
# The catalogue holds indicators without a model too, which no mart lists. A total where the home has one;
# else every part.
_NEWEST = f"""
CREATE TEMP TABLE newest AS
WITH here AS (
  SELECT f.* FROM figures AS f
  JOIN built.marts.dim_territory AS t USING (territory_level, territory_code)
  WHERE t.is_home AND t.territory_level = '{HOME_LEVEL}'
),
valued AS (
  SELECT * FROM here WHERE value IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY indicator_id, breakdown ORDER BY period DESC) = 1
)
SELECT valued.*,
  (SELECT list(h.period ORDER BY h.period) FROM here AS h
   WHERE h.indicator_id = valued.indicator_id AND h.breakdown = valued.breakdown AND h.period > valued.period) AS without_value
FROM valued
QUALIFY breakdown = 'total' OR NOT bool_or(breakdown = 'total') OVER (PARTITION BY indicator_id)
"""
_FIGURES = """
SELECT n.indicator_id, i.sdg_id, i.name_fr, i.name_en, n.breakdown, n.value, i.unit_fr, i.unit, n.period, n.status,
  n.source_id, n.vintage, i.published_precision, o.value, o.period, coalesce(n.without_value, [])
FROM newest AS n
JOIN built.reference.indicators AS i USING (indicator_id)
LEFT JOIN (
  SELECT * FROM before WHERE value IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY indicator_id, territory_level, territory_code, breakdown ORDER BY period DESC) = 1
) AS o ON o.indicator_id = n.indicator_id AND o.breakdown = n.breakdown
  AND o.territory_level = n.territory_level AND o.territory_code = n.territory_code
ORDER BY i.sdg_id, n.indicator_id, n.breakdown
"""
_GAPS = f"""
SELECT i.indicator_id, i.sdg_id, i.name_fr, i.name_en, i.is_available, string_split(i.input_source_ids, ';'),
  count(f.indicator_id) FILTER (t.is_home AND f.territory_level = '{HOME_LEVEL}'),
  coalesce(list(DISTINCT f.territory_level ORDER BY f.territory_level) FILTER (f.value IS NOT NULL), []),
  count(DISTINCT f.territory_code) FILTER (t.is_home AND f.territory_level = 'commune' AND f.value IS NOT NULL)
FROM built.reference.indicators AS i
LEFT JOIN figures AS f USING (indicator_id)
LEFT JOIN built.marts.dim_territory AS t USING (territory_level, territory_code)
WHERE i.indicator_id NOT IN (SELECT indicator_id FROM newest)
GROUP BY ALL ORDER BY i.sdg_id, i.indicator_id
"""
# the same as in comparing: sums of doubles differ in the last digits from one run to the next
_NOISE = 1e-9


def home_figures(warehouse: Path, before: Path | None, held: Iterable[str]) -> HomeFigures | None:
    """Return the home territory's figures in `warehouse`, beside the edition folder `before` (None for a first one).

    `held`: the sources of which a good vintage is held, so that a gap can name those of which none is. None where the
    warehouse knows no home territory.
    """
    connection = connect()
    try:
        connection.execute(f"ATTACH '{str(warehouse).replace(chr(39), chr(39) * 2)}' AS built (READ_ONLY)")
        home = connection.execute(
            "SELECT territory_code, name FROM built.marts.dim_territory WHERE is_home AND territory_level = ?",
            [HOME_LEVEL],
        ).fetchone()
        if home is None:
            return None
        connection.execute("CREATE TEMP VIEW figures AS SELECT * FROM built.marts.fct_indicator_value")
        _before(connection, before)
        connection.execute(_NEWEST)
        goals = connection.execute("SELECT sdg_id, name_fr, name_en FROM built.marts.dim_sdg ORDER BY 1").fetchall()
        return HomeFigures(
            territory_code=home[0],
            territory=home[1],
            goals={g: Message.of(fr=fr, en=en) for g, fr, en in goals},
            figures=[_figure(row, before is None) for row in connection.execute(_FIGURES).fetchall()],
            gaps=[_gap(row, set(held)) for row in connection.execute(_GAPS).fetchall()],
        )
    finally:
        connection.close()


def _before(connection: duckdb.DuckDBPyConnection, edition: Path | None) -> None:
    path = edition / "parquet" / "fct_indicator_value.parquet" if edition else None
    if path and path.is_file():
        connection.execute(
            f"CREATE TEMP VIEW before AS SELECT * FROM read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
        )
    else:
        connection.execute("CREATE TEMP VIEW before AS SELECT * FROM figures LIMIT 0")


def _figure(row: tuple[Any, ...], is_first: bool) -> HomeFigure:
    (
        indicator,
        goal,
        fr,
        en,
        breakdown,
        value,
        unit_fr,
        unit,
        period,
        status,
        source,
        vintage,
        step,
        old,
        old_period,
        later,
    ) = row
    change: Change | None = None
    if not is_first:
        same = old is not None and abs(value - old) <= _NOISE * max(1, abs(value), abs(old))
        change = (
            "new"
            if old is None
            else "newer"
            if period > old_period
            else "same"
            if same and period == old_period
            else "revised"
        )
    beside = change in ("newer", "revised")
    return HomeFigure(
        indicator_id=indicator,
        sdg_id=goal,
        indicator=Message.of(fr=fr, en=en),
        breakdown=breakdown,
        value=value,
        unit=Message.of(fr=unit_fr or "", en=unit or ""),
        period=period,
        status=status,
        source_id=source,
        vintage=vintage,
        step=step,
        change=change,
        old_value=old if beside else None,
        old_period=old_period if beside else None,
        without_value=later,
    )


def _gap(row: tuple[Any, ...], held: set[str]) -> HomeGap:
    indicator, goal, fr, en, is_available, inputs, rows, levels, communes = row
    absent = [source for source in inputs if source not in held]
    cause: Cause
    if not is_available:
        cause, absent = "not_read", []
    elif rows:
        cause = "withheld"
    elif HOME_LEVEL in levels:
        cause = "elsewhere"
    elif levels:
        cause = "other_levels"
    elif absent:
        cause = "no_source"
    else:
        cause, absent = "no_figure", inputs
    return HomeGap(
        indicator_id=indicator,
        sdg_id=goal,
        indicator=Message.of(fr=fr, en=en),
        cause=cause,
        levels=levels,
        home_communes=communes,
        sources=absent,
    )
