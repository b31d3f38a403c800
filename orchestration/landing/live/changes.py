"""The ladder of change detection: publisher's date → ETag → Last-Modified → length → hash.

Pure functions over what is remembered and what was answered; each answer names the method that decided.

- The publisher's date, where there is one: equal means unchanged, without a request for the file.
- An ETag or Last-Modified equal to ours (or status 304) means unchanged; a length that contradicts them
  wins: two files of different length are not the same file.
- A length alone shows that a file changed, never that it did not: `12 %` corrected to `13 %` has the
  same length. Equal lengths are decided by the hash, which costs the download.
- Whatever says "changed", the hash has the last word: equal bytes are no news.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from orchestration.landing.live.journal import Entry

Method = Literal["publisher_date", "etag", "last_modified", "length", "hash", "first"]


@dataclass(frozen=True)
class Verdict:
    """`same`: True unchanged, False changed, None not known yet. `method`: what decided."""

    same: bool | None
    method: Method


@dataclass(frozen=True)
class Validators:
    """What an answer's headers say of the file."""

    etag: str | None = None
    last_modified: str | None = None
    length: int | None = None

    @property
    def strong(self) -> str | None:
        """Return what a resumed download may be tied to: a strong ETag, else Last-Modified."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


def by_publisher(known: Entry | None, date: str | None, checksum: str | None) -> Verdict:
    """Judge by the publisher's metadata. `checksum`: as published, `sha1:…`."""
    if known is None:
        return Verdict(None, "first")
    if date is not None and known.publisher_date is not None:
        if date == known.publisher_date:
            # the metadata are edited on their own: a new checksum under an old date is a new file
            if checksum and known.checksum and checksum != known.checksum:
                return Verdict(False, "hash")
            return Verdict(True, "publisher_date")
        if checksum and checksum == known.checksum:
            return Verdict(True, "hash")
        return Verdict(False, "publisher_date")
    if checksum and known.checksum:
        return Verdict(checksum == known.checksum, "hash")
    return Verdict(None, "hash")


def by_headers(known: Entry | None, now: Validators) -> Verdict:
    """Judge an answer with status 200 by its headers, before its body is read."""
    if known is None:
        return Verdict(None, "first")
    lengths = now.length is not None and known.length is not None
    if now.etag and known.etag:
        if _weak(now.etag) != _weak(known.etag):
            return Verdict(False, "etag")
        return Verdict(False, "length") if lengths and now.length != known.length else Verdict(True, "etag")
    if now.last_modified and known.last_modified:
        if now.last_modified != known.last_modified:
            return Verdict(False, "last_modified")
        return Verdict(False, "length") if lengths and now.length != known.length else Verdict(True, "last_modified")
    if lengths and now.length != known.length:
        return Verdict(False, "length")
    return Verdict(None, "hash")


def not_modified(known: Entry) -> Method:
    """Return which method a status 304 rests on; a server looks at the ETag first."""
    return "etag" if known.etag else "last_modified"


def _weak(etag: str) -> str:
    return etag.removeprefix("W/")
