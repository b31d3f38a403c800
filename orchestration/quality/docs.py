"""A page for data stewards: every expectation in plain words, with its last result on each vintage.

Holds the making of one self-contained HTML file from the expectation files, what the checks said last, and
what the house knows of a table: its title, its owner, its columns, the vintages in service. Add here what a
steward must read about a check; the sentences come from the files and `wording`, the layout is `docs.html.j2`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from orchestration.base.messages import Language, Message, say
from orchestration.base.settings import Settings
from orchestration.base.yaml_data import own
from orchestration.catalog.load import load_catalogue
from orchestration.catalog.models import Source, Table, lake_table
from orchestration.catalog.vintages import sort_key
from orchestration.editions.shelf import current_name
from orchestration.lake.register import SourceState, Vintage
from orchestration.lake.store import Lake
from orchestration.quality import wording
from orchestration.quality.remembered import Remembered, last_results
from orchestration.quality.suites import LARGEST_VALIDATED, Suite, asset_of, read_suite, suite_files
from orchestration.receipts.sentences import text
from orchestration.receipts.summary import owner
from orchestration.receipts.wording import opening

_TEMPLATE = Path(__file__).with_name("docs.html.j2")
# the gravest first: an expectation stands under the gravest of its results
STATES = ("failed", "warned", "passed", "not_run")


@dataclass(frozen=True)
class House:
    """What the page tells beside the checks; by default nothing, and tables bear their identifiers only.

    `states`: the register of the lake, by source. `edition`: the one that readers see.
    """

    catalogue: Mapping[str, Source] = field(default_factory=dict)
    states: Mapping[str, SourceState] = field(default_factory=dict)
    edition: str | None = None
    dbt_project_path: Path | None = None


NOTHING_KNOWN = House()


@dataclass(frozen=True)
class _Result:
    state: str
    vintage: str | None
    found: Message
    basis: Message


@dataclass(frozen=True)
class _Line:
    name: str
    anchor: str
    demand: Message
    why: Message
    to_do: Message
    blocking: bool
    results: list[_Result]

    @property
    def state(self) -> str:
        return min((r.state for r in self.results), key=STATES.index, default="not_run")

    @property
    def failing(self) -> list[_Result]:
        return [r for r in self.results if r.state != "passed"]

    @property
    def holding(self) -> list[_Result]:
        return [r for r in self.results if r.state == "passed"]


@dataclass(frozen=True)
class _Column:
    name: str
    headers: list[str]
    unit: str | None
    note: str | None
    language: Language


@dataclass(frozen=True)
class _Table:
    asset: str
    file: str
    kind: str
    title: Message | None
    notes: Message
    publisher: str | None
    owner: Message | None
    vintages: list[str]
    silence: Message | None
    columns: list[_Column]
    lines: list[_Line]

    def count(self, state: str) -> int:
        return sum(line.state == state for line in self.lines)

    @property
    def state(self) -> str:
        return min((line.state for line in self.lines), key=STATES.index)


def build_docs(
    results: Sequence[Remembered],
    suites_path: Path,
    out: Path,
    *,
    house: House = NOTHING_KNOWN,
    now: datetime | None = None,
) -> Path:
    """Write the page and return where it lies.

    `results`: the last result of each check on each vintage. `suites_path` is the folder `expectations/`;
    `out` is a file (`….html`) or a folder that receives `index.html`. An expectation without result is shown
    as not run, with what is known of the reason. Raises SuiteError for an invalid file.
    """
    # jinja2 costs 0.05 s to import
    import jinja2

    marts = _marts(house.dbt_project_path)
    tables = [_table(path, results, house, marts) for path in suite_files(suites_path)]
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {
        "fr": partial(text, language="fr"),
        "en": partial(text, language="en"),
        "opening": opening,
    }
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        tables=tables,
        totals={state: sum(table.count(state) for table in tables) for state in STATES},
        edition=house.edition,
        made=_both_moments(now or datetime.now(UTC)),
        newest=_both_moments(max(r.at for r in results)) if results else None,
    )
    target = out if out.suffix == ".html" else out / "index.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target


def write_docs(settings: Settings, out: Path | None = None) -> Path:
    """Write the page of all expectations with their last results; return where it lies.

    `out`: a file (`….html`) or a folder that receives `index.html`; `HOME/docs` by default. Raises
    SuiteError for an expectation file that cannot be used, CatalogueError, LakeError.
    """
    register = Lake(settings.home).register
    house = House(
        catalogue=load_catalogue(settings.sources_path),
        states=register.real or register.sample,
        edition=current_name(settings.home),
        dbt_project_path=settings.dbt_project_path,
    )
    return build_docs(
        list(last_results(settings.home).checks.values()),
        settings.expectations_path,
        out or settings.home / "docs",
        house=house,
    )


def _table(
    path: Path, results: Sequence[Remembered], house: House, marts: Mapping[str, list[dict[str, Any]]]
) -> _Table:
    suite, asset = read_suite(path), asset_of(path)
    mine = [r for r in results if r.outcome.asset.replace(".", "__", 1) == asset]
    source, table, held = None, None, {}
    for candidate in house.catalogue.values():
        for name in candidate.tables:
            if lake_table(candidate.source_id, name) == asset:
                source, table = candidate, candidate.tables[name]
                held = house.states.get(candidate.source_id, SourceState()).tables.get(name, {})
    lines = [
        _Line(
            name=spec.name,
            anchor=f"{asset}--{spec.name}",
            demand=wording.describe(spec),
            why=spec.meta.notes,
            to_do=say("quality.to_do", to_do=spec.meta.to_do),
            blocking=spec.severity == "critical",
            results=sorted(
                (_result(r) for r in mine if r.outcome.name == spec.name),
                key=lambda r: (STATES.index(r.state), sort_key(r.vintage) if r.vintage else ()),
            ),
        )
        for spec in suite.expectations
    ]
    kind = path.parent.name
    notes = suite.notes or say("quality.list", items=[asset])
    return _Table(
        asset=asset,
        file=f"{kind}/{path.name}",
        kind=kind,
        title=source.title if source else None,
        notes=notes,
        publisher=source.publisher if source else None,
        owner=owner(source.source_id, house.catalogue) if source else None,
        vintages=sorted(held, key=sort_key),
        silence=_silence(source, held, lines),
        columns=_source_columns(suite, table) if table else _mart_columns(suite, marts.get(suite.name, [])),
        lines=lines,
    )


def _result(kept: Remembered) -> _Result:
    check = kept.outcome
    state = "passed" if check.passed else "failed" if check.severity == "error" else "warned"
    basis = [say("quality.on_day", day=kept.at.date())]
    if kept.realm == "sample":
        basis.insert(0, say("quality.of_sample"))
    if check.vintage:
        basis.insert(0, say("quality.of_vintage", vintage=check.vintage))
    elif kept.edition:
        basis.insert(0, say("quality.of_edition", edition=kept.edition))
    return _Result(state, check.vintage, check.found or check.message, say("quality.list", items=basis))


def _silence(source: Source | None, held: Mapping[str, Vintage], lines: list[_Line]) -> Message | None:
    """Return why nothing of a table was ever checked, as far as it is known; None where something was."""
    if any(line.results for line in lines):
        return None
    if source is not None and not held:
        return say("quality.never_run")
    if held and max(v.rows for v in held.values()) > LARGEST_VALIDATED:
        return say("quality.too_large", rows=LARGEST_VALIDATED)
    return say("quality.not_yet_run")


def _source_columns(suite: Suite, table: Table) -> list[_Column]:
    met = {name for spec in suite.expectations for name in spec.all_columns}
    return [
        _Column(
            c.name,
            list(dict.fromkeys(_plain_header(h.text) for h in c.headers))[:4],
            c.unit,
            c.note,
            "fr" if re.search(r"[éèêàçùô]|\b(?:le|la|les|un|une|des|du)\b", c.note or "") else "en",
        )
        for c in table.columns
        if c.name in met and (c.headers or c.note or c.unit)
    ]


def _plain_header(header: str) -> str:
    """Return a header as a person meets it: patterns of many years are no use to the eye."""
    return header if not header.startswith("~") else "…"


def _marts(dbt_project_path: Path | None) -> dict[str, list[dict[str, Any]]]:
    """Return the columns of each mart, as its contract describes them."""
    if dbt_project_path is None:
        return {}
    files = sorted((dbt_project_path / "models" / "marts").rglob("*.yml"))
    return {m["name"]: m.get("columns", []) for file in files for m in (own(file) or {}).get("models", [])}


def _mart_columns(suite: Suite, described: list[dict[str, Any]]) -> list[_Column]:
    met = {name for spec in suite.expectations for name in spec.all_columns}
    return [_Column(c["name"], [], None, c.get("description"), "en") for c in described if c["name"] in met]


def _both_moments(when: datetime) -> Message:
    return say("quality.day_and_time", at=when)
