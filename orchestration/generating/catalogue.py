"""What is written from the indicators' YAML files: the seeds of the catalogue, the models' YAML, the union of their figures, the pages.

Add a file here that says what those files say. What an indicator is belongs to `indicators`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from orchestration.generating.files import head, table
from orchestration.generating.indicators import FOLDER, Entry, Unit
from orchestration.receipts.sentences import text

INDICATORS = [
    "indicator_id",
    "sdg_id",
    "sdg_target",
    "name_fr",
    "name_en",
    "unit",
    "unit_fr",
    "desired_direction",
    "kind",
    "source_id",
    "input_source_ids",
    "frequency",
    "definition_fr",
    "definition_en",
    "limits_fr",
    "limits_en",
    "contribution",
    "lever",
    "natural_limit",
    "target_value",
    "target_year",
    "target_setter",
    "target_scope",
    "target_reference",
    "is_available",
    "measure",
    "published_precision",
    "place",
    "additivity",
    "withheld_together",
]
SERIES = [
    "series_id",
    "indicator_id",
    "source_id",
    "breakdown_prefix",
    "first_period",
    "last_period",
    "making",
    "commune_geography",
    "larger_geography",
    "note",
]
CAVEATS = [
    "indicator_id",
    "source_id",
    "territory_level",
    "territory_code",
    "breakdown",
    "first_period",
    "last_period",
    "below",
    "above",
    "effect",
    "reason_fr",
    "reference",
]
BOUNDS = ["unit", "indicator_id", "lowest", "highest"]

# what every model gives, and what it gives only where it has it
KEYS = ("territory_level", "territory_code", "period", "source_id", "vintage")
EACH = "the ind_*.yml of each goal's folder"


def catalogue_files(project: Path, entries: Sequence[Entry], units: dict[str, Unit]) -> dict[Path, str]:
    """Return path -> text of every file that follows from the indicators. `project`: the folder that holds dbt_project and docs."""
    dbt_project, docs = project / "dbt_project", project / "docs" / "indicators"
    seeds = dbt_project / "seeds" / "catalogue"
    files = {
        seeds / "indicators.csv": table(INDICATORS, (_row(e, units) for e in entries)),
        seeds / "series.csv": table(SERIES, _series(entries)),
        seeds / "caveats.csv": table(CAVEATS, _caveats(entries)),
        seeds / "value_bounds.csv": table(BOUNDS, _bounds(entries, units)),
        dbt_project / "models" / "secrecy" / "int_indicator_candidates.sql": _union(entries),
        docs / "README.md": _list(entries),
    }
    for goal, of_goal in groupby(entries, key=lambda e: e.goal):
        shown = [e for e in of_goal if e.has_model]
        if shown:
            files[dbt_project / FOLDER / f"goal_{goal:02d}" / f"goal_{goal:02d}.yml"] = _models(shown)
    files |= {docs / f"{e.indicator_id}.md": _page(e, units) for e in entries}
    return files


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def _row(entry: Entry, units: dict[str, Unit]) -> dict[str, object]:
    of = entry.indicator
    return {
        "indicator_id": entry.indicator_id,
        "sdg_id": entry.goal,
        "sdg_target": ", ".join(of.targets),
        "name_fr": text(of.name, "fr"),
        "name_en": text(of.name, "en"),
        "unit": of.unit,
        "unit_fr": units[of.unit].unit_fr,
        "desired_direction": of.direction,
        "kind": of.kind,
        "source_id": of.sources[0],
        "input_source_ids": ";".join(of.sources),
        "frequency": of.frequency,
        "definition_fr": text(of.definition, "fr"),
        "definition_en": text(of.definition, "en"),
        "limits_fr": of.limits_fr,
        "limits_en": of.limits_en,
        "contribution": of.contribution,
        "lever": of.lever,
        "natural_limit": _number(of.natural_limit),
        "target_value": _number(of.target.value if of.target else None),
        "target_year": of.target and of.target.year,
        "target_setter": of.target and of.target.setter,
        "target_scope": of.target and of.target.scope,
        "target_reference": of.target and of.target.reference,
        "is_available": str(entry.has_model).lower(),
        "measure": of.measure,
        "published_precision": _number(of.published_precision),
        "place": of.place,
        "additivity": of.additivity,
        "withheld_together": of.withheld_together,
    }


def _series(entries: Iterable[Entry]) -> Iterable[dict[str, object]]:
    for entry in entries:
        for series in entry.indicator.series:
            yield {
                "series_id": f"{entry.indicator_id}.{series.part}" if series.part else entry.indicator_id,
                "indicator_id": entry.indicator_id,
                "source_id": series.source,
                "commune_geography": series.communes,
                "larger_geography": series.larger,
                **series.model_dump(include={"breakdown_prefix", "first_period", "last_period", "making", "note"}),
            }


def _caveats(entries: Iterable[Entry]) -> Iterable[dict[str, object]]:
    for entry in entries:
        for caveat in entry.indicator.caveats:
            yield {
                **caveat.model_dump(exclude={"source"}),
                "indicator_id": entry.indicator_id,
                "source_id": caveat.source,
                "below": _number(caveat.below),
                "above": _number(caveat.above),
            }


def _bounds(entries: Sequence[Entry], units: dict[str, Unit]) -> Iterable[dict[str, object]]:
    used = {entry.indicator.unit for entry in entries}
    for unit in (u for u in units.values() if u.unit in used):
        yield {"unit": unit.unit, "lowest": unit.lowest, "highest": unit.highest}
    for entry in entries:
        if bounds := entry.indicator.bounds:
            yield {
                "unit": entry.indicator.unit,
                "indicator_id": entry.indicator_id,
                "lowest": _number(bounds.lowest),
                "highest": _number(bounds.highest),
            }


def _union(entries: Iterable[Entry]) -> str:
    parts = "\n".join(
        f"  union all by name\n  select *, '{e.indicator_id}' as indicator_id from {{{{ ref('{e.model}') }}}}"
        for e in entries
        if e.has_model
    )
    return f"""-- {head(EACH)}
