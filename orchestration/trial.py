"""One file tried against its source's contract, leaving no trace: `observatory check`.

Takes the same way through reading, conforming and triage as a refresh; nothing is kept.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from orchestration.catalog.models import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.lake import Lake, SourceState
from orchestration.landing import HashCache, Landed
from orchestration.messages import Message, Refusal
from orchestration.records import FileOutcome
from orchestration.settings import Settings


def try_file(settings: Settings, source: Source, file: Path, vintage: str | None) -> FileOutcome:
    """Return what a refresh would say of `file` as a file of `source`; nothing is written to the home.

    `vintage`: the folder in which it would lie; when None, the year is looked for in the file's name.
    What is already in the lake of `settings.home` is what the file is compared with.
    """
    from orchestration.ingest import Judge, match_file
    from orchestration.refresh import refused, taken

    file = file.resolve()
    vintage = vintage or _vintage_in(file)
    if vintage is None or parse_vintage(vintage) is None:
        return FileOutcome(
            source=source.source_id, file=file.name, state="refused",
            reason=Message(
                fr=f"{file.name} : aucune année dans le nom du fichier ni de son dossier.",
                en=f"{file.name}: no year in the name of the file or of its folder.",
            ),
            action=Message(
                fr="Dire de quelle année il s'agit : « --vintage 2024 ».",
                en="Say which year it is: '--vintage 2024'.",
            ),
        )
    with tempfile.TemporaryDirectory(prefix="observatory-check-") as folder:
        scratch = Path(folder)
        landed = Landed(
            source=source.source_id, vintage=vintage, path=file, name=file.name, bytes=file.stat().st_size,
            sha256=HashCache(scratch / "hashes.json").sha256(file), channel="mirror", origin=f"check:{file.name}",
        )
        if source.is_bulk:
            from orchestration.bulk import try_bulk

            return try_bulk(source, landed, scratch)
        lake = Lake(settings.home)
        state = lake.register.real.get(source.source_id, SourceState())
        try:
            match = match_file(source, landed)
            return taken(landed, Judge(lake, "real", scratch).read(source, state, match, landed))
        except Refusal as refusal:
            return refused(landed, refusal)


def _vintage_in(file: Path) -> str | None:
    """Return the vintage that the file's folder or name gives: `…/2018/FILO2018_DISP_COM.csv` → 2018."""
    if parse_vintage(file.parent.name):
        return file.parent.name
    years = set(re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", file.name))
    return years.pop() if len(years) == 1 else None
