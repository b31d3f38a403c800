"""The lake: one Parquet file a table and vintage, never changed once written, and the register of which ones count.

`HOME/lake/<source>/<table>/<vintage>.<content>.parquet`; `HOME/state.json` says which of them are good.
A refresh works on a copy of the register and writes it back only when its edition is published: a
blocked edition therefore leaves no trace. Samples and real files have a register each, so that a
try-out on samples never mixes with the publishers' figures.

Add here what concerns keeping and finding vintages. What stands in them belongs to `conforming`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from orchestration.catalog.models import Source, Table
from orchestration.catalog.vintages import parse_vintage, sort_key
from orchestration.duck import connect
from orchestration.messages import Message
from orchestration.records import Patch, Waived

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.landing import Landed

Realm = Literal["real", "sample"]
PROVENANCE = ["_vintage", "_file", "_sha256", "_row", "_channel", "_synthetic"]


class KnownFile(BaseModel):
    """One file that was judged before: accepted into a vintage, or refused.

    `synthetic`: its rows are made up, by its name (`FileSpec.synthetic`), wherever it came from. `published_at`: the
    day of publication that it prints.
    """

    file: str
    slot: str
    sha256: str
    contract: str
    bytes: int
    origin: str
    channel: str
    state: str
    reason: Message | None = None
    action: Message | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_rejected: int = 0
    tables: list[str] = Field(default_factory=list)
    fetched_at: str = ""
    patch: Patch | None = None
    waived: list[Waived] = Field(default_factory=list)
    synthetic: bool = False
    published_at: date | None = None


class Vintage(BaseModel):
    """One good vintage of one table: where it lies and from which files (by name) it came.

    `parts` outlives `SourceState.files`: when a good file is replaced by a bad one of the same name,
    the judgement changes but the rows, and what is said of their origin, stay those of the good one.
    `before`: what it replaced, kept as long as a part of it is there only thanks to a waiver.
    `reference_end`: the last day that its rows speak of, where the table has columns that say it (`Table.reference`).
    """

    path: str
    rows: int
    parts: dict[str, KnownFile] = Field(default_factory=dict)
    synthetic: bool = False
    before: Vintage | None = None
    reference_end: date | None = None

    @property
    def rests_on_waivers(self) -> bool:
        """Return whether any of its files was taken only thanks to a waiver."""
        return any(p.waived for p in self.parts.values())

    @property
    def is_mock(self) -> bool:
        """Return whether all its files are made up by their names: a publisher's try-out, which says nothing of any day."""
        return bool(self.parts) and all(p.synthetic for p in self.parts.values())


class SourceState(BaseModel):
    """What the register holds of one source."""

    tables: dict[str, dict[str, Vintage]] = Field(default_factory=dict)
    files: dict[str, dict[str, KnownFile]] = Field(default_factory=dict)

    def vintages(self) -> list[str]:
        """Return the vintages that any table holds, oldest first."""
        found = {v for table in self.tables.values() for v in table}
        return sorted(found, key=sort_key)


class Register(BaseModel):
    """Which vintages count, in each realm, and what was published from them."""

    version: int = 1
    real: dict[str, SourceState] = Field(default_factory=dict)
    sample: dict[str, SourceState] = Field(default_factory=dict)
    published: dict[str, str] = Field(default_factory=dict)

    def realm(self, realm: Realm) -> dict[str, SourceState]:
        """Return the sources of one realm."""
        return self.real if realm == "real" else self.sample


