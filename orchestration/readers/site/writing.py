"""Files of the site on the disk: the page, its gzip and brotli forms beside it; what did not change is not touched.

`pages.json` in the folder remembers what was written by which hash, so that an unchanged page keeps its date (and its
ETag), and a page that is gone still answers. Nothing here knows what a page says.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import brotli
from pydantic import TypeAdapter

from orchestration.base.files import write_atomically

REMEMBERED = "pages.json"
_REMEMBERED = TypeAdapter(dict[str, str])
# 6 of 11, and a window of 64 kB, which holds every page: 9 costs a quarter more time and gains nothing on pages of this
# size, the default window costs ten times the time, 11 forty times
QUALITY, WINDOW = 6, 16


# what zlib calls the form of gzip files, without name and day, so that equal texts are equal files; a window of 16 kB and
# tables of 16,000 entries: half of what there could be for a page of 15 kB, half of what a copy of them costs
_GZIP, _MEMORY = 16 + 14, 7


class Packed(NamedTuple):
    """A file in the forms that a server hands out; without `gzipped`, in the plain one alone."""

    plain: bytes
    gzipped: bytes = b""

    @property
    def digest(self) -> str:
        """Return what tells one content from another."""
        return hashlib.sha256(self.plain).hexdigest()


def pack(text: str) -> Packed:
    """Return a text as bytes, plain and gzipped; the same text gives the same bytes on any day."""
    plain, packer = text.encode(), _packer()
    return Packed(plain, packer.compress(plain) + packer.flush())


def _packer() -> Any:
    return zlib.compressobj(9, wbits=_GZIP, memLevel=_MEMORY)


@cache
def _begun(head: str) -> tuple[Any, bytes]:
    # of half of every page: what the compressor knows after it, and the bytes that it gave already. A block of its own:
    # else its letters would be counted with those of every page
    packer = _packer()
    return packer, packer.compress(head.encode()) + packer.flush(zlib.Z_BLOCK)


def pack_telling(head: str, rest: str, gap: str, filling: Callable[[int], str]) -> tuple[str, Packed]:
    """Return a text (`head` and `rest`), and its bytes, in which `gap` gave way to what `filling` says of the bytes compressed.

    The head, with which many texts begin, is compressed once for all of them, what stands before the gap once; the
    number told is that of the text with the gap in it.
    """
    before, found, after = rest.partition(gap)
    if not found:
        return head + rest, pack(head + rest)
    primed, begun = _begun(head)
    packer = primed.copy()
    begun += packer.compress(before.encode()) + packer.flush(zlib.Z_BLOCK)
    trial = packer.copy()
    said = filling(len(begun) + len(trial.compress((gap + after).encode())) + len(trial.flush()))
    text = head + before + said + after
    return text, Packed(text.encode(), begun + packer.compress((said + after).encode()) + packer.flush())


class Writer:
    """Writes a site into one folder and remembers what lies there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = self.unchanged = 0
        self.before: dict[str, str] = {}
        # what cannot be read is written anew
        with suppress(OSError, ValueError):
            self.before = _REMEMBERED.validate_json((folder / REMEMBERED).read_bytes())

    def write(self, files: Mapping[str, Packed]) -> None:
        """Write what changed, each file in one step."""
        for folder in {posixpath.dirname(path) for path in files}:
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        now = {path: packed.digest for path, packed in files.items()}
        changed = [p for p in files if self.before.get(p) != now[p] or not os.path.isfile(f"{self.folder}/{p}")]  # noqa: PTH113
        self.written, self.unchanged = len(changed), len(files) - len(changed)
        # first all of them packed, then all of them written: one by the other costs both half as much again
        packed = {
            p: brotli.compress(files[p].plain, quality=QUALITY, lgwin=WINDOW) for p in changed if files[p].gzipped
        }
        for path in changed:
            target, file = f"{self.folder}/{path}", files[path]
            if file.gzipped:
                _replace(f"{target}.br", packed[path])
                _replace(f"{target}.gz", file.gzipped)
            else:
                # a server would hand out what an earlier build packed
                for form in (".br", ".gz"):
                    Path(f"{target}{form}").unlink(missing_ok=True)
            _replace(target, file.plain)
        if now != self.before:
            write_atomically(self.folder / REMEMBERED, json.dumps(now, indent=0, sort_keys=True) + "\n")


def _replace(path: str, content: bytes) -> None:
    # no fsync: a page that a power cut loses is written again by the next build, three files a page would cost seconds.
    # Plain calls of the system for the same reason: a path object and a buffer for each of 4,000 files cost a quarter of a second
    temporary = f"{path}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        with memoryview(content) as left:
            written = 0
            while written < len(left):
                written += os.write(descriptor, left[written:])
    finally:
        os.close(descriptor)
    os.replace(temporary, path)  # noqa: PTH105
