"""Keys, tags, owners and metadata: how the project's names are spelt for Dagster.

Pure functions from catalogue entries and records to Dagster values. Add here what two modules spell
alike. What Dagster keeps and shows quotes no cell of a file (`receipts.public`); `HOME/receipts` does. Nothing here reads a file or calls a refresh.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from dagster import AssetKey, DataVersion, MetadataValue, TableColumn, TableRecord, TableSchema

from orchestration.base.acts import Act, acting
from orchestration.base.messages import Message
from orchestration.base.showing import markdown
from orchestration.lake.register import Vintage
from orchestration.receipts.acts import shown_lines
from orchestration.receipts.public import public
from orchestration.receipts.sentences import text
from orchestration.records.outcome import FileOutcome, RefreshOutcome

# table → vintage → what the lake holds of it
Held = Mapping[str, Mapping[str, Vintage]]
LAKE = "lake"
EDITION_KEY = AssetKey(["edition"])
SITE_KEY = AssetKey(["site"])
OPEN_DATA_KEY = AssetKey(["open"])
POSTGRESQL_KEY = AssetKey(["postgresql"])
# what is made of an edition, in the order in which it is made
READER_KEYS = (SITE_KEY, OPEN_DATA_KEY, POSTGRESQL_KEY)
DEFAULT_OWNER = "observatoire"
# the refresh that a run carries out: its own name, which says when it was
REFRESH_TAG = "observatory/refresh"
# of the journal, beside an edition
JOURNAL_LINES = 20

_FILE_COLUMNS = ("vintage", "file", "state", "rows_read", "rows_kept", "rows_rejected", "origin", "sha256", "reason")
_FILE_SCHEMA = TableSchema(
    columns=[TableColumn(c, "int" if c.startswith("rows_") else "string") for c in _FILE_COLUMNS]
)


def lake_key(source_id: str) -> AssetKey:
    """Return the asset key of a source."""
    return AssetKey([LAKE, source_id])


def slug(text: str) -> str:
    """Return `text` in the letters that Dagster accepts in names: `Ministère du travail` → `ministere_du_travail`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:63].strip("_")


def publisher_tag(publisher: str) -> str:
    """Return the house that publishes, without its datasets or partners: `Insee-DGFiP, Fichier localisé` → `insee`."""
    return slug(re.split(r"\s*[,;(–]|-(?=[A-Z])|\s+et\s+", publisher)[0])


def goal_tags(goals: Iterable[int]) -> dict[str, str]:
    """Return one tag a goal, `sdg/05: true`: two digits, so that the interface sorts them."""
    return {f"sdg/{goal:02d}": "true" for goal in sorted(set(goals))}


def owners(owner: str | None) -> list[str]:
    """Return the owner as Dagster wants it: a mail address as it is, anything else as a team."""
    if owner and "@" in owner:
        return [owner]
    return [f"team:{slug((owner or '').removeprefix('team:')) or DEFAULT_OWNER}"]


def both(message: Message | None) -> str:
    """Return a sentence in French, then in English, as one text; empty without a sentence."""
    if message is None:
        return ""
    french, english = text(public(message), "fr"), text(public(message), "en")
    return french if french == english else f"{french} / {english}"


def held_metadata(held: Held) -> dict[str, Any]:
    """Return what the lake holds of a source after a run, also where that run looked at one vintage only."""
    return {
        "dagster/row_count": sum(v.rows for vintages in held.values() for v in vintages.values()),
        "vintages_held": ", ".join(sorted({name for vintages in held.values() for name in vintages})),
    }


def files_metadata(files: Sequence[FileOutcome]) -> dict[str, Any]:
    """Return what a source's materialization shows of the files of a run: counts, vintages, origins, reasons."""
    said = [(f, f.reason, f.action) for f in files if f.reason or f.action]
    metadata: dict[str, Any] = {
        "rows_read": sum(f.rows_read for f in files),
        "rows_kept": sum(f.rows_kept for f in files),
        "rows_rejected": sum(f.rows_rejected for f in files),
        "state": ", ".join(sorted({f.state for f in files})) or "missing",
        "vintages": ", ".join(sorted({f.vintage for f in files if f.vintage})),
        "channel": ", ".join(sorted({f.channel for f in files if f.channel})),
    }
    if files:
        metadata["files"] = MetadataValue.table(
            [TableRecord({c: _cell(f, c) for c in _FILE_COLUMNS}) for f in files], schema=_FILE_SCHEMA
        )
    if said:
        metadata["reasons"] = MetadataValue.md(
            "\n".join(
                f"- **{markdown(f.file or f.vintage or f.source)}** ({f.state}) : "
                + " — ".join(markdown(text(public(m), "fr")) for m in (reason, action) if m)
                for f, reason, action in said
            )
        )
    return metadata


