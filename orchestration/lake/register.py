"""The register of a lake: which vintages count, how each file was judged, what was published from them.

A judgement stands once, in `Register.judgements`; the files of a source and the parts of a vintage name it. Samples and
real files have a register each, so that a try-out on samples never mixes with the publishers' figures. What an earlier
version wrote is read as what it means today (`upgraded`); the next refresh writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from orchestration.catalog.vintages import sort_key
from orchestration.records.judgement import Judgement

Realm = Literal["real", "sample"]
VERSION = 2


class Vintage(BaseModel):
    """One good vintage of one table: where it lies and from which files it came.

    `parts`: file name → the judgement by which its rows are there. It outlives `SourceState.files`: when a good file is
    replaced by a bad one of the same name, that file's judgement is another one, but the rows, and what is said of their
    origin, stay those of the good one. `before`: what it replaced, kept as long as a part of it is there only thanks to a
    waiver. `reference_end`: the last day that its rows speak of, where the table has columns that say it
    (`Table.reference`).
    """

    path: str
    rows: int
    parts: dict[str, str] = Field(default_factory=dict)
    synthetic: bool = False
    before: Vintage | None = None
    reference_end: date | None = None


class SourceState(BaseModel):
    """What the register holds of one source: vintages by table, and by vintage and file name its last judgement."""

    tables: dict[str, dict[str, Vintage]] = Field(default_factory=dict)
    files: dict[str, dict[str, str]] = Field(default_factory=dict)

    def vintages(self) -> list[str]:
        """Return the vintages that any table holds, oldest first."""
        found = {v for table in self.tables.values() for v in table}
        return sorted(found, key=sort_key)

    def named(self) -> Iterator[str]:
        """Yield every judgement that something of the source names."""
        for files in self.files.values():
            yield from files.values()
        for vintages in self.tables.values():
            for kept in vintages.values():
                yield from kept.parts.values()
                if kept.before is not None:
                    yield from kept.before.parts.values()


class Register(BaseModel):
    """Which vintages count, in each realm, and what was published from them."""

    version: int = VERSION
    judgements: dict[str, Judgement] = Field(default_factory=dict)
    real: dict[str, SourceState] = Field(default_factory=dict)
    sample: dict[str, SourceState] = Field(default_factory=dict)
    published: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _read_older(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("version", VERSION) != 1:
            return data
        try:
            return upgraded(data)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no register of version 1: {error!r}") from error

    def realm(self, realm: Realm) -> dict[str, SourceState]:
        """Return the sources of one realm."""
        return self.real if realm == "real" else self.sample

    def parts(self, kept: Vintage | None) -> dict[str, Judgement]:
        """Return the judgements by which the rows of a vintage are there, by file name; {} for None."""
        return {name: self.judgements[i] for name, i in kept.parts.items()} if kept is not None else {}

    def files(self, state: SourceState, vintage: str) -> dict[str, Judgement]:
        """Return the last judgement on each file of a vintage, by name."""
        return {name: self.judgements[i] for name, i in state.files.get(vintage, {}).items()}

    def judged(self, state: SourceState, vintage: str | None, file: str | None) -> Judgement | None:
        """Return the last judgement on a file, None where none is known."""
        known = state.files.get(vintage or "", {}).get(file or "")
        return self.judgements[known] if known is not None else None

    def note(self, state: SourceState, judgement: Judgement) -> None:
        """Let `judgement` be the last one on its file."""
        self.judgements[judgement.id] = judgement.written()
        state.files.setdefault(judgement.vintage, {})[judgement.file] = judgement.id

    def overturn(self, judgement: Judgement) -> None:
        """Put the record of a further verdict in the place of the one before, wherever it is named."""
        self.judgements[judgement.id] = judgement.written()

    def rests_on_waivers(self, kept: Vintage) -> bool:
        """Return whether any file of a vintage was taken only thanks to a waiver."""
        return any(p.waived for p in self.parts(kept).values())

    def is_mock(self, kept: Vintage) -> bool:
        """Return whether all files of a vintage are made up by their names: a try-out, which says nothing of any day."""
        return bool(kept.parts) and all(p.synthetic for p in self.parts(kept).values())

    def is_extract(self, kept: Vintage) -> bool:
        """Return whether a vintage is the extract shipped with the software."""
        return all(p.channel == "sample" for p in self.parts(kept).values())

    def aside(self, state: SourceState) -> SourceState:
        """Take what is held of the shipped extract out of `state` and return it."""
        extract = SourceState()
        for table, vintages in state.tables.items():
            for vintage in [v for v, kept in vintages.items() if self.is_extract(kept)]:
                extract.tables.setdefault(table, {})[vintage] = vintages.pop(vintage)
        for vintage, files in list(state.files.items()):
            for name in [n for n, i in files.items() if self.judgements[i].channel == "sample"]:
                extract.files.setdefault(vintage, {})[name] = files.pop(name)
            if not files:
                del state.files[vintage]
        return extract

    def prune(self) -> None:
        """Forget the judgements that nothing names any more."""
        named = {i for realm in (self.real, self.sample) for state in realm.values() for i in state.named()}
        self.judgements = {i: j for i, j in self.judgements.items() if i in named}


def realm_of(channel: str, register: Register) -> Realm:
    """Return which register a channel works on.

    A file dropped into the inbox of a home that only ever saw samples joins them: on its own it would
    leave readers with its figures and nothing else.
    """
    if channel == "sample" or (channel == "inbox" and not register.real and register.sample):
        return "sample"
    return "real"


def upgraded(old: dict[str, Any]) -> dict[str, Any]:
    """Return a register of version 1 in today's form.

    There each file's judgement was written out where it was named: once below `files`, once in each vintage that its
    rows were in, and with one state instead of verdicts.
    """
    judgements: dict[str, dict[str, Any]] = {}

    def moved(source: str, vintage: str, known: dict[str, Any]) -> str:
        plain = f"{source}/{vintage}/{known['file']}@{known['channel']}.{known.get('fetched_at', '')}"
        record = {
            **{k: known[k] for k in ("file", "sha256", "bytes", "origin", "channel", "contract", "slot")},
            "source": source,
            "vintage": vintage,
            "feeds": known.get("tables", []),
            "counted": [known.get(f"rows_{n}", 0) for n in ("read", "kept", "rejected")],
            "judged_at": known.get("fetched_at", ""),
            "synthetic": known.get("synthetic", False),
            "published_at": known.get("published_at"),
            "patch": known.get("patch"),
            "verdicts": [
                {
                    "stage": "file",
                    "state": known["state"],
                    "reason": known.get("reason"),
                    "action": known.get("action"),
                    "waived": known.get("waived", []),
                }
            ],
        }
        name = plain
        while name in judgements and judgements[name] != {**record, "id": name}:
            name += "~"
        judgements[name] = {**record, "id": name}
        return name

    def vintage_of(source: str, name: str, kept: dict[str, Any]) -> dict[str, Any]:
        parts = {n: moved(source, name, p) for n, p in kept.get("parts", {}).items()}
        before = kept.get("before")
        return {**kept, "parts": parts, "before": vintage_of(source, name, before) if before else None}

    def state_of(source: str, state: dict[str, Any]) -> dict[str, Any]:
        return {
            "tables": {
                t: {v: vintage_of(source, v, k) for v, k in vintages.items()}
                for t, vintages in state.get("tables", {}).items()
            },
            "files": {
                v: {n: moved(source, v, f) for n, f in files.items()} for v, files in state.get("files", {}).items()
            },
        }

    realms = {r: {s: state_of(s, state) for s, state in old.get(r, {}).items()} for r in ("real", "sample")}
    return {"version": VERSION, "judgements": judgements, "published": old.get("published", {}), **realms}
