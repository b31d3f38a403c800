"""What readers see of a delivery once it is published: the figures it feeds, and what a document was read as.

Holds queries on the Parquet files of an edition and nothing else. Add here what the team wants to see of its own file in
the answer; the words belong to `answers`, what changed all over France to `editions.comparing`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from orchestration.base.duck import asking
from orchestration.base.messages import Message
from orchestration.inbox.story import FILE_NAME, Filing, HomeValue, Kind, MonitoringFigure, Story
from orchestration.lake.register import SourceState
from orchestration.lake.store import Lake


def fed_by(dbt_project: Path, source_id: str) -> set[str]:
    """Return the indicators that are computed from a source, by the catalogue of indicators."""
    with (dbt_project / "seeds" / "catalogue" / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        return {r["indicator_id"] for r in csv.DictReader(handle) if source_id in r["input_source_ids"].split(";")}


_HOME_VALUES = """
SELECT i.name_fr, i.name_en, t.name, n.period, n.value, n.unit, n.status, o.value
FROM {after} AS n
JOIN {indicators} AS i USING (indicator_id)
JOIN {territories} AS t USING (territory_level, territory_code)
LEFT JOIN {before} AS o USING (indicator_id, territory_level, territory_code, period, breakdown)
WHERE t.is_home AND n.breakdown = 'total' AND n.value IS NOT NULL AND (n.source_id = ? OR list_contains(?::VARCHAR[], n.indicator_id))
  AND (o.value IS NULL OR abs(o.value - n.value) > 1e-9 * greatest(1, abs(n.value)))
-- the EPCI itself where it has the figure, else its largest commune
QUALIFY row_number() OVER (PARTITION BY n.indicator_id
  ORDER BY n.territory_level = 'epci' DESC, t.population DESC NULLS LAST, n.territory_code, n.period DESC) = 1
ORDER BY n.indicator_id
"""


def home_values(edition: Path, before: Path | None, source_id: str, indicators: set[str]) -> list[HomeValue]:
    """Return the newest figure of the home territory that is new or other than in `before`, one an indicator fed.

    `edition`, `before`: folders of editions; `before` None: everything is new.
    """
    after = _table(edition, "fct_indicator_value")
    if after is None:
        return []
    nothing = f"(SELECT * FROM {after} WHERE false)"
    sql = _HOME_VALUES.format(
        after=after,
        before=(before and _table(before, "fct_indicator_value")) or nothing,
        indicators=_table(edition, "dim_indicator"),
        territories=_table(edition, "dim_territory"),
    )
    return [HomeValue(Message.of(fr=fr, en=en), *rest) for fr, en, *rest in _ask(sql, [source_id, sorted(indicators)])]


def monitoring_figures(edition: Path, before: Path | None, source_id: str) -> list[MonitoringFigure]:
    """Return the monitoring figures that come from a source, in the order of their names; [] where the edition has none."""
    after = _table(edition, "mart_observatory_kpi")
    if after is None:
        return []
    old = (before and _table(before, "mart_observatory_kpi")) or f"(SELECT * FROM {after} WHERE false)"
    rows = _ask(
        "SELECT n.name_fr, n.name_en, n.unit, n.value, n.period, n.target, n.target_rule, n.is_met, n.is_synthetic, o.value "
        f"FROM {after} AS n LEFT JOIN {old} AS o USING (kpi_id) WHERE n.source_id = ? ORDER BY n.target IS NULL, n.kpi_id",
        [source_id],
    )
    return [MonitoringFigure(Message.of(fr=r[0], en=r[1]), r[2], *r[3:]) for r in rows]


def documents(story: Story, home: Path, edition: Path) -> None:
    """Note in `story` what a document was read as, or which documents a register names that are not there."""
    kind = story.kind
    if kind is None:
        raise ValueError(f"{story.name} was not recognised")
    source, table, vintage = kind.source, kind.table, kind.found.vintage
    holders = [name for name, t in source.tables.items() if any(s.format == "pdf" for s in t.files)]
    if not holders:
        return
    states = Lake(home).register
    state = states.realm("real" if states.real else "sample").get(source.source_id, SourceState())
    if kind.name in holders:
        story.filing = _filing(story, kind, home, edition, state)
    elif FILE_NAME in table.key:
        held = {n.casefold() for h in holders for v in state.tables.get(h, {}).values() for n in v.parts}
        story.not_dropped = sorted(n for n in _listed(home, state, kind.name, vintage) if n.casefold() not in held)


def _filing(story: Story, kind: Kind, home: Path, edition: Path, state: SourceState) -> Filing | None:
    filings = _table(edition, "fct_filing")
    if filings is None or story.taken_as is None:
        return None
    rows = _ask(
        f"SELECT company_name, siren, fiscal_year, document_type, pages FROM {filings} WHERE filing_id = ?",
        [f"{kind.found.vintage}/{Path(story.taken_as).stem}"],
    )
    registers = [n for n, t in kind.source.tables.items() if FILE_NAME in t.key]
    names = {n.casefold() for r in registers for v in state.tables.get(r, {}) for n in _listed(home, state, r, v)}
    if not rows:
        return None
    company, siren, year, document_type, pages = rows[0]
    return Filing(company, siren, year, document_type, pages, is_registered=story.taken_as.casefold() in names)


def _listed(home: Path, state: SourceState, table: str, vintage: str | None) -> list[str]:
    """Return the file names that a register of one vintage gives."""
    kept = state.tables.get(table, {}).get(vintage or "")
    return [str(n) for n in Lake(home).read(kept)[FILE_NAME].dropna()] if kept else []


def _table(edition: Path, name: str) -> str | None:
    path = edition / "parquet" / f"{name}.parquet"
    return "read_parquet('" + str(path).replace("'", "''") + "')" if path.is_file() else None


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with asking() as connection:
        return connection.execute(sql, values).fetchall()
