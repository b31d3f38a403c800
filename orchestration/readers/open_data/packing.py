"""Zip files, and the workbooks that are such files, whose bytes say nothing of the moment at which they were written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from openpyxl import Workbook

# the first day that a zip file can name
DAY = (1980, 1, 1, 0, 0, 0)


class SameBytes(ZipFile):
    """A zip file to be written in which every member carries the same day."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w", ZIP_DEFLATED, allowZip64=True)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **kwargs: Any) -> None:
        """Write a member from memory."""
        name = zinfo_or_arcname.filename if isinstance(zinfo_or_arcname, ZipInfo) else zinfo_or_arcname
        super().writestr(_member(name), data, ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kwargs: Any) -> None:
        """Write a member from a file, piece by piece."""
        with Path(filename).open("rb") as source, self.open(_member(str(arcname or filename)), "w") as target:
            while piece := source.read(1 << 20):
                target.write(piece)


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name, DAY)
    member.compress_type = ZIP_DEFLATED
    return member


def save_workbook(workbook: Workbook, path: Path, moment: datetime, author: str) -> None:
    """Save a workbook as written at `moment` (of the edition, without a zone) by `author`, an organisation."""
    # inside: openpyxl costs 0.3 s to import
    from openpyxl.writer.excel import ExcelWriter

    workbook.properties.creator = author
    workbook.properties.created = workbook.properties.modified = moment
    path.parent.mkdir(parents=True, exist_ok=True)
    # `Workbook.save` would put the present moment into the file
    ExcelWriter(workbook, SameBytes(path)).save()
