"""Where the quotes of a large delimited text do not stand around whole cells, found without cutting it into cells.

For the national files, which DuckDB reads in parallel and where a stray quote would make one cell of many rows. A line is
plain when each of its quotes opens at a cell's beginning, closes at a cell's end, or stands doubled inside; a text of plain
lines has no cell with a line end and nothing to swallow. Add here what can be said of bytes at their own speed; what the
other lines hold is told by `delimited`.
"""

from __future__ import annotations

import codecs

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
DELIMITERS = b",;\t|"
# more such lines are no accident of single rows
MOST = 10_000
# bytes of a line; a register has a few hundred
LONGEST = 64_000_000


class QuoteScan:
    """The lines of a text that is fed piece by piece.

    `lines`: how many there are, a last one without its end included. `astray`: the numbers (from 1) of those that are not
    plain, in order, `MOST` at most. `delimiter`: the sign, by default the one that the first line holds most often.
    """

    def __init__(self, delimiter: bytes = b"") -> None:
        self.lines = 0
        self.astray: list[int] = []
        self.delimiter = delimiter
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the text. Raises ValueError for a line without end."""
        end = piece.rfind(b"\n") + 1
        if not end:
            self._rest += piece
            if len(self._rest) > LONGEST:
                raise ValueError("a line without end")
            return
        block, self._rest = (self._rest + piece[:end] if self._rest else piece[:end]), piece[end:]
        self._look(block)

    def close(self) -> None:
        """Take the last line, which may lack its end."""
        if self._rest:
            self._look(self._rest + b"\n")
            self._rest = b""

    def _look(self, block: bytes) -> None:
        # numpy costs 0.15 s to import
        import numpy as np

        if not self.lines:
            block = block.removeprefix(codecs.BOM_UTF8)
            first = block[: block.index(b"\n")]
            self.delimiter = self.delimiter or bytes([max(DELIMITERS, key=lambda d: first.count(bytes([d])))])
        if b'"' not in block:
            self.lines += block.count(b"\n")
            return
        signs = np.frombuffer(block, dtype=np.uint8)
        quotes, ends = np.flatnonzero(signs == _QUOTE), np.flatnonzero(signs == _NEWLINE)
        # the place of each quote among those of its line: openings are even, closings odd
        until = np.searchsorted(quotes, ends)
        count = np.diff(until, prepend=0)
        opening = (np.arange(len(quotes)) - np.repeat(until - count, count)) % 2 == 0
        sign = self.delimiter[0]
        before = signs[quotes - 1]  # the block ends with a newline, which is what stands before its first sign
        after = signs[quotes + 1]
        doubled = np.diff(quotes) == 1
        around = np.where(opening, before, after)
        plain = (around == sign) | (around == _NEWLINE) | (~opening & (around == _RETURN))
        plain[1:] |= opening[1:] & doubled
        plain[:-1] |= ~opening[:-1] & doubled
        astray = np.union1d(np.searchsorted(ends, quotes[~plain]), np.flatnonzero(count % 2))
        self.astray += (astray + (self.lines + 1)).tolist()[: MOST - len(self.astray)]
        self.lines += len(ends)
