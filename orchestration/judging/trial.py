"""One file tried against its source's contract, leaving no trace: `observatory check`.

Takes the very way of a refresh (landing, reading, conforming, triage, the vintage that it would join, waivers,
expectation suites) in a home of its own; nothing is kept. The one thing that may be written, after a yes, are the
lines proposed for a file that was refused for its headers. What cannot be known here: the other files of a delivery
(a second file of the same kind, the communes beside the EPCIs), and what the marts make of all of them.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.base.messages import Message, Refusal
from orchestration.base.settings import Settings
from orchestration.catalog.models import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.landing import HashCache, Landed
from orchestration.records.outcome import CheckOutcome, FileOutcome, Patch


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
            source=source.source_id,
            file=file.name,
            state="refused",
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
) -> Iterator[Callable[[Source], FileOutcome]]:
    """Yield what reads the file, as if it had landed, as a file of the source that it is given.

    It is a refresh of a home made for it, up to the build: whatever a refresh says of this file, it says. The lake of
    `settings.home` is seen there, and not written to. What lies in the same delivery beside the file is not known.
    """
    from orchestration.judging.national import try_bulk

    with tempfile.TemporaryDirectory(prefix="observatory-check-") as folder:
        scratch = Path(folder)
        delivery = scratch / "delivery"
        place = delivery / source_id / vintage
        place.mkdir(parents=True)
        (place / file.name).symlink_to(file)
        homes = iter(range(1_000))

        def read(source: Source) -> FileOutcome:
            if source.is_bulk:
                landed = Landed(
                    source=source_id,
                    vintage=vintage,
                    path=file,
                    name=file.name,
                    bytes=file.stat().st_size,
                    sha256=HashCache(scratch / "hashes.json").sha256(file),
                    channel="mirror",
                    origin=f"check:{file.name}",
                )
                return try_bulk(source, landed, scratch)
            home = scratch / f"home{next(homes)}"
            _see_lake(settings.home, home)
            return _refreshed(
                settings.model_copy(update={"home": home}),
                {**catalogue, source_id: source},
                source,
                delivery,
                file,
                vintage,
            )

        yield read


def _see_lake(home: Path, scratch: Path) -> None:
    """Let `scratch` hold what `home` holds, by links: what a trial writes lies beside them."""
    (scratch / "lake").mkdir(parents=True)
    if (home / "state.json").is_file():
        shutil.copyfile(home / "state.json", scratch / "state.json")
    for path in (home / "lake").glob("*/*/*.parquet"):
        link = scratch / "lake" / path.relative_to(home / "lake")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)


def _refreshed(
    settings: Settings, catalogue: dict[str, Source], source: Source, delivery: Path, file: Path, vintage: str
) -> FileOutcome:
    from orchestration.refresh.run import Refresh

    refresh = Refresh.open(settings, channel=str(delivery), only=[source.source_id])
    here = f"mirror:{source.source_id}/{vintage}"
    try:
        refresh.use(catalogue, Suites())
        refresh.ingest(source.source_id)
        refresh.check_sources()
        # not what a waiver that ended took out, nor the extract that stands in
        found = [
            o
            for o in refresh.outcomes[source.source_id]
            if o.origin == here or (o.origin or "").startswith(f"{here}/{file.name}")
        ]
    finally:
        refresh.close()
    outcome = next((o for o in found if o.state == "refused"), None) or next(iter(found), None)
    if outcome is None:
        why = next((i.why for i in source.ignore if re.fullmatch(i.pattern, file.name, re.IGNORECASE)), "")
        return FileOutcome(
            source=source.source_id,
            vintage=vintage,
            file=file.name,
            state="missing",
            reason=Message(
                fr=f"{file.name} : laissé de côté, aucun tableau de « {source.title.fr} » n'en a besoin{' : ' + why if why else ''}",
                en=f"{file.name}: left aside, no table of '{source.title.en}' needs it{': ' + why if why else ''}",
            ),
        )
    if len(found) > 1 and outcome.state != "refused":
        # an archive of several files: each was taken
        outcome = outcome.model_copy(
            update={
                "file": file.name,
                "reason": Message.join([o.reason for o in found if o.reason]),
                "state": "adapted" if any(o.state == "adapted" for o in found) else outcome.state,
                **{n: sum(getattr(o, n) for o in found) for n in ("rows_read", "rows_kept", "rows_rejected")},
            }
        )
    return outcome.model_copy(update={"origin": f"check:{file.name}"})


class Suites:
    """Runs the expectation suites here: no build follows, so no second process is worth its start."""

    def __init__(self) -> None:
        self._checks: dict[str, list[CheckOutcome]] = {}

    def validate(self, ticket: str, files: list[Path], suite: Path, asset: str) -> None:
        """Note the suite's verdict on Parquet files; `checks(ticket)` returns it."""
        from orchestration.base.duck import connect
        from orchestration.quality.expectations import validate

        with connect() as connection:
            frame = connection.execute(
                "SELECT * FROM read_parquet(?, union_by_name = true)", [list(map(str, files))]
            ).df()
        self._checks[ticket] = validate(frame, suite, asset)

    def checks(self, ticket: str) -> list[CheckOutcome]:
        """Return the results noted under `ticket`."""
        return self._checks[ticket]

    def stop(self) -> None:
        """Nothing runs that would have to be ended."""


def _vintage_in(file: Path) -> str | None:
    """Return the vintage that the file's folder or name gives: `…/2018/FILO2018_DISP_COM.csv` → 2018."""
    if parse_vintage(file.parent.name):
        return file.parent.name
    years = set(re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", file.name))
    return years.pop() if len(years) == 1 else None
