"""What changed in the figures between two editions.

Holds the comparison of `fct_indicator_value`, done by DuckDB over the two Parquet files. Add here
what a person wants to know before trusting a new edition. The ledger that readers query,
`mart_edition_change`, is a dbt model; the words are the business of `receipts`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, Field

from orchestration.base.duck import connect, one_row
from orchestration.base.messages import Message
from orchestration.catalog.vintages import sort_key

if TYPE_CHECKING:
    import duckdb

# The level is part of the key: 44 is Loire-Atlantique among the departments and Grand Est among the
# regions.
_KEY = ("indicator_id", "territory_code", "territory_level", "period", "breakdown")
_BESIDE = ("status", "vintage", "source_id")
# Sums of doubles differ in the last digits from one run to the next: that is no revision. A share of the
# figure where it is large; below 1, the last of the nine decimals that figures are rounded to.
_NOISE = 1e-9


class Totals(BaseModel):
    """What one edition shows: how many indicators and territories have values, and how many values.

    `figures`: rows, with a value or without. Those without are `suppressed` (statistical secrecy) or not known.
    """

    edition: str
    indicators: int
    territories: int
    values: int
    figures: int
    suppressed: int

    @property
    def unknown(self) -> int:
        """Return how many figures have no value and are no secret."""
        return self.figures - self.values - self.suppressed


class Move(BaseModel):
    """One revised figure. `change` is in the indicator's unit (points for a share).

    `relative`: distance as a share of the larger of both, 0 to 1 (2 when the sign changed fully).
    """

    indicator_id: str
    indicator: Message
    unit: str | None
    territory_code: str
    territory_level: str | None
    territory: str
    period: str
    breakdown: str | None
    old_value: float
    new_value: float
    change: float
    relative: float


class IndicatorChange(BaseModel):
    """How many figures of one indicator are new, gone and revised."""

    indicator_id: str
    indicator: Message
    new: int
    removed: int
    revised: int


class Gone(BaseModel):
    """Figures of one indicator and level that had a value and have none now.

    `still_listed`: their rows are there, without a value (become secret, or unknown); else the rows are gone.
    `places`: up to three of the `territories`, the home ones first.
    """

    indicator_id: str
    indicator: Message
    territory_level: str | None
    still_listed: bool
    periods: list[str]
    figures: int
    territories: int
    places: list[str]


class Older(BaseModel):
    """Figures of one source that readers saw from vintage `before` and see from the older `after` now."""

    source_id: str
    before: str
    after: str
    figures: int


class Share(NamedTuple):
    """The part of a comparison that one of several new deliveries answers for.

    Figures of `source_id`, and those of the `indicators` that it feeds unless they come from one of the `others`.
    """

    source_id: str
    indicators: set[str]
    others: set[str]


class Comparison(BaseModel):
    """The figures of `after` against those of `before` (null for a first edition).

    Counts are figures (indicator × territory × period × breakdown). `new`: was not there. `removed`:
    is no longer there. `revised`: another value or another status; of them `blanked` had a value and have
    none now, `filled` the reverse, `restated` the same value under another status. `unchanged`: the same value
    and status. The ledger of revisions, `mart_edition_change`, goes by the same rules. `gone` and `older` say
    which values vanished, and which went back to an older vintage (whether or not the value changed by that).
    """

    before: Totals | None
    after: Totals
    new: int = 0
    removed: int = 0
    revised: int = 0
    blanked: int = 0
    filled: int = 0
    restated: int = 0
    unchanged: int = 0
    moves: list[Move] = Field(default_factory=list)
    by_indicator: list[IndicatorChange] = Field(default_factory=list)
    gone: list[Gone] = Field(default_factory=list)
    older: list[Older] = Field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Return whether no figure is new, gone or revised."""
        return not (self.new or self.removed or self.revised)


def compare(old: Path | None, new: Path, *, moves: int = 10, share: Share | None = None) -> Comparison:
    """Return what changed in `fct_indicator_value` from edition folder `old` to edition folder `new`.

    `old` None: a first edition, everything is new. Folders may be published editions or one that is
    still being built; a folder without that table counts as without figures. `moves`: how many of
    the biggest revisions to name, by relative size: those of the home territory and its communes first, and
    up to half of them from elsewhere. `share`: only what one delivery of several answers for; the totals stay those
    of the editions.
    """
    old, new = (Path(old) if old else None), Path(new)
    connection = connect()
    try:
        _figures(connection, "before", old)
        _figures(connection, "after", new)
        _names(connection, new, old)
        connection.execute(_PAIRED)
        if share is not None:
            connection.execute(_OTHERS, [share.source_id, sorted(share.others), sorted(share.indicators)])
        counts = one_row(connection, _COUNTS)
        return Comparison(
            before=_totals(connection, "before", old) if old else None,
            after=_totals(connection, "after", new),
            **dict(
                zip(("new", "removed", "revised", "blanked", "filled", "restated", "unchanged"), counts, strict=True)
            ),
            moves=_biggest(connection, moves),
            by_indicator=[
                IndicatorChange(indicator_id=i, indicator=Message.of(fr=fr, en=en), new=n, removed=gone, revised=r)
                for i, fr, en, n, gone, r in connection.execute(_BY_INDICATOR).fetchall()
            ],
            gone=[
                Gone(
                    indicator_id=i,
                    indicator=Message.of(fr=fr, en=en),
                    territory_level=level,
                    still_listed=listed,
                    periods=periods,
                    figures=figures,
                    territories=places,
                    places=[p["name"] for p in named],
                )
                for i, fr, en, level, listed, periods, figures, places, named in connection.execute(_GONE).fetchall()
            ],
            older=_older(connection),
        )
    finally:
        connection.close()


