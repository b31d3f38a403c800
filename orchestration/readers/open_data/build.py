"""All formats of one edition, written apart and put into service in one step.

`HOME/open` is a link to a folder of `HOME/.open`: whoever reads sees the files of before or the new ones, never some of
each. A build that breaks down leaves what is in service. A new format is a module and a line in `_write`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from orchestration.base.duck import bounded
from orchestration.base.messages import Refusal, say
from orchestration.base.permissions import permitted
from orchestration.editions.telling import FIGURES
from orchestration.readers.open_data.catalogue import write_catalogue
from orchestration.readers.open_data.contracts import load_contracts
from orchestration.readers.open_data.csv_files import write_tables
from orchestration.readers.open_data.csvw import write_csvw
from orchestration.readers.open_data.data_package import write_data_package
from orchestration.readers.open_data.describing import Describing, Publisher
from orchestration.readers.open_data.geojson import TABLE as CONTOURS
from orchestration.readers.open_data.geojson import write_geojson
from orchestration.readers.open_data.open_sdg import write_open_sdg
from orchestration.readers.open_data.sdmx import write_sdmx
from orchestration.readers.open_data.tables import EditionTables
from orchestration.readers.open_data.workbooks import write_workbooks

KEPT = ".open"


class OpenDataRefused(Refusal):
    """Something that is no link of ours lies where the open data would."""


@dataclass(frozen=True)
class OpenDataReport:
    """What was made: the edition, the folder, tables and files, bytes of all of them, seconds."""

    edition: str
    folder: Path
    tables: int
    files: int
    bytes: int
    seconds: float


def build_open_data(edition: Path, dbt_project: Path, publisher: Publisher, link: Path) -> OpenDataReport:
    """Write the edition in folder `edition` in every format and let `link` point to it; return what was made.

    `dbt_project`: where the marts' contract stands. Raises Refusal where the folder is no edition, SecretShown
    where it gives a secret away, OpenDataRefused where something else lies at `link`.
    """
    started = time.perf_counter()
    if link.exists() and not link.is_symlink():
        raise OpenDataRefused(say("open_data.folder_in_the_way", folder=link), say("open_data.move_it"))
    kept = link.parent / KEPT
    kept.mkdir(parents=True, exist_ok=True)
    tables = EditionTables(edition, load_contracts(dbt_project))
    folder = Path(tempfile.mkdtemp(prefix=f"{tables.edition_id}-", dir=kept))
    # beside the folder, so that nothing of it goes out; the swap removes it
    bounded(tables.connection, folder.with_name(f"{folder.name}.spill"))
    try:
        _write(Describing(tables, publisher), folder)
        # a folder made for one is closed to a web server's group too
        folder.chmod(permitted(0o755))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        tables.close()
    _swap(link, folder)
    files = [f for f in folder.rglob("*") if f.is_file()]
    return OpenDataReport(
        edition=tables.edition_id,
        folder=link,
        tables=len(tables.tables),
        files=len(files),
        bytes=sum(f.stat().st_size for f in files),
        seconds=round(time.perf_counter() - started, 1),
    )


def _write(say_of: Describing, folder: Path) -> None:
    write_tables(say_of.edition, folder)
    write_csvw(say_of, folder)
    write_data_package(say_of, folder)
    of_figures = [*write_sdmx(say_of, folder), *write_workbooks(say_of, folder), *write_open_sdg(say_of, folder)]
    write_catalogue(say_of, folder, {FIGURES: of_figures, CONTOURS: write_geojson(say_of, folder)})


def _swap(link: Path, folder: Path) -> None:
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(folder.relative_to(link.parent))
    new.replace(link)
    for old in folder.parent.iterdir():
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
