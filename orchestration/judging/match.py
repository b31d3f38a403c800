"""Which table of its source a landed file is of: by its name, else by what its headers, codes and values show.

Add here a further way in which files are named or renamed. Which source a dropped file is of at all is asked by `inbox`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import FileSpec, Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.conforming import conform
from orchestration.conforming.recognise import (
    CERTAIN,
    ENOUGH,
    LEVEL,
    by_headers,
    infer_level,
    is_meant,
    likenesses,
    recognise,
)
from orchestration.judging.rows import Match, read_file
from orchestration.landing import Landed
from orchestration.reading import is_litter, members
from orchestration.triage import apply_rules

if TYPE_CHECKING:
    import pandas as pd

TABLE_ENDINGS = (".csv", ".xlsx", ".xls")
OTHER_ENDINGS = (*TABLE_ENDINGS, ".txt", ".tsv", ".ods", ".parquet", ".xlsm")
# what lies beside tables: notices, licences, pictures; read where a source has such documents
DOCUMENTS = dict.fromkeys(
    (".txt", ".doc", ".docx", ".odt", ".rtf", ".html", ".htm", ".png", ".jpg", ".jpeg", ".gif", ".svg"), ""
) | {".pdf": "pdf", ".md": "markdown"}
BESIDE = "beside"
NOTHING_TO_DO = say("judging.nothing_to_do")


def match_file(source: Source, landed: Landed, catalogue: Mapping[str, Source]) -> Match:
    """Return the table and the kind of file that `landed` is, by its name, else by its content.

    `catalogue`: every source, so that a file of another one is told as such. Raises Refusal when neither its name nor its headers are certainly those of one kind of file; its kind is `BESIDE`
    where no table of the source can be meant (a notice, another file of the publisher), so that it is only told.
    """
    found = _by_name(source, landed.plain_name, landed.sheet) or _by_name(source, landed.name)
    if found is not None:
        return _by_layout(found, landed)
    for name, note in [*_members(landed), *_other_endings(landed.plain_name), *_without_copy_mark(landed.plain_name)]:
        found = _by_name(source, name, landed.sheet)
        if found is not None and found.spec.format in ("table", "json"):
            return replace(_by_layout(found, landed), notes=(note,))
    return _by_content(source, landed, others_of(source, catalogue))


def _by_name(source: Source, name: str, sheet: str | None = None) -> Match | None:
    kind = source.file_kind(name, sheet)
    if kind is None:
        return None
    slot = _slot(kind.table_name, kind.index, dict(kind.groups), kind.spec, name)
    return Match(kind.table_name, source.tables[kind.table_name], kind.spec, slot, name)


def _by_layout(found: Match, landed: Landed) -> Match:
    """Return the match in the layout that the file's headers show, where several kinds of file bear its name."""
    same = [
        s
        for s in found.table.files
        if s.format == "table"
        and s.regex.fullmatch(found.name)
        and s.sheet == found.spec.sheet
        and s.name_maps == found.spec.name_maps
    ]
    if found.spec not in same or len({s.layout for s in same}) < 2:
        return found

    # the slot stays: it is the same kind of file in another year's columns
    return replace(
        found,
        spec=by_headers(found.table, [found.spec, *(s for s in same if s is not found.spec)], landed.path, landed.name),
    )


def _slot(table_name: str, index: int, groups: dict[str, str], spec: FileSpec, name: str) -> str:
    slot = "/".join([table_name, str(index), *(f"{k}={groups[k]}" for k in sorted(groups))])
    return slot + "/" + name.casefold() if spec.format in ("markdown", "pdf", "vsme") else slot


def _members(landed: Landed) -> list[tuple[str, Message]]:
    """Return the data files inside a zip, whatever the zip is called."""
    if landed.member is not None:
        return []
    names = [PurePosixPath(m.place).name for m in members(landed.path) if not m.is_folder and not is_litter(m.place)]
    if any(n == "[Content_Types].xml" for n in names):
        return []
    return [
        (
            n,
            say("judging.known_by_member", name=n),
        )
        for n in names
    ]


# what browsers and desktops add to a name: `x (1).csv`, `x - Copie.csv`, `Copie de x.csv`, `x copy 2.csv`
_COPY = re.compile(
    r"( ?\(\d+\)| ?[-–] ?(copie|copy)( ?\(\d+\))?| (copie|copy)( \d+)?)(?=(\.\w+)+$)|^(copie de|copy of) ",
    re.IGNORECASE,
)


def _without_copy_mark(name: str) -> list[tuple[str, Message]]:
    """Return the name without the mark of a second download or of a copy, where it has one."""
    plain = _COPY.sub("", name)
    if plain == name:
        return []
    return [(plain, say("judging.copy_of", name=plain))]


def _other_endings(name: str) -> list[tuple[str, Message]]:
    """Return the name with the endings that a publisher might have used; reading looks at the content anyway."""
    stem, dot, ending = name.rpartition(".")
    if not dot or f".{ending.lower()}" not in OTHER_ENDINGS:
        return []
    return [
        (
            stem + other,
            say("judging.other_ending", ending=ending, expected=other),
        )
        for other in TABLE_ENDINGS
        if other != f".{ending.lower()}"
    ]


