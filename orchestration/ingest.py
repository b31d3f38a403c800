"""One landed file becomes one conformed table, or a refusal: reading, conforming and triage in their order.

Add a step here when every file must take it. What a step does belongs to its room.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.catalog.models import FileSpec, Source, Table
from orchestration.catalog.vintages import parse_vintage, sort_key
from orchestration.conforming import Conformed, conform
from orchestration.conforming.headers import HeaderFinder
from orchestration.lake import Lake, Realm, SourceState
from orchestration.landing import HashCache, Landed, land_sample
from orchestration.messages import Message, Refusal
from orchestration.triage import apply_rules, check_continuity, check_vanished

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.reading import RawTable


log = logging.getLogger("observatory")


@dataclass(frozen=True)
class Match:
    """Which table of the source a file belongs to. `slot` is the same for next year's file of that kind."""

    table_name: str
    table: Table
    spec: FileSpec
    slot: str


def match_file(source: Source, landed: Landed) -> Match:
    """Return the table and the kind of file that `landed` is, by its name.

    Raises Refusal when no kind of file of the source is named like that.
    """
    for table_name, table in source.tables.items():
        for index, spec in enumerate(table.files):
            found = spec.regex.fullmatch(landed.plain_name) or spec.regex.fullmatch(landed.name)
            if not found:
                continue
            groups = {k: v.casefold() for k, v in found.groupdict().items() if v and k not in ("yy", "yyyy")}
            slot = "/".join([table_name, str(index), *(f"{k}={groups[k]}" for k in sorted(groups))])
            if spec.format in ("markdown", "pdf"):
                slot += "/" + landed.plain_name.casefold()
            return Match(table_name, table, spec, slot)
    examples = [s.example or s.pattern for t in source.tables.values() for s in t.files]
    raise Refusal(
        Message(
            fr=f"{landed.name} : aucun fichier de « {source.title.fr} » ne porte un tel nom.",
            en=f"{landed.name}: no file of '{source.title.en}' is named like that.",
        ),
        Message(
            fr=f"Vérifier que le fichier est dans le bon dossier, et lui rendre le nom donné par l'éditeur (par exemple {', '.join(examples[:3])}).",
            en=f"Check that the file is in the right folder, and give it the publisher's own name (for example {', '.join(examples[:3])}).",
        ),
        kind="name",
    )


class Judge:
    """Reads one file at a time and decides whether it may be believed.

    `lake`: what it is compared with. `realm`: samples are not compared with samples. `work`: a folder
    for what must be unpacked.
    """

    def __init__(self, lake: Lake, realm: Realm, work: Path) -> None:
        self._lake = lake
        self._realm = realm
        self._work = work
        self._samples: "dict[str, dict[str, pd.DataFrame]]" = {}

    def read(self, source: Source, state: SourceState, match: Match, landed: Landed) -> Conformed:
        """Return the rows of `landed` in the contract's columns, after every rule and comparison.

        Raises Refusal with the file, the line or the column, and what to do next.
        """
        conformed = self._conform(source, landed, match)
        baseline = self._baseline(source, state, match, landed)
        if baseline is not None:
            check_vanished(
                match.table, conformed.frame, baseline.frame, file_name=landed.name, baseline_name=baseline.name,
                same_vintage=baseline.vintage == landed.vintage,
            )
            check_continuity(
                match.table, conformed.frame, baseline.frame, file_name=landed.name, baseline_name=baseline.name
            )
        return conformed

    def _conform(self, source: Source, landed: Landed, match: Match) -> Conformed:
        raw = _read(source, landed, match, self._work)
        vintage = parse_vintage(landed.vintage)
        year = vintage.year if vintage else None
        conformed = conform(
            match.table, match.spec, raw, table_name=match.table_name, file_name=landed.plain_name,
            columns_file=f"sources/{source.source_id}/columns.csv", vintage_year=year,
        )
        apply_rules(match.table, conformed, file_name=landed.name, vintage_year=year)
        return conformed

    def _baseline(
        self, source: Source, state: SourceState, match: Match, landed: Landed
    ) -> "Baseline | None":
        """Return the same file taken before, else the nearest vintage, else the shipped extract."""
        if match.spec.format in ("markdown", "pdf"):
            return None
        vintages = state.tables.get(match.table_name, {})
        order = sorted(vintages, key=sort_key)
        earlier = [v for v in order if sort_key(v) <= sort_key(landed.vintage)]
        for name in earlier[::-1] + order:
            kept = vintages[name]
            same_slot = [file for file, part in kept.parts.items() if part.slot == match.slot]
            if same_slot:
                frame = self._lake.read(kept)
                return Baseline(frame[frame["_file"].isin(same_slot)], name, name)
        if self._realm == "sample" or source.synthetic_sample or source.role == "team":
            return None
        frame = self._sample(source).get(match.table_name)
        return Baseline(frame, "l'extrait de référence", None) if frame is not None else None

    def _sample(self, source: Source) -> "dict[str, pd.DataFrame]":
        if source.source_id not in self._samples:
            import pandas as pd

            frames: dict[str, list[pd.DataFrame]] = {}
            for landed in land_sample(source, HashCache(self._work / "hashes.json")).files:
                match = match_file(source, landed)
                try:
                    frame = self._conform(source, landed, match).frame
                except Refusal as refusal:
                    # ours to mend, and no reason to turn a publisher's file away
                    log.error("the embedded %s of %s: %s", landed.name, source.source_id, refusal.reason.en)
                    continue
                frames.setdefault(match.table_name, []).append(frame)
            self._samples[source.source_id] = {
                name: pd.concat(found, ignore_index=True) for name, found in frames.items()
            }
        return self._samples[source.source_id]


@dataclass
class Baseline:
    """What a new table is compared with, how that is called in a sentence, and its vintage."""

    frame: "pd.DataFrame"
    name: str
    vintage: str | None


def _read(source: Source, landed: Landed, match: Match, workdir: Path) -> "RawTable":
    from orchestration import reading

    spec = match.spec
    if spec.format == "markdown":
        return reading.read_markdown(landed.path, name=landed.name)
    if spec.format == "pdf":
        return _pages(landed)
    if spec.format == "json":
        assert spec.extract is not None
        sql = (source.path / spec.extract).read_text(encoding="utf-8")
        with reading.uncompressed(landed.path, workdir, name=landed.name, wanted=spec.regex) as path:
            return reading.read_json(path, name=landed.name, sql=sql)
    finder = HeaderFinder(match.table, spec.layout, spec.unpivot.headers if spec.unpivot else None)
    return reading.read_table(landed.path, name=landed.name, sheet=spec.sheet, known_headers=finder.count)


def _pages(landed: Landed) -> "RawTable":
    """Return a PDF as rows: filing, file, page (1 = first page of the file), text."""
    from orchestration import reading

    document = reading.read_pdf(landed.path, name=landed.name)
    filing = f"{landed.vintage}/{Path(landed.name).stem}"
    numbers = range(1, len(document.pages) + 1)
    return reading.RawTable(
        header=["filing_id", "file_name", "page", "text"],
        rows=[[filing, landed.name, str(n), text] for n, text in zip(numbers, document.pages, strict=True)],
        lines=list(numbers), file=landed.name, sheet=None, header_line=0, encoding=None, delimiter=None,
        numeric_cells=True, adaptations=[],
    )
