"""What is made of an edition once it is in service: each reader in turn, none of which can take the edition back.

Add a line to `READERS` for a new reader. How a reader works stands in its folder; who calls this, and when, belongs to
`refresh` and to the command line.

Imports inside functions: whoever makes pages need not wait 0.05 s for what writes workbooks and asks databases.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.settings import Settings
from orchestration.readers.site import SiteReport, build_site, load_configuration
from orchestration.records.outcome import CheckOutcome

if TYPE_CHECKING:
    from orchestration.readers.open_data import OpenDataReport
    from orchestration.readers.postgresql import PostgresReport

log = logging.getLogger("observatory")
SITE = "site"
OPEN_DATA = "open"
POSTGRESQL = "postgresql"
WAIT_SECONDS = 300


def make_site(settings: Settings, edition: Path, *, all_epcis: bool = False) -> SiteReport:
    """Make the public pages of the edition in folder `edition` below `HOME/site`; return what was made.

    One build at a time on a home. Raises what `build_site` does.
    """
    folder = settings.home / SITE
    with FileLock(settings.home / f"{SITE}.lock", timeout=WAIT_SECONDS):
        configuration = load_configuration(settings.site_path)
        return build_site(edition.resolve(), configuration, folder, all_epcis=all_epcis or configuration.all_epcis)


def _site(settings: Settings, edition: Path) -> Message:
    report = make_site(settings, edition)
    return say("site.made", pages=report.pages, written=report.written, folder=report.folder)


def make_open_data(settings: Settings, edition: Path) -> OpenDataReport:
    """Make the open data of the edition in folder `edition` below `HOME/open`; return what was made.

    One build at a time on a home. Raises what `build_open_data` does.
    """
    from orchestration.readers.open_data import Publisher, build_open_data

    said = load_configuration(settings.site_path)
    publisher = Publisher(said.name.model_dump(), said.publisher, f"{said.url}{OPEN_DATA}/", said.contact)
    with FileLock(settings.home / f"{OPEN_DATA}.lock", timeout=WAIT_SECONDS):
        return build_open_data(edition.resolve(), settings.dbt_project_path, publisher, settings.home / OPEN_DATA)


def told_of_open_data(report: OpenDataReport) -> Message:
    """Return what was made, in a sentence."""
    megabytes = round(report.bytes / 1e6, 1)
    return say("open_data.made", tables=report.tables, files=report.files, megabytes=megabytes, folder=report.folder)


def _open_data(settings: Settings, edition: Path) -> Message:
    return told_of_open_data(make_open_data(settings, edition))


def make_postgresql(settings: Settings, edition: Path, address: str | None = None) -> PostgresReport:
    """Publish the edition in folder `edition` to the database at `address`, by default that of the settings; return what was done.

    Raises what `publish_edition` does.
    """
    from orchestration.readers.postgresql import publish_edition

    address = address or settings.publish_to.get_secret_value()
    return publish_edition(edition.resolve(), settings.dbt_project_path, address, settings.home / "work")


def told_of_postgresql(report: PostgresReport) -> Message:
    """Return what was published, in a sentence."""
    return say(
        "postgresql.made",
        edition=report.edition,
        database=report.database,
        tables=report.tables,
        copied=report.copied,
        seconds=report.seconds,
    )


def _postgresql(settings: Settings, edition: Path) -> Message:
    return told_of_postgresql(make_postgresql(settings, edition))


READERS: dict[str, Callable[[Settings, Path], Message]] = {
    SITE: _site,
    OPEN_DATA: _open_data,
    POSTGRESQL: _postgresql,
}


def read(settings: Settings, edition: Path, name: str) -> CheckOutcome:
    """Let the reader `name` make what it makes of the edition; an accident is a finding, whatever it is.

    The edition stays in service, and so does what the reader made before.
    """
    try:
        said, passed = READERS[name](settings, edition), True
    except Exception as error:
        log.exception("the reader %s broke down", name)
        reason = getattr(error, "reason", None)
        why = reason if isinstance(reason, Message) else f"{type(error).__name__}: {error}"
        said, passed = say("site.reader_failed", reader=name, why=why), False
    return CheckOutcome(name=f"reader_{name}", asset=name, severity="warn", passed=passed, message=said)


def is_asked(settings: Settings, name: str) -> bool:
    """Return whether a reader has anything to do in this home: the settings name it, and give it a database if it needs one."""
    return name in settings.readers.split(",") and (name != POSTGRESQL or bool(settings.publish_to.get_secret_value()))


def lacks(settings: Settings, name: str, edition: str) -> bool:
    """Return whether a reader has made nothing yet in this home; the database also where it serves another edition.

    A database that was out of reach at one refresh is so asked again at the next.
    """
    if name != POSTGRESQL:
        return not (settings.home / name).is_dir()
    from orchestration.readers.postgresql import served_edition

    try:
        return served_edition(settings.publish_to.get_secret_value()) != edition
    except Refusal:
        return True


def follows(settings: Settings, name: str) -> bool:
    """Return whether a reader goes back with an edition: it was asked for, and has made something before."""
    return is_asked(settings, name) and (name == POSTGRESQL or (settings.home / name).is_dir())
