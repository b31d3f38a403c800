"""Data and metadata of the indicators as Open SDG takes them, in one zip file: `data/indicator_*.csv`, `meta/*.yml`.

Sources: Open SDG's documentation of its data and metadata formats (open-sdg.readthedocs.io). `Year` first, `Value` last,
`GeoCode` before it; an empty cell in a column between them is the total. The home EPCI is that total: its rows have no
territory; the others are its communes, its comparators and what it lies in. Periods that are no years and figures
without a value have no place in the format and are left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from orchestration.base.showing import neutral
from orchestration.editions.telling import FIGURES
from orchestration.readers.open_data.describing import Describing
from orchestration.readers.open_data.packing import SameBytes
from orchestration.readers.open_data.tables import SCOPE

PATH = "open-sdg.zip"
# columns with a meaning of their own in Open SDG, or ours
YEAR, UNITS, SERIES, TERRITORY, GEOCODE, VALUE = "Year", "Units", "Series", "Territory", "GeoCode", "Value"


def write_open_sdg(say_of: Describing, folder: Path) -> list[str]:
    """Write data and metadata of each indicator that has figures by year; return the path of the zip file."""
    indicators = say_of.edition.rows(
        "SELECT i.indicator_id, i.sdg_id, i.sdg_target, i.name_fr, i.definition_fr, i.limits_fr, i.unit_fr, s.publisher, "
        "s.homepage, g.name_fr FROM dim_indicator AS i LEFT JOIN dim_source AS s USING (source_id) "
        "LEFT JOIN dim_sdg AS g USING (sdg_id) ORDER BY i.indicator_id"
    )
    with SameBytes(folder / PATH) as archive:
        for row in indicators:
            figures = _figures(say_of, row[0])
            if figures:
                number = indicator_number(row[0], row[1], row[2])
                archive.writestr(f"data/indicator_{number}.csv", _data(figures, row[6]))
                archive.writestr(f"meta/{number}.yml", _metadata(say_of, number, row, figures))
    return [PATH]


def indicator_number(indicator_id: str, goal: int, targets: str | None) -> str:
    """Return the indicator's number as Open SDG writes one: goal, target, and ours in place of the UN's (`1-2-poverty_rate`)."""
    own = [t.strip().split(".", 1)[1] for t in (targets or "").split(",") if t.strip().startswith(f"{goal}.")]
    return f"{goal}-{own[0] if own else '0'}-{indicator_id.split('_', 1)[1]}"


def _figures(say_of: Describing, indicator_id: str) -> list[tuple[Any, ...]]:
    return say_of.edition.rows(
        "SELECT f.period, f.series_id, f.breakdown, t.territory_level, t.territory_code, t.name, f.value, "
        "t.is_home AND t.territory_level = 'epci' "
        f"FROM {FIGURES} AS f JOIN ({SCOPE}) AS t USING (territory_level, territory_code) "
        f"WHERE f.indicator_id = '{indicator_id}' AND f.value IS NOT NULL AND regexp_full_match(f.period, '[0-9]{{4}}') "
        "ORDER BY f.series_id, f.breakdown, t.territory_level, t.territory_code, f.period"
    )


def _data(figures: list[tuple[Any, ...]], unit: str) -> str:
    """Return the CSV: a column a dimension of the breakdowns, `Series` only where there are several."""
    several = len({series for _, series, *_ in figures}) > 1
    dimensions = sorted({part.split("=")[0] for _, _, part, *_ in figures if part != "total"})
    header = [YEAR, UNITS, *([SERIES] if several else []), TERRITORY, *dimensions, GEOCODE, VALUE]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    for period, series, part, level, code, name, value, is_home in figures:
        dimension, _, category = part.partition("=")
        writer.writerow(
            [
                period,
                neutral(unit or ""),
                *([neutral(series)] if several else []),
                "" if is_home else neutral(_place(level, name)),
                *(neutral(category) if d == dimension else "" for d in dimensions),
                code if level == "commune" else "",
                repr(value),
            ]
        )
    return stream.getvalue()


def _place(level: str, name: str) -> str:
    # « Nantes » is a commune and « Paris » a département too: a place of another level is told apart
    return name if level == "commune" else f"{name} ({level})"


def _metadata(say_of: Describing, number: str, row: tuple[Any, ...], figures: list[tuple[Any, ...]]) -> str:
    indicator_id, goal, _, name, definition, limits, unit, publisher, homepage, goal_name = row
    has_map = any(level == "commune" for _, _, _, level, *_ in figures)
    content = {
        "indicator_number": number.replace("-", ".", 2),
        "indicator_name": name,
        "indicator_sort_order": "-".join(_sorted(number)),
        "graph_title": name,
        "graph_type": "line",
        "sdg_goal": str(goal),
        "goal_name": goal_name,
        "target_id": ".".join(number.split("-")[:2]),
        "reporting_status": "complete",
        "data_non_statistical": False,
        "data_show_map": has_map,
        "published": True,
        "computation_units": unit,
        "computation_definitions": definition,
        "computation_limitations": limits,
        "national_geographical_coverage": say_of.edition.home_name,
        "source_active_1": True,
        "source_organisation_1": publisher,
        "source_url_1": homepage,
        "observatory_indicator_id": indicator_id,
        "observatory_edition": say_of.edition.edition_id,
    }
    kept = {key: value for key, value in content.items() if value is not None}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)


def _sorted(number: str) -> Iterator[str]:
    for part in number.split("-", 2):
        yield part.zfill(2) if re.fullmatch(r"\d", part) else part
