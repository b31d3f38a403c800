"""How large a sheet becomes when it is unfolded, counted in one pass over its XML and without unfolding it.

Add here a further way in which a small file says much. The limits stand where the sheet is read (`workbook`).
"""

from __future__ import annotations

from typing import IO
from xml.parsers import expat

from orchestration.reading.valueless import Xml, place, times

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "


class _Pass(Xml):
    def run(self, stream: IO[bytes]) -> None:
        """Read a part piece by piece. Raises ValueError where it is no XML."""
        parser = self.parser()
        try:
            while piece := stream.read(1 << 20):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise ValueError(str(error)) from error


class _Extent(_Pass):
    def __init__(self) -> None:
        self.height = self.width = 0
        self.at: tuple[int, int] | None = None

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self.at = place(given["r"]) if "r" in given else None
        elif name in ("v", "is", "f") and self.at is not None:
            self.height, self.width = max(self.height, self.at[0] + 1), max(self.width, self.at[1] + 1)


def extent(stream: IO[bytes]) -> tuple[int, int]:
    """Return the rows and columns up to the farthest filled cell of a sheet of xlsx. Raises ValueError."""
    found = _Extent()
    found.run(stream)
    return found.height, found.width


class _Repeats(_Pass):
    def __init__(self) -> None:
        self.height = self.width = self.row = self.column = 0
        self.row_times = self.cell_times = 1
        self.worst = (0, 0)
        self.filled = self.in_cell = False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "table":
            self.height = self.width = self.row = 0
        elif name == "table-row":
            self.column, self.filled = 0, False
            self.row_times = times(given.get(_TABLE + "number-rows-repeated", "1"))
        elif name in ("table-cell", "covered-table-cell"):
            self.column += times(given.get(_TABLE + "number-columns-repeated", "1"))
            if any(key.endswith((" value-type", " formula")) for key in given):
                self._fill()
            self.in_cell = True
        elif name == "p" and self.in_cell:
            self._fill()

    def _fill(self) -> None:
        self.filled, self.width = True, max(self.width, self.column)

    def end(self, name: str) -> None:
        if name in ("table-cell", "covered-table-cell"):
            self.in_cell = False
        elif name == "table-row":
            self.row += self.row_times
            if self.filled:
                self.height = self.row
        elif name == "table":
            self.worst = max(self.worst, (self.height, self.width), key=lambda size: size[0] * size[1])


def repeats(stream: IO[bytes]) -> tuple[int, int]:
    """Return the rows and columns of the largest sheet of an OpenDocument workbook, up to its last filled cell. Raises ValueError."""
    found = _Repeats()
    found.run(stream)
    return found.worst


class _Lengths(Xml):
    """The length of each shared text."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.inside = False

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "si":
            self.lengths.append(0)
        self.inside = name == "t" or (self.inside and name != "si")

    def text(self, data: str) -> None:
        if self.inside and self.lengths:
            self.lengths[-1] += len(data)

    def end(self, name: str) -> None:
        if name == "t":
            self.inside = False


class _Uses(Xml):
    """The signs of all shared texts where a sheet's cells name them."""

    def __init__(self, lengths: list[int]) -> None:
        self.lengths, self.total = lengths, 0
        self.shared = self.inside = False
        self.number = ""

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self.shared = given.get("t") == "s"
        elif name == "v":
            self.inside, self.number = self.shared, ""

    def text(self, data: str) -> None:
        if self.inside:
            self.number += data

    def end(self, name: str) -> None:
        if name == "v" and self.inside:
            self.inside = False
            number = self.number.strip()
            if number.isdigit() and len(number) < 9 and int(number) < len(self.lengths):
                self.total += self.lengths[int(number)]


def unfolded(texts: bytes, sheet: bytes) -> int:
    """Return how many signs the shared texts of a workbook come to in a sheet's cells. Raises ValueError."""
    lengths = _Lengths()
    lengths.read(texts)
    uses = _Uses(lengths.lengths)
    uses.read(sheet)
    return uses.total