_SAME_KEY = " AND ".join(f"o.{c} IS NOT DISTINCT FROM n.{c}" for c in _KEY)
_MERGED_KEY = ", ".join(f"coalesce(n.{c}, o.{c}) AS {c}" for c in _KEY)

_PAIRED = f"""
CREATE TEMP TABLE paired AS
SELECT {_MERGED_KEY}, o.value AS old_value, n.value AS new_value,
  o.vintage AS old_vintage, n.vintage AS new_vintage, o.source_id AS old_source, n.source_id AS new_source,
  CASE
    WHEN o.here IS NULL THEN 'new'
    WHEN n.here IS NULL THEN 'removed'
    WHEN n.value IS NULL AND o.value IS NOT NULL THEN 'blanked'
    WHEN o.value IS NULL AND n.value IS NOT NULL THEN 'filled'
    WHEN abs(n.value - o.value) > {_NOISE} * greatest(1, abs(n.value), abs(o.value)) THEN 'moved'
    -- an edition without statuses does not contradict one that has them
    WHEN n.status <> o.status THEN 'restated'
    ELSE 'same'
  END AS change
FROM before AS o FULL JOIN after AS n ON {_SAME_KEY}
"""

_OTHERS = """
DELETE FROM paired WHERE coalesce(new_source, old_source, '') <> ?
  AND (list_contains(?::VARCHAR[], coalesce(new_source, old_source, '')) OR NOT list_contains(?::VARCHAR[], indicator_id))
"""

_COUNTS = """
SELECT count(*) FILTER (change = 'new'), count(*) FILTER (change = 'removed'),
  count(*) FILTER (change IN ('moved', 'blanked', 'filled', 'restated')),
  count(*) FILTER (change = 'blanked'), count(*) FILTER (change = 'filled'),
  count(*) FILTER (change = 'restated'), count(*) FILTER (change = 'same')
FROM paired
"""

_MOVES = """
SELECT p.indicator_id, coalesce(i.name_fr, p.indicator_id), coalesce(i.name_en, p.indicator_id),
  i.unit, p.territory_code, p.territory_level, coalesce(t.name, p.territory_code), p.period,
  p.breakdown, p.old_value, p.new_value, p.new_value - p.old_value,
  abs(p.new_value - p.old_value) / greatest(abs(p.new_value), abs(p.old_value)) AS relative
FROM paired AS p
LEFT JOIN indicator_names AS i USING (indicator_id)
LEFT JOIN territory_names AS t USING (territory_code, territory_level)
WHERE p.change = 'moved' AND coalesce(t.is_home, false) = ?
ORDER BY relative DESC, abs(p.new_value - p.old_value) DESC,
  p.indicator_id, p.territory_level, p.territory_code, p.period, p.breakdown
LIMIT ?
"""

# a figure that never had a value did not vanish
_GONE = """
SELECT p.indicator_id, coalesce(any_value(i.name_fr), p.indicator_id),
  coalesce(any_value(i.name_en), p.indicator_id), p.territory_level, p.change = 'blanked',
  list(DISTINCT p.period ORDER BY p.period), count(*),
  count(DISTINCT p.territory_code),
  list_slice(list_sort(list(DISTINCT struct_pack(
    elsewhere := NOT coalesce(t.is_home, false), name := coalesce(t.name, p.territory_code)))), 1, 3)
FROM paired AS p
LEFT JOIN indicator_names AS i USING (indicator_id)
LEFT JOIN territory_names AS t USING (territory_code, territory_level)
WHERE p.change IN ('removed', 'blanked') AND p.old_value IS NOT NULL
GROUP BY p.indicator_id, p.territory_level, p.change = 'blanked'
ORDER BY bool_or(coalesce(t.is_home, false)) DESC, count(*) DESC, p.indicator_id, p.territory_level
"""