def _cell(file: FileOutcome, column: str) -> str | int:
    value = getattr(file, column)
    if isinstance(value, Message):
        return text(public(value), "fr")
    return "" if value is None else value


def data_version(held: Held) -> DataVersion | None:
    """Return a version that changes only when the rows do, so that nothing looks stale without cause."""
    # the name of a vintage's file in the lake tells what it was made of
    paths = sorted(v.path for vintages in held.values() for v in vintages.values())
    return DataVersion(sha256("\n".join(paths).encode()).hexdigest()[:16]) if paths else None


def outcome_metadata(outcome: RefreshOutcome, receipt: str | None, path: str | None) -> dict[str, Any]:
    """Return what the edition shows of a whole refresh. `receipt` is Markdown, `path` the edition's folder."""
    refused = [f for f in outcome.sources if f.state == "refused"]
    failed = [c for c in outcome.checks if not c.passed]
    metadata: dict[str, Any] = {
        "edition": outcome.edition or "",
        "published": outcome.published,
        "exit_code": outcome.exit_code,
        "territory": outcome.territory,
        "channel": outcome.channel,
    }
    if path:
        metadata["path"] = MetadataValue.path(path)
    if outcome.tables:
        metadata["dagster/row_count"] = sum(t.rows for t in outcome.tables)
        metadata["tables"] = MetadataValue.table(
            [TableRecord({"table": t.name, "rows": t.rows, "columns": len(t.columns)}) for t in outcome.tables],
            schema=TableSchema(
                columns=[TableColumn("table", "string"), TableColumn("rows", "int"), TableColumn("columns", "int")]
            ),
        )
    if refused:
        metadata["refused"] = MetadataValue.md(
            "\n".join(f"- **{f.source}** {markdown(f.file or '')} : {markdown(_why(f))}" for f in refused)
        )
    if failed:
        metadata["failed_checks"] = MetadataValue.md(
            "\n".join(
                f"- **{c.asset}** {c.name} ({c.severity}) : {markdown(text(public(c.message), 'fr'))}" for c in failed
            )
        )
    if outcome.note:
        metadata["note"] = both(outcome.note)
    if outcome.action:
        metadata["action"] = both(outcome.action)
    if receipt:
        metadata["receipt"] = MetadataValue.md(receipt)
    return metadata


def _why(file: FileOutcome) -> str:
    return " — ".join(text(public(m), "fr") for m in (file.reason, file.action) if m)


def journal_metadata(found: Sequence[Act]) -> dict[str, Any]:
    """Return what the edition shows of the home's journal: who did what lately, the newest first, names left out."""
    if not found:
        return {}
    # a name or a file's name is text, whatever signs stand in it
    lines = [re.sub(r"([*_])", r"\\\1", markdown(line)) for line in shown_lines(found, "fr")]
    return {"journal": MetadataValue.md("\n".join(f"- {line}" for line in lines))}


def begun_tags(channel: str, territory: str) -> dict[str, str]:
    """Return what the list of runs shows of a refresh from its beginning, and who asked for it."""
    return {"channel": channel, "territory": territory, "observatory/who": acting()}


def outcome_tags(outcome: RefreshOutcome) -> dict[str, str]:
    """Return what the list of runs shows of a refresh at its end: a run that went well may have refused a file."""
    return {"exit_code": str(outcome.exit_code), **({"edition": outcome.edition} if outcome.edition else {})}


def strings(mapping: Mapping[str, str | None]) -> dict[str, str]:
    """Return `mapping` without its empty values."""
    return {k: v for k, v in mapping.items() if v}
