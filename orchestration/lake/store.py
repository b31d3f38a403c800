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
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.base.duck import asking, permitted
from orchestration.base.files import quoted, write_atomically
from orchestration.base.messages import Message, say
from orchestration.catalog.models import Source, Table
from orchestration.catalog.vintages import parse_vintage
from orchestration.lake.register import VERSION, Register, Vintage
from orchestration.records.judgement import Judgement

if TYPE_CHECKING:
    import pandas as pd


class Lake:
    """The lake of one home, with the register that a refresh works on.

    `scratch`: where new vintages are written instead, for a trial that must leave the home as it is.
    """

    def __init__(self, home: Path, scratch: Path | None = None) -> None:
        self.root = home / "lake"
        self._written = scratch / "lake" if scratch else self.root
        self._register_path = home / "state.json"
        self.register = self._read()

    def _read(self) -> Register:
        try:
            register = Register.model_validate_json(self._register_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Register()
        except (ValueError, OSError) as error:
            raise LakeError(
                say("lake.register_unreadable", file=self._register_path, error=str(error).splitlines()[0]),
                say("lake.move_register_away"),
            ) from error
        if register.version > VERSION:
            raise LakeError(
                say("lake.register_is_newer", file=self._register_path, register=register.version, known=VERSION),
                say("lake.install_that_version"),
            )
        return register

    def candidate(self) -> Register:
        """Return a copy of the register for a refresh to work on."""
        held = self.register
        # judgements are frozen: their mapping alone is copied
        states = {"real": copy.deepcopy(held.real), "sample": copy.deepcopy(held.sample)}
        return held.model_copy(
            update={"judgements": dict(held.judgements), "published": dict(held.published), **states}
        )

    def commit(self, register: Register) -> None:
        """Make `register` the one that counts, in one step, and drop files that it no longer names."""
        register.prune()
        write_atomically(self._register_path, register.model_dump_json(exclude_none=True))
        self.register = register
        for path in self.orphans():
            path.unlink(missing_ok=True)

    def orphans(self) -> list[Path]:
        """Return the Parquet files that the register does not name; none without a register, which may come back."""
        if not self._register_path.exists():
            return []
        register = self.register
        named = {
            v.path
            for realm in (register.real, register.sample)
            for source in realm.values()
            for table in source.tables.values()
            for kept in table.values()
            for v in (kept, kept.before)
            if v is not None
        }
        return [p for p in self.root.glob("*/*/*.parquet") if p.relative_to(self.root).as_posix() not in named]

    def path_for(self, source: Source, table: str, vintage: str, parts: dict[str, Judgement]) -> Path:
        """Return where the vintage made of `parts` lies; equal bytes read by an equal contract, equal name."""
        made_of = sorted((name, p.sha256, p.contract) for name, p in parts.items())
        digest = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:12]
        return self._written / source.source_id / table / f"{vintage}.{digest}.parquet"

    def write(self, frame: pd.DataFrame, types: list[tuple[str, str]], path: Path) -> int:
        """Write `frame` as Parquet to `path` in one step, and return its rows.

        `types`: (column, DuckDB type) in order; columns of `PROVENANCE` are added by the caller.
        """
        casts = ", ".join(f'CAST("{n}" AS {t}) AS "{n}"' for n, t in types)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with asking() as connection, permitted(temporary):
            connection.register("frame", frame)
            connection.execute(
                f"COPY (SELECT {casts} FROM frame) TO {quoted(temporary)} (FORMAT parquet, COMPRESSION zstd)"
            )
        temporary.replace(path)
        return len(frame)

    def reference_end(self, table: Table, path: Path) -> date | None:
        """Return the last day that the rows of `path` speak of by `table.reference`; None without such columns or values.

        A date is itself; a year (2024) or a period (`2023-Q3`) is its last day.
        """
        days = []
        for column in (c for c in table.columns if c.name in table.reference):
            with asking() as connection:
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
        with asking() as connection:
            return connection.execute(f"SELECT * FROM read_parquet({quoted(self.path(vintage))})").df()

    def path(self, vintage: Vintage) -> Path:
        """Return where a vintage lies."""
        written = self._written / vintage.path
        return written if written.exists() else self.root / vintage.path

    def relative(self, path: Path) -> str:
        """Return a path of `path_for` as the register writes it."""
        return path.relative_to(self._written).as_posix()


class LakeError(Exception):
    """The register of a home cannot be used: what happened and what to do."""

    def __init__(self, reason: Message, action: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.action = action
