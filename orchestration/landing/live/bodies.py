"""Whether what came is the file: no error page under a data file's name, and whole where its format tells.

Publishers answer "file moved", "maintenance" or "please log in" with status 200. What the file says, row
by row, is judged by `reading` and after; here only what must not even take the place of the last good
file. Add here a further disguise of an error.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from orchestration.base.messages import say
from orchestration.base.plain import read_json
from orchestration.landing.live import wording
from orchestration.reading import sniff_kind
from orchestration.reading.decoding import preview
from orchestration.reading.refusing import html_message, json_error, short

_HEAD = 65_536
_JSON_LIMIT = 2_000_000
_PACKED = (".xlsx", ".zip", ".gz", ".parquet", ".xlsm", ".ods")


def check_body(path: Path, name: str) -> None:
    """Refuse an empty file, an error page, and an archive or Parquet file without its end. Raises LiveFailure."""
    kind = sniff_kind(path)
    ending = Path(name).suffix.lower()
    if kind == "empty":
        raise wording.error_page(name, say("landing.empty_body"))
    if kind == "html" or (kind == "xml" and ending != ".xml"):
        said = html_message(_beginning(path))
        what = "landing.web_page_saying" if kind == "html" else "landing.message_saying"
        raise wording.error_page(name, say(what, said=said))
    if kind == "json":
        _check_json(path, name, ending)
    elif kind in ("csv", "markdown"):
        _check_text(path, name, ending)
    elif kind in ("zip", "xlsx", "ods") and not zipfile.is_zipfile(path):
        raise wording.incomplete(name, say("landing.archive_end_missing"))
    elif kind == "parquet" and _end(path, 4) != b"PAR1":
        raise wording.incomplete(name, say("landing.parquet_end_missing"))


def file_hash(path: Path, kind: str) -> str | None:
    """Return the hexadecimal hash of a file; None for a kind of hash that is unknown here."""
    if kind.lower() not in ("md5", "sha1", "sha256", "sha512"):
        return None
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, kind.lower()).hexdigest()


def _check_json(path: Path, name: str, ending: str) -> None:
    expected = ending in (".json", ".geojson", ".ndjson")
    said: str | None = None
    if path.stat().st_size <= _JSON_LIMIT:
        try:
            said = json_error(read_json(path.read_bytes()))
        except ValueError:
            if expected and ending != ".ndjson":
                raise wording.incomplete(name, say("landing.json_end_missing")) from None
    if said is None and not expected:
        said = short(_beginning(path))
    if said is not None:
        raise wording.error_page(name, say("landing.message_saying", said=said))


def _check_text(path: Path, name: str, ending: str) -> None:
    # A sentence such as « Le serveur a rencontré une erreur inattendue. » counts as a table of one column.
    text = _beginning(path)
    sentence = path.stat().st_size < 500 and len(text.strip().splitlines()) == 1 and not any(c in text for c in ";\t|,")
    if ending in _PACKED or (sentence and ending not in (".md", ".txt")):
        said = short(text)
        raise wording.error_page(name, say("landing.text_saying", said=said))


def _beginning(path: Path) -> str:
    with path.open("rb") as handle:
        return preview(handle.read(_HEAD), 20_000)


def _end(path: Path, size: int) -> bytes:
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - size))
        return handle.read()