class Lake:
    """The lake of one home, with the register that a refresh works on."""

    def __init__(self, home: Path) -> None:
        self.root = home / "lake"
        self._register_path = home / "state.json"
        self.register = self._read()

    def _read(self) -> Register:
        try:
            return Register.model_validate_json(self._register_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Register()
        except ValueError as error:
            raise LakeError(
                Message(
                    fr=f"{self._register_path} est illisible : {error}".splitlines()[0],
                    en=f"{self._register_path} cannot be read: {error}".splitlines()[0],
                ),
                Message(
                    fr="Déplacer ce fichier ; le prochain rafraîchissement relira toutes les sources. Les éditions publiées restent.",
                    en="Move this file away; the next refresh reads every source again. Published editions stay.",
                ),
            ) from error

    def candidate(self) -> Register:
        """Return a copy of the register for a refresh to work on."""
        return copy.deepcopy(self.register)

    def commit(self, register: Register) -> None:
        """Make `register` the one that counts, in one step, and drop files that it no longer names."""
        _write_atomically(self._register_path, register.model_dump_json(exclude_none=True))
        self.register = register
        named = {
            v.path
            for realm in (register.real, register.sample)
            for source in realm.values()
            for table in source.tables.values()
            for kept in table.values()
            for v in (kept, kept.before)
            if v is not None
        }
        for path in self.root.glob("*/*/*.parquet"):
            if path.relative_to(self.root).as_posix() not in named:
                path.unlink(missing_ok=True)

    def path_for(self, source: Source, table: str, vintage: str, parts: dict[str, KnownFile]) -> Path:
        """Return where the vintage made of `parts` lies; equal bytes read by an equal contract, equal name."""
        made_of = sorted((name, p.sha256, p.contract) for name, p in parts.items())
        digest = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:12]
        return self.root / source.source_id / table / f"{vintage}.{digest}.parquet"

    def write(self, frame: pd.DataFrame, types: list[tuple[str, str]], path: Path) -> int:
        """Write `frame` as Parquet to `path` in one step, and return its rows.

        `types`: (column, DuckDB type) in order; columns of `PROVENANCE` are added by the caller.
        """
        casts = ", ".join(f'CAST("{n}" AS {t}) AS "{n}"' for n, t in types)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with connect() as connection:
            connection.register("frame", frame)
            connection.execute(
                f"COPY (SELECT {casts} FROM frame) TO {quoted(temporary)} (FORMAT parquet, COMPRESSION zstd)"
            )
        os.replace(temporary, path)
        return len(frame)

    def reference_end(self, table: Table, path: Path) -> date | None:
        """Return the last day that the rows of `path` speak of by `table.reference`; None without such columns or values.

        A date is itself; a year (2024) or a period (`2023-Q3`) is its last day.
        """
        days = []
        for column in (c for c in table.columns if c.name in table.reference):
            with connect() as connection:
                (newest,) = connection.execute(
                    f'SELECT max("{column.name}") FROM read_parquet({quoted(path)})'
                ).fetchone() or (None,)
            if isinstance(newest, date):
                days.append(newest)
            elif newest is not None and (period := parse_vintage(str(newest))):
                days.append(period.end)
        return max(days, default=None)

    def read(self, vintage: Vintage) -> pd.DataFrame:
        """Return one vintage as a frame, provenance columns included."""
        with connect() as connection:
            return connection.execute(f"SELECT * FROM read_parquet({quoted(self.root / vintage.path)})").df()

    def relative(self, path: Path) -> str:
        """Return `path` as the register writes it."""
        return path.relative_to(self.root).as_posix()


class LakeError(Exception):
    """The register of a home cannot be used: what happened and what to do."""

    def __init__(self, reason: Message, action: Message) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.action = action


def lake_types(table: Table) -> list[tuple[str, str]]:
    """Return (column, DuckDB type) of a lake table, markers and provenance included."""
    from orchestration.conforming.conform import output_columns
    from orchestration.conforming.values import duckdb_type

    return [(n, duckdb_type(t)) for n, t in output_columns(table)] + [
        ("_vintage", "VARCHAR"),
        ("_file", "VARCHAR"),
        ("_sha256", "VARCHAR"),
        ("_row", "BIGINT"),
        ("_channel", "VARCHAR"),
        ("_synthetic", "BOOLEAN"),
    ]


def contract_hash(source: Source) -> str:
    """Return the hash of everything that decides how a file of `source` is read.

    The source's own contract and the code of the rooms that read: when either changes, its files are
    read again even though their bytes did not change.
    """
    digest = hashlib.sha256(_reading_code())
    for path in sorted(source.path.iterdir()):
        if path.suffix in (".yml", ".csv", ".sql"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def folder_hash(*folders: Path, suffixes: tuple[str, ...]) -> str:
    """Return the hash of the files below `folders` that end in one of `suffixes`; build output is left out."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inner = path.relative_to(folder)
            if path.suffix in suffixes and inner.parts[0] not in ("target", "logs"):
                digest.update(inner.as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


_READING_CODE: bytes | None = None


def _reading_code() -> bytes:
    global _READING_CODE
    if _READING_CODE is None:
        here = Path(__file__).parent
        rooms = [here / n for n in ("reading", "conforming", "triage")]
        _READING_CODE = folder_hash(*rooms, suffixes=(".py",)).encode()
    return _READING_CODE


def quoted(value: Any) -> str:
    """Return `value` as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, path)


def provenance(landed: Landed, synthetic: bool) -> dict[str, Any]:
    """Return the provenance columns of every row that comes from `landed`."""
    return {
        "_vintage": landed.vintage,
        "_file": landed.name,
        "_sha256": landed.sha256,
        "_channel": landed.channel,
        "_synthetic": synthetic,
    }