_VINTAGES = """
SELECT new_source, old_vintage, new_vintage, count(*) FROM paired
WHERE old_source = new_source AND old_vintage <> new_vintage AND new_value IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""

_BY_INDICATOR = """
SELECT p.indicator_id, coalesce(any_value(i.name_fr), p.indicator_id),
  coalesce(any_value(i.name_en), p.indicator_id),
  count(*) FILTER (change = 'new') AS n, count(*) FILTER (change = 'removed') AS gone,
  count(*) FILTER (change IN ('moved', 'blanked', 'filled', 'restated')) AS r
FROM paired AS p LEFT JOIN indicator_names AS i USING (indicator_id)
WHERE change <> 'same'
GROUP BY p.indicator_id
ORDER BY n + gone + r DESC, p.indicator_id
"""


def _biggest(connection: duckdb.DuckDBPyConnection, moves: int) -> list[Move]:
    """Return the biggest revisions: a village far away may double, and the city's own are looked for first."""
    home, elsewhere = (connection.execute(_MOVES, [at_home, moves]).fetchall() for at_home in (True, False))
    home = home[: max(moves - len(elsewhere), moves - moves // 2)]
    return [_move(row) for row in home + elsewhere[: moves - len(home)]]


def _older(connection: duckdb.DuckDBPyConnection) -> list[Older]:
    return [
        Older(source_id=source, before=before, after=after, figures=figures)
        for source, before, after, figures in connection.execute(_VINTAGES).fetchall()
        if sort_key(after) < sort_key(before)
    ]


def _move(row: tuple[Any, ...]) -> Move:
    indicator_id, fr, en, *rest = row
    names = list(Move.model_fields)[2:]
    return Move(indicator_id=indicator_id, indicator=Message.of(fr=fr, en=en), **dict(zip(names, rest, strict=True)))


def _parquet(edition: Path | None, table: str) -> Path | None:
    path = edition / "parquet" / f"{table}.parquet" if edition else None
    return path if path and path.is_file() else None


def _figures(connection: duckdb.DuckDBPyConnection, name: str, edition: Path | None) -> None:
    path = _parquet(edition, "fct_indicator_value")
    columns = ", ".join(f"{c}::VARCHAR AS {c}" for c in _KEY)
    if path:
        known = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {_scan(path)}").fetchall()}
        # what an edition of an earlier version lacks contradicts nothing
        others = ", ".join(f"{c if c in known else 'NULL'}::VARCHAR AS {c}" for c in _BESIDE)
        source = f"SELECT {columns}, value::DOUBLE AS value, {others}, true AS here FROM {_scan(path)}"
    else:
        empty = ", ".join(f"NULL::VARCHAR AS {c}" for c in (*_KEY, *_BESIDE))
        source = f"SELECT {empty}, NULL::DOUBLE AS value, true AS here LIMIT 0"
    connection.execute(f"CREATE TEMP TABLE {name} AS {source}")


def _names(connection: duckdb.DuckDBPyConnection, *editions: Path | None) -> None:
    # A removed figure's indicator may be gone too: what the new edition does not name, the old does.
    _first_found(
        connection,
        "indicator_names",
        "dim_indicator",
        "indicator_id",
        {"indicator_id": "VARCHAR", "name_fr": "VARCHAR", "name_en": "VARCHAR", "unit": "VARCHAR"},
        editions,
    )
    _first_found(
        connection,
        "territory_names",
        "dim_territory",
        "territory_code, territory_level",
        {
            "territory_code": "VARCHAR",
            "territory_level": "VARCHAR",
            "name": "VARCHAR",
            "is_home": "BOOLEAN",
        },
        editions,
    )


def _first_found(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    table: str,
    key: str,
    columns: dict[str, str],
    editions: tuple[Path | None, ...],
) -> None:
    nothing = ", ".join(f"NULL::{t} AS {c}" for c, t in columns.items())
    parts = [f"SELECT * FROM (SELECT {nothing}, -1 AS rank) WHERE false"]
    taken = ", ".join(f"{c}::{t} AS {c}" for c, t in columns.items())
    for rank, edition in enumerate(editions):
        if path := _parquet(edition, table):
            parts.append(f"SELECT {taken}, {rank} AS rank FROM {_scan(path)}")
    connection.execute(
        f"CREATE TEMP TABLE {name} AS SELECT * EXCLUDE (rank) FROM ({' UNION ALL '.join(parts)}) "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rank) = 1"
    )


def _totals(connection: duckdb.DuckDBPyConnection, name: str, edition: Path) -> Totals:
    counts = one_row(
        connection,
        f"""
        SELECT count(DISTINCT indicator_id) FILTER (value IS NOT NULL),
          count(DISTINCT (territory_level, territory_code)) FILTER (value IS NOT NULL),
          count(value), count(*), count(*) FILTER (value IS NULL AND status = 'suppressed')
        FROM {name}
        """,
    )
    return Totals(
        edition=edition.name.removesuffix(".building"),
        **dict(zip(("indicators", "territories", "values", "figures", "suppressed"), counts, strict=True)),
    )


def _scan(path: Path) -> str:
    return "read_parquet('" + str(path).replace("'", "''") + "')"