def _by_content(source: Source, landed: Landed, others: Mapping[str, Source]) -> Match:
    """Return the kind of file that the headers, the codes and the values show, where they show only one.

    Several kinds may have the same headers (a level each, an old name and a new one). The file is read as each of
    them; those that its values contradict fall out, and those that read it alike are the same.
    """
    found = [f for f in likenesses({source.source_id: source}, landed.path, landed.name) if f.score >= ENOUGH]
    found = [f for f in found if f.score >= 0.95 * found[0].score]
    fitting: list[tuple[Match, pd.DataFrame]] = []
    for match in _options(source, landed, [(f.table, f.spec) for f in found]):
        frame = _read_as(source, landed, match)
        if frame is None:
            continue
        twin = next(
            (
                i
                for i, (m, other) in enumerate(fitting)
                if m.table_name == match.table_name and _say_the_same(frame, other)
            ),
            None,
        )
        if twin is None:
            fitting.append((match, frame))
        elif frame.notna().sum().sum() > fitting[twin][1].notna().sum().sum():
            fitting[twin] = (match, frame)
    if len(fitting) == 1:
        return fitting[0][0]
    beside = None if found else _beside(source, landed, others)
    if beside is not None:
        raise Refusal(beside, NOTHING_TO_DO, kind=BESIDE)
    examples = [s.example or s.pattern for t in source.tables.values() for s in t.files]
    refusal = Refusal(
        say(
            "judging.name_unknown_headers_fit" if found else "judging.name_unknown",
            file=landed.name,
            source=source.title,
        ),
        say("judging.check_folder_and_name", examples=examples[:3]),
        kind="name",
    )
    raise refusal if found else with_likeness(source, others, landed, refusal)


def _say_the_same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two readings differ in nothing but columns that one of them does not fill."""
    both = [c for c in one.columns if one[c].notna().any() and other[c].notna().any()]
    return len(one) == len(other) and one[both].equals(other[both])


def _options(source: Source, landed: Landed, kinds: list[tuple[str, FileSpec]]) -> Iterator[Match]:
    """Yield what a file of one of the `kinds` may be: each with what its name would give, one for each way to read it."""
    seen: set[str] = set()
    for table_name, spec in kinds:
        table = source.tables[table_name]
        given: dict[str, str] = {}
        if spec.name_maps:
            if set(spec.name_maps) != {LEVEL}:
                continue  # nothing but the name says it
            try:
                raw = read_file(source, landed, Match("", table, spec, ""))
            except Refusal:
                continue
            level = infer_level(table, spec, raw, set(spec.name_maps[LEVEL].values.values()))
            if level is None:
                continue
            given = {LEVEL: level}
        read_as = repr((table_name, spec.layout, spec.unpivot, spec.sheet, sorted({**spec.constants, **given}.items())))
        if read_as in seen:
            continue
        seen.add(read_as)
        # of several layouts of one name the first gives the slot
        index = next(i for i, s in enumerate(table.files) if s.pattern == spec.pattern and s.sheet == spec.sheet)
        yield Match(
            table_name,
            table,
            spec,
            _slot(table_name, index, {"level": given[LEVEL]} if given else {}, spec, landed.name),
            landed.plain_name,
            given,
            (say("judging.known_by_content", description=table.description),),
        )


def _read_as(source: Source, landed: Landed, match: Match) -> pd.DataFrame | None:
    """Return the rows as a file of that kind; None where they cannot be: another level's codes, figures of another size."""
    vintage = parse_vintage(landed.vintage)
    year = vintage.year if vintage else None
    try:
        conformed = conform(
            match.table,
            match.spec,
            read_file(source, landed, match),
            table_name=match.table_name,
            file_name=landed.plain_name,
            columns_file=f"sources/{source.source_id}/columns.csv",
            vintage_year=year,
            given=match.given,
        )
        sizes = [r for r in match.table.rules if "$vintage_year" not in r.sql]
        apply_rules(
            match.table.model_copy(update={"rules": sizes}), conformed, file_name=landed.name, vintage_year=year
        )
    except Refusal:
        return None
    return conformed.frame


def _beside(source: Source, landed: Landed, others: Mapping[str, Source]) -> Message | None:
    """Return why no table of the source can be meant by the file; None where one may be, mangled or renamed."""
    stem, _, ending = landed.plain_name.rpartition(".")
    formats = {s.format for t in source.tables.values() for s in t.files}
    # `FILO2018_DISP_COM.pdf` may be the table in the wrong form
    if any(
        s.regex.fullmatch(f"{stem}{e}")
        for t in source.tables.values()
        for s in t.files
        for e in (*TABLE_ENDINGS, ".json")
    ):
        return None

    judged = None if source.is_bulk else is_meant(source, landed.path, landed.name)
    document = DOCUMENTS.get(f".{ending.lower()}")
    if document is not None and document not in formats and not (judged and judged[0]):
        return say("judging.document_beside", file=landed.name, source=source.title)
    if judged is None or judged[0] or ending.lower() == "json":
        return None
    if _elsewhere(others, landed) is not None:
        return None
    headers = judged[1]
    return say(
        "judging.headers_beside", file=landed.name, source=source.title, headers=headers[:5], more=len(headers) > 5
    )


def _elsewhere(others: Mapping[str, Source], landed: Landed) -> Source | None:
    """Return the other source that the file certainly is of; None too where there is only a name yet (the inbox asks)."""
    if not landed.path.is_file():
        return None
    return next((others[f[0]] for f in recognise(dict(others), landed.path, landed.name) if f[2] >= CERTAIN), None)


def with_likeness(source: Source, others: Mapping[str, Source], landed: Landed, refusal: Refusal) -> Refusal:
    """Say which other source the file looks like, where it certainly does."""
    other = _elsewhere(others, landed)
    if other is None:
        return refusal
    refusal.reason = say(
        "judging.headers_of_other_source", reason=refusal.reason, looks_like=other.title, source_id=other.source_id
    )
    refusal.action = say("judging.put_into_its_folder", source_id=other.source_id, source=source.title)
    return refusal


def others_of(source: Source, catalogue: Mapping[str, Source]) -> dict[str, Source]:
    """Return the other sources."""
    return {k: v for k, v in catalogue.items() if k != source.source_id}
