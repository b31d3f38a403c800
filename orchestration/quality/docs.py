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
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.messages import Language, Message
from orchestration.catalog.models import Source, Table, lake_table
from orchestration.catalog.vintages import sort_key
from orchestration.lake.register import SourceState, Vintage
from orchestration.quality import wording
from orchestration.quality.suites import LARGEST_VALIDATED, Suite, asset_of, read_suite, suite_files
from orchestration.receipts.summary import owner
from orchestration.receipts.wording import moment

if TYPE_CHECKING:
    from orchestration.quality.remembered import Remembered

_TEMPLATE = Path(__file__).with_name("docs.html.j2")
# the gravest first: an expectation stands under the gravest of its results
STATES = ("failed", "warned", "passed", "not_run")
# each expectation's note tells what it protects, then what to do
_TO_DO = {"fr": "En cas d'échec :", "en": "If it fails:"}


@dataclass(frozen=True)
class House:
    """What the page tells beside the checks; by default nothing, and tables bear their identifiers only.

    `states`: the register of the lake, by source. `edition`: the one that readers see.
    """

    catalogue: Mapping[str, Source] = field(default_factory=dict)
    states: Mapping[str, SourceState] = field(default_factory=dict)
    edition: str | None = None
    dbt_project_path: Path | None = None


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
    to_do: Message | None
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

    @property
    def short(self) -> Message:
        """Return the first sentence of what the table is."""
        return Message(
            **{
                language: re.split(r"(?<=[.!?]) |\s?: ", self.notes.text(language))[0].rstrip(".")
                for language in ("fr", "en")
            }
        )  # type: ignore[arg-type]

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
    house: House = House(),
    now: datetime | None = None,
) -> Path:
    """Write the page and return where it lies.

    `results`: the last result of each check on each vintage. `suites_path` is the folder `expectations/`;
    `out` is a file (`….html`) or a folder that receives `index.html`. An expectation without result is shown
    as not run, with what is known of the reason. Raises SuiteError for an invalid file.
    """
    import jinja2

    tables = [_table(path, results, house) for path in suite_files(suites_path)]
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
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


def _table(path: Path, results: Sequence[Remembered], house: House) -> _Table:
    suite, asset = read_suite(path), asset_of(path)
    mine = [r for r in results if r.outcome.asset.replace(".", "__", 1) == asset]
    source, table, held = None, None, {}
    for candidate in house.catalogue.values():
        for name in candidate.tables:
            if lake_table(candidate.source_id, name) == asset:
                source, table = candidate, candidate.tables[name]
                held = house.states.get(candidate.source_id, SourceState()).tables.get(name, {})
    lines = []
    for spec in suite.expectations:
        why, to_do = _split(spec.meta.notes)
        lines.append(
            _Line(
                name=spec.name,
                anchor=f"{asset}--{spec.name}",
                demand=wording.describe(spec),
                why=why,
                to_do=to_do,
                blocking=spec.severity == "critical",
                results=sorted(
                    (_result(r) for r in mine if r.outcome.name == spec.name),
                    key=lambda r: (STATES.index(r.state), sort_key(r.vintage) if r.vintage else ()),
                ),
            )
        )
    kind = path.parent.name
    notes = suite.notes or Message(fr=asset, en=asset)
    return _Table(
        asset=asset,
        file=f"{kind}/{path.name}",
        kind=kind,
        title=source.title.message if source else None,
        notes=notes,
        publisher=source.publisher if source else None,
        owner=owner(source.source_id, house.catalogue) if source else None,
        vintages=sorted(held, key=sort_key),
        silence=_silence(source, held, lines),
        columns=_source_columns(suite, table) if table else _mart_columns(suite, house.dbt_project_path),
        lines=lines,
    )


def _result(kept: Remembered) -> _Result:
    check = kept.outcome
    state = "passed" if check.passed else "failed" if check.severity == "error" else "warned"
    fr, en = [f"le {kept.at:%d/%m/%Y}"], [f"{kept.at:%Y-%m-%d}"]
    if kept.realm == "sample":
        fr.insert(0, "échantillon")
        en.insert(0, "sample")
    if check.vintage or kept.edition:
        fr.insert(0, f"millésime {check.vintage}" if check.vintage else f"édition {kept.edition}")
        en.insert(0, f"vintage {check.vintage}" if check.vintage else f"edition {kept.edition}")
    return _Result(state, check.vintage, check.found or check.message, Message(fr=", ".join(fr), en=", ".join(en)))


def _split(notes: Message) -> tuple[Message, Message | None]:
    """Return what an expectation protects, and what to do when it fails."""
    fr, mark_fr, rest_fr = notes.fr.partition(_TO_DO["fr"])
    en, mark_en, rest_en = notes.en.partition(_TO_DO["en"])
    to_do = Message(fr=mark_fr + rest_fr, en=mark_en + rest_en) if rest_fr and rest_en else None
    return Message(fr=fr.strip(), en=en.strip()), to_do


def _silence(source: Source | None, held: Mapping[str, Vintage], lines: list[_Line]) -> Message | None:
    """Return why nothing of a table was ever checked, as far as it is known; None where something was."""
    if any(line.results for line in lines):
        return None
    if source is not None and not held:
        return Message(
            fr="Jamais exécutées : l'observatoire n'a encore reçu aucun fichier de ce jeu de données.",
            en="Never run: the observatory has not received any file of this dataset yet.",
        )
    if held and max(v.rows for v in held.values()) > LARGEST_VALIDATED:
        rows = {language: wording.figure(LARGEST_VALIDATED, language) for language in ("fr", "en")}  # type: ignore[arg-type]
        return Message(
            fr=f"Non exécutées : la table dépasse {rows['fr']} lignes ; elle est vérifiée par la lecture elle-même et par dbt.",
            en=f"Not run: the table has more than {rows['en']} rows; the reading itself and dbt check it.",
        )
    return Message(
        fr="Pas encore exécutées : elles le seront à la prochaine actualisation qui apporte du nouveau.",
        en="Not run yet: they will be at the next refresh that brings anything new.",
    )


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


def _mart_columns(suite: Suite, dbt_project_path: Path | None) -> list[_Column]:
    if dbt_project_path is None:
        return []
    import yaml

    met = {name for spec in suite.expectations for name in spec.all_columns}
    for path in sorted((dbt_project_path / "models" / "marts").rglob("*.yml")):
        for model in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models", []):
            if model["name"] == suite.name:
                return [
                    _Column(c["name"], [], None, c.get("description"), "en")
                    for c in model.get("columns", [])
                    if c["name"] in met
                ]
    return []


def _both_moments(when: datetime) -> Message:
    return Message(fr=moment(when, "fr"), en=moment(when, "en"))
