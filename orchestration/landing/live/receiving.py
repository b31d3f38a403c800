"""The body of a download, onto the disk: begun, continued where it was cut, or known already.

An unfinished download lies as `part` beside a note of the validator that it is tied to; only with that is it
continued.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx

from orchestration.base.plain import read_json
from orchestration.landing.live import wording
from orchestration.landing.live.addresses import shown
from orchestration.landing.live.changes import Validators, Verdict, by_headers, not_modified
from orchestration.landing.live.exchanges import Ask, Deadline, Download, host_of, validators
from orchestration.landing.live.journal import Entry
from orchestration.landing.live.progress import Bars
from orchestration.landing.live.wording import LiveFailure

_ROOM_LEFT = 100_000_000


@dataclass(frozen=True)
class Asked:
    """A download as it was asked for.

    `part`: where it is written. `known`: what is here of earlier, when it was asked for on condition that it changed.
    """

    url: str
    part: Path
    ask: Ask
    known: Entry | None
    max_bytes: int
    bars: Bars
    label: str
    deadline: Deadline


def receive(response: httpx.Response, final: str, asked: Asked, offset: int, tied: str | None) -> Download | None:
    """Write an answer's body to `asked.part`; None where its status is no answer to a download.

    `offset`, `tied`: how much is here already and was not asked for again, and the validator that it is tied to.
    Raises LiveFailure.
    """
    status, known = response.status_code, asked.known
    now = validators(response)
    disposition = response.headers.get("content-disposition")
    if status == 304 and known is not None and not offset:
        method = not_modified(known)
        return Download(final, now, Verdict(True, method), disposition, same=method)
    if status == 416 and offset:
        discard(asked.part)
        raise wording.broken_off(host_of(final))
    if status == 206 and offset:
        start, whole = _content_range(response)
        if start != offset or (now.etag and tied and tied.startswith('"') and now.etag != tied):
            discard(asked.part)
            raise wording.broken_off(host_of(final))
        now = Validators(now.etag, now.last_modified, whole)
        verdict = by_headers(known, now)
    elif status == 200:
        offset = 0
        verdict = by_headers(known, now)
        if verdict.same:
            return Download(final, now, verdict, disposition, same=verdict.method)
    else:
        return None
    _write(response, final, asked, offset, now)
    return Download(final, now, verdict, disposition)


def _write(response: httpx.Response, final: str, asked: Asked, offset: int, now: Validators) -> None:
    part, whole = asked.part, now.length
    encoded = response.headers.get("content-encoding", "identity").lower() not in ("", "identity")
    if whole is not None and whole > asked.max_bytes:
        discard(part)
        raise wording.too_large(shown(final), asked.max_bytes)
    _room(part.parent, (whole or 0) - offset)
    if now.strong and not encoded:
        _remember_part(part, asked.url, now.strong)
    else:
        discard(part)
    size = _write_body(response, final, asked, offset, whole, encoded)
    if whole is not None and not encoded and size != whole:
        raise wording.cut(host_of(final), size)


def _write_body(
    response: httpx.Response, final: str, asked: Asked, offset: int, whole: int | None, encoded: bool
) -> int:
    """Write the chunks as they come; return the size of what is here then."""
    part, effort = asked.part, asked.ask.effort
    bar = asked.bars.bar(asked.label, whole, offset)
    size = offset
    try:
        with part.open("r+b" if offset else "wb") as handle:
            handle.seek(offset)
            for chunk in response.iter_bytes() if encoded else response.iter_raw():
                size += len(chunk)
                if size > asked.max_bytes:
                    raise wording.too_large(shown(final), asked.max_bytes)
                handle.write(chunk)
                effort.bytes += len(chunk)
                effort.brought += len(chunk)
                bar.advance(len(chunk))
                asked.deadline.check(host_of(final))
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        if error.errno is None:
            raise
        discard(part)
        raise wording.disk(error.strerror or str(error)) from error
    except LiveFailure as failure:
        if failure.refused:
            discard(part)
        raise
    finally:
        bar.close()
    return size


def _content_range(response: httpx.Response) -> tuple[int | None, int | None]:
    found = re.fullmatch(r"\s*bytes\s+(\d{1,18})-\d{1,18}/(\d{1,18}|\*)\s*", response.headers.get("content-range", ""))
    if not found:
        return None, None
    return int(found[1]), None if found[2] == "*" else int(found[2])


# unfinished downloads ----------------------------------------------------------------------------------


def discard(part: Path) -> None:
    """Drop an unfinished download."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _note(part: Path) -> Path:
    return part.with_suffix(".json")


def unfinished(part: Path, url: str) -> tuple[int, str | None]:
    """Return how much of `url` is here, and the validator that it is tied to."""
    try:
        note = read_json(_note(part).read_text(encoding="utf-8"))
        size = part.stat().st_size
        if note["url"] == shown(url) and isinstance(note["validator"], str) and size:
            return size, note["validator"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    discard(part)
    return 0, None


def _remember_part(part: Path, url: str, validator: str) -> None:
    _note(part).write_text(json.dumps({"url": shown(url), "validator": validator}), encoding="utf-8")


def _room(folder: Path, needed: int) -> None:
    if needed > 0 and shutil.disk_usage(folder).free < needed + _ROOM_LEFT:
        raise wording.no_room(needed)