-- All figures of all indicator models, every vintage, as the models compute them: what of it may be shown is decided next
-- (int_indicator_shown). A column that a model does not have is null for it: it then says nothing.
-- The bounds that figures are held to come first: depends_on: {{{{ ref('value_bounds') }}}}
select
  indicator_id,
  cast(territory_level as varchar) as territory_level,
  cast(territory_code as varchar) as territory_code,
  cast(period as varchar) as period,
  coalesce(breakdown, 'total') as breakdown,
  -- sums of floats differ in their last digits from one run to the next; nine decimals are beyond any source
  round(cast(value as double), 9) as value,
  round(cast(numerator as double), 9) as numerator,
  round(cast(denominator as double), 9) as denominator,
  cast(units_behind as bigint) as units_behind,
  cast(households_behind as bigint) as households_behind,
  largest_share,
  marker,
  coalesce(is_synthetic, false) as is_synthetic,
  weakness,
  censored_reason,
  remark,
  making,
  perimeter_persons,
  cast(source_id as varchar) as source_id,
  cast(vintage as varchar) as vintage
from (
  select
    cast(null as varchar) as breakdown, cast(null as double) as numerator, cast(null as double) as denominator,
    cast(null as bigint) as units_behind, cast(null as bigint) as households_behind, cast(null as double) as largest_share,
    cast(null as varchar) as marker,
    cast(null as varchar) as weakness, cast(null as varchar) as censored_reason, cast(null as varchar) as remark,
    cast(null as varchar) as making, cast(null as double) as perimeter_persons
  where false
{parts}
)
"""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _models(entries: Sequence[Entry]) -> str:
    lines = [f"# {head('the ind_*.yml beside it')}", "version: 2", "", "models:"]
    for e in entries:
        described = f"{text(e.indicator.name, 'en')}. {text(e.indicator.definition, 'en')}"
        lines += [
            f"  - name: {e.model}",
            f"    description: {_quoted(described)}",
            f"    config: {{meta: {{goals: [{e.goal}]}}}}",
        ]
    tests = "".join(e.tests.rstrip("\n") + "\n" for e in entries if e.tests.strip())
    return "\n".join(lines) + "\n" + (f"\nunit_tests:\n{tests}" if tests else "")


def _list(entries: Sequence[Entry]) -> str:
    rows = [
        f"| {e.goal} | [`{e.indicator_id}`]({e.indicator_id}.md) | {text(e.indicator.name, 'fr')} | {text(e.indicator.name, 'en')} | "
        f"{', '.join(f'`{s}`' for s in e.indicator.sources)} | {'✓' if e.has_model else ''} |"
        for e in entries
    ]
    return "\n".join(
        [
            f"<!-- {head('dbt_project/models/indicators')} -->",
            "# Les indicateurs · The indicators",
            "",
            "Un indicateur sans ✓ figure au catalogue et attend sa source : il n'a pas encore de valeur.",
            "An indicator without ✓ stands in the catalogue and waits for its source: it has no value yet.",
            "What all have in common: [indicators.md](../indicators.md).",
            "",
            "| goal | indicator | nom | name | sources | ✓ |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _page(entry: Entry, units: dict[str, Unit]) -> str:
    of = entry.indicator
    unit = units[of.unit]
    facts = [
        ("Goal · target", f"{entry.goal} · {', '.join(of.targets)}"),
        ("Unité · unit", unit.unit_fr if unit.unit_fr == unit.unit else f"{unit.unit_fr} · {unit.unit}"),
        ("Wanted direction", of.direction),
        ("What it measures is a contribution", of.contribution),
        ("Companies' lever on it", of.lever),
        ("Measure · adds up as", f"{of.measure} · {of.additivity}"),
        ("Counted at", of.place),
        ("Sources", ", ".join(f"`{s}`" for s in of.sources)),
        ("Published", of.frequency),
    ]
    if of.published_precision is not None:
        facts.append(("In steps of", f"{of.published_precision:g}"))
    if of.target:
        facts.append(
            (
                "Target",
                f"{of.target.value:g} ({of.target.year}), {of.target.setter}, {of.target.scope}: {of.target.reference}",
            )
        )
    lines = [
        f"<!-- {head(f'dbt_project/models/indicators/goal_{entry.goal:02d}/{entry.path.name}')} -->",
        f"# {text(of.name, 'fr')} · {text(of.name, 'en')}",
        "",
        f"`{entry.indicator_id}`"
        + ("" if entry.has_model else " · no figure yet: no file of its source is read so far"),
        "",
        *(["| | |", "|---|---|"] + [f"| {name} | {value} |" for name, value in facts]),
        "",
        "## Définition · Definition",
        "",
        text(of.definition, "fr"),
        "",
        text(of.definition, "en"),
        "",
        "## Limites · Limits",
        "",
        of.limits_fr,
        "",
        of.limits_en,
        "",
    ]
    if of.method:
        lines += ["## How it is made", "", of.method.strip(), ""]
    if len(of.series) > 1 or any(s.note or s.making for s in of.series):
        lines += ["## Series", "", "| series | source | figures | made as | note |", "|---|---|---|---|---|"]
        for s in of.series:
            part = f"{entry.indicator_id}.{s.part}" if s.part else entry.indicator_id
            span = [
                s.breakdown_prefix and f"`{s.breakdown_prefix}…`",
                s.first_period and f"from {s.first_period}",
                s.last_period and f"until {s.last_period}",
            ]
            lines.append(
                f"| `{part}` | `{s.source}` | {', '.join(x for x in span if x) or 'all'} | {s.making or ''} | {s.note or ''} |"
            )
        lines.append("")
    if of.caveats:
        lines += ["## Known weaknesses", ""]
        for reason, caveats in groupby(of.caveats, key=lambda c: (c.effect, c.reason_fr, c.reference)):
            parts = ", ".join(f"`{c.breakdown}`" for c in caveats if c.breakdown)
            lines.append(f"- {reason[0]}{parts and f', {parts}'}: {reason[1]} ({reason[2]})")
        lines.append("")
    return "\n".join(lines)
