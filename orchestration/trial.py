"""One file tried against its source's contract, leaving no trace: `observatory check`.

Takes the same way through reading, conforming and triage as a refresh; nothing is kept. The one thing
that may be written, after a yes, are the lines proposed for a file that was refused for its headers.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.catalog.models import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.lake import Lake, SourceState
from orchestration.landing import HashCache, Landed
from orchestration.messages import Message, Refusal
from orchestration.records import FileOutcome, Patch
from orchestration.settings import Settings
from orchestration.waivers import load_waivers


def try_file(
    settings: Settings, catalogue: dict[str, Source], source: Source, file: Path, vintage: str | None
) -> FileOutcome:
    """Return what a refresh would say of `file` as a file of `source`; nothing is written to the home.

    `vintage`: the folder in which it would lie; when None, the year is looked for in the file's name.
    It is compared with what lies in the lake of `settings.home`, and with the shipped extract. Raises LakeError.
    """
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
    with _trial(settings, catalogue, file, source.source_id, vintage) as read:
        return read(source)


def accept(
    settings: Settings, catalogue: dict[str, Source], source: Source, file: Path, vintage: str | None, patch: Patch
) -> None:
    """Write the proposed lines to the source's `columns.csv`, once it is proven that `file` reads with them.

    Raises Refusal when the file would still be refused, CatalogueError when the contract would no longer load,
    OSError when it cannot be written; nothing is written then.
    """
    from orchestration.conforming import accept_patch

    file = file.resolve()
    vintage = vintage or _vintage_in(file)
    assert vintage is not None, "a patch comes from a file that was tried"
    with _trial(settings, catalogue, file, source.source_id, vintage) as read:

        def proven(mended: Source) -> None:
            outcome = read(mended)
            if outcome.state == "refused":
                assert outcome.reason is not None and outcome.action is not None
                raise Refusal(outcome.reason, outcome.action)

        accept_patch(source.path, patch, reads=proven)


@contextmanager
def _trial(
    settings: Settings, catalogue: dict[str, Source], file: Path, source_id: str, vintage: str
) -> "Iterator[Callable[[Source], FileOutcome]]":
    """Yield what reads the file, as if it had landed, as a file of the source that it is given."""
    from orchestration.bulk import try_bulk
    from orchestration.ingest import Judge, match_file
    from orchestration.refresh import refused, taken

    with tempfile.TemporaryDirectory(prefix="observatory-check-") as folder:
        scratch = Path(folder)
        landed = Landed(
            source=source_id, vintage=vintage, path=file, name=file.name, bytes=file.stat().st_size,
            sha256=HashCache(scratch / "hashes.json").sha256(file), channel="mirror", origin=f"check:{file.name}",
        )
        lake = Lake(settings.home)
        state = lake.register.real.get(source_id, SourceState())
        waivers = load_waivers(settings.waivers_path, catalogue, settings.expectations_path)
        judge = Judge(lake, "real", scratch, catalogue=catalogue, waivers=waivers)

        def read(source: Source) -> FileOutcome:
            if source.is_bulk:
                return try_bulk(source, landed, scratch)
            try:
                return taken(landed, judge.read(source, state, match_file(source, landed), landed))
            except Refusal as refusal:
                return refused(landed, refusal)

        yield read


def _vintage_in(file: Path) -> str | None:
    """Return the vintage that the file's folder or name gives: `…/2018/FILO2018_DISP_COM.csv` → 2018."""
    if parse_vintage(file.parent.name):
        return file.parent.name
    years = set(re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", file.name))
    return years.pop() if len(years) == 1 else None
