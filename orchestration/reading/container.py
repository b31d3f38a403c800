"""What kind of file it is, judged by its content, and what is inside a zip or gz.

Holds the recognition of formats and the unpacking with its limits. Add a format here when a reader
for it is added. What the unpacked file says belongs to the readers.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from orchestration.base.messages import say
from orchestration.reading.decoding import preview
from orchestration.reading.model import Adaptation, Member
from orchestration.reading.refusing import ASK_SUPPORT, NO_PASSWORD, refusal

# A table that is read in memory. The largest that is read so today has 4 MB; national files go through
# DuckDB and never through here.
MAX_TABLE_BYTES = 300_000_000
# of a long text, what is looked at where only its headers are asked for
HEAD = 100_000
# Deflate reaches 1,032; real tables 5 to 60. Judged only above RATIO_FROM, where it could do harm.
MAX_RATIO = 250
RATIO_FROM = 50_000_000
MAX_MEMBERS = 10_000
# of a member of an archive of several files, which is a file of its own
MAX_MEMBER_BYTES = 2_000_000_000

_CHUNK = 1 << 20
_HEAD = 65_536
_DATA_ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".json",
    ".ndjson",
    ".geojson",
    ".parquet",
    ".md",
    ".pdf",
)
# What publishers put beside the data: INSEE's `meta_…csv` and `varmod_…csv`, read-me files.
_BESIDE = re.compile(
    r"(meta|metadata|metadonnees|varmod|readme|read_me|lisezmoi|lisez-moi|a_lire|documentation|"
    r"dictionnaire|dessin|notice|licen[cs]e)",
    re.IGNORECASE,
)

Wanted = re.Pattern[str] | Callable[[str], bool] | None


# what desktops leave in folders and archives: macOS's resource forks and indexes, Windows's thumbnails, locks of open
# documents (`~$labels.xlsx`, `.~lock.labels.ods#`); a name that begins with a full stop is hidden anyway
_LITTER = re.compile(
    r"\..*|~\$.*|(eh)?thumbs\.db(:.*)?|desktop\.ini|icon\r?|__macosx|\$recycle\.bin|system volume information",
    re.IGNORECASE,
)


def is_litter(place: str) -> bool:
    """Return whether a path inside a folder or an archive leads to what a desktop left there, and not to a file of anyone's."""
    return any(_LITTER.fullmatch(part) for part in PurePosixPath(place.replace("\\", "/")).parts)


@dataclass
class Content:
    """A file's content, unpacked: its bytes, its own name, its kind, how it was packed."""

    data: bytes
    name: str
    kind: str
    adaptations: list[Adaptation] = field(default_factory=list)


def sniff_kind(path: Path) -> str:
    """Return what the file is, by its content.

    One of `csv`, `xlsx`, `xls`, `ods`, `json`, `html`, `xml`, `pdf`, `parquet`, `zip`, `gz`, `markdown`,
    `empty`, `binary`; a text that is nothing else counts as `csv`.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        return _kind(head, stream)


def sniff_bytes(data: bytes) -> str:
    """Return what the content `data` is; the same answers as `sniff_kind`."""
    return _kind(data[:_HEAD], io.BytesIO(data))


def _kind(head: bytes, stream: BinaryIO) -> str:
    if not head:
        return "empty"
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith(b"PK\x05\x06"):
        return "zip"
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(head, stream)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PAR1"):
        return "parquet"
    return _text_kind(head)


def _zip_kind(head: bytes, stream: BinaryIO) -> str:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # the table of contents stands at the end: a truncated workbook is known by its first members
        names = set()
    if any(n.startswith("xl/") for n in names) or (not names and (b"[Content_Types].xml" in head or b"xl/" in head)):
        return "xlsx"
    if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in head[:200]:
        return "ods"
    return "zip"


def _text_kind(head: bytes) -> str:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (
        b"\x00" in head and max(head[0::2].count(0), head[1::2].count(0)) * 6 > len(head)
    )
    if not wide:
        controls = sum(head.count(bytes([c])) for c in range(32) if c not in (9, 10, 11, 12, 13, 26))
        if controls * 50 > len(head):
            return "binary"
    text = preview(head, 20_000)
    begin = text.lstrip("\ufeff \t\r\n")
    if not begin:
        return "empty" if not text.strip("\ufeff \t\r\n\x1a\x00") else "binary"
    low = begin[:2000].lower()
    if re.match(r"<(!doctype\s+html|html|head|body|title|script|!--)", low):
        return "html"
    if low.startswith("<?xml") or re.match(r"<[a-z][\w:.-]*(\s[^<>]*)?/?>", low):
        return "html" if "<html" in low else "xml"
    if re.match(r'\{\s*("|\})|\[\s*(\{|\[|\]|"|-?\d)', begin):
        return "json"
    if re.match(r"(\+\+\+|---)[ \t]*\r?\n", begin):
        return "markdown"
    return "csv"


def too_big(label: str, limit: int) -> Exception:
    """Return the refusal of a file that is larger, unpacked, than `limit` bytes."""
    return refusal(
        say("reading.absurdly_large", file=label, megabytes=limit // 1000000),
        ASK_SUPPORT,
    )


def bomb(label: str) -> Exception:
    """Return the refusal of a file that unfolds beyond what data do."""
    return refusal(
        say("reading.zip_bomb", file=label, times=MAX_RATIO),
        ASK_SUPPORT,
    )


def damaged(label: str, what: str) -> Exception:
    """Return the refusal of a packed file (`what`: zip, gz) that breaks off."""
    return refusal(
        say("reading.truncated_packing", file=label, kind=what),
    )


def empty(label: str) -> Exception:
    """Return the refusal of a file without content."""
    return refusal(say("reading.empty_file", file=label))


def _copy(source: IO[bytes] | gzip.GzipFile, target: BinaryIO, *, packed: int, limit: int, label: str) -> None:
    total = 0
    while chunk := source.read(_CHUNK):
        total += len(chunk)
        if total > limit:
            raise too_big(label, limit)
        if total > RATIO_FROM and total > packed * MAX_RATIO:
            raise bomb(label)
        target.write(chunk)


def gunzipped(source: BinaryIO, target: BinaryIO, *, packed: int, limit: int, label: str) -> None:
    """Unpack a gz of `packed` bytes into `target`, no more than `limit` bytes. Raises Refusal."""
    try:
        with gzip.GzipFile(fileobj=source) as unpacked:
            _copy(unpacked, target, packed=packed, limit=limit, label=label)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise damaged(label, "gz") from None


def _choose(archive: zipfile.ZipFile, wanted: Wanted, label: str) -> zipfile.ZipInfo:
    """Return the one member that holds the data, or refuse and list them."""
    members = []
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise bomb(label)
    for info in infos:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", info.filename):
            raise refusal(
                say("reading.path_leads_out", file=label, path=info.filename),
                ASK_SUPPORT,
            )
        if info.is_dir() or is_litter(info.filename):
            continue
        members.append(info)
    if not members:
        raise empty(label)
    names = {info.filename: PurePosixPath(info.filename.replace("\\", "/")).name for info in members}
    if wanted is not None:
        accepts = (lambda n: wanted.fullmatch(n) is not None) if isinstance(wanted, re.Pattern) else wanted
        fitting = [i for i in members if accepts(names[i.filename]) or accepts(i.filename)]
        if len(fitting) == 1:
            return fitting[0]
        members = fitting or members
    if len(members) > 1:
        data = [i for i in members if names[i.filename].lower().endswith((*_DATA_ENDINGS, ".gz"))]
        members = data or members
    if len(members) > 1:
        members = [i for i in members if not _BESIDE.match(names[i.filename])] or members
    if len(members) == 1:
        return members[0]
    found = [i.filename for i in members]
    raise refusal(
        say("reading.several_data_files", file=label, members=found[:8], more=len(found) > 8),
        say("reading.unpack_one_file"),
    )


def unzipped(
    source: BinaryIO, packed: int, wanted: Wanted, limit: int, label: str, make: Callable[[str], BinaryIO]
) -> str:
    """Unpack the one data member of a zip into what `make(name)` opens, no more than `limit` bytes; return the member's own name.

    Raises Refusal.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            info = _choose(archive, wanted, label)
            if info.flag_bits & 0x1:
                raise refusal(
                    say("reading.archive_protected", file=label),
                    NO_PASSWORD,
                )
            if info.file_size > limit:
                raise too_big(label, limit)
            if info.file_size > RATIO_FROM and info.file_size > info.compress_size * MAX_RATIO:
                raise bomb(label)
            name = PurePosixPath(info.filename.replace("\\", "/")).name
            with archive.open(info) as member, make(name) as target:
                _copy(member, target, packed=min(packed, info.compress_size), limit=limit, label=label)
            return name
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise damaged(label, "zip") from None
    except (NotImplementedError, RuntimeError):
        raise refusal(
            say("reading.packing_unknown", file=label),
            say("reading.unpack_its_file"),
        ) from None


def _given(target: BinaryIO, _: str) -> BinaryIO:
    return target


class _Kept(io.BytesIO):
    """A buffer whose content outlives its closing."""

    content = b""

    def close(self) -> None:
        self.content = self.getvalue()
        super().close()


def content(
    path: Path, *, label: str, wanted: Wanted = None, limit: int = MAX_TABLE_BYTES, head: bool = False
) -> Content:
    """Return the file's content in memory, unpacked from zip and gz (one inside the other at most).

    `wanted` chooses the member of a zip with several. `head`: of a long text only the first lines are wanted. Refuses
    what is too large, empty, damaged, protected, booby-trapped or ambiguous.
    """
    if head and path.stat().st_size >= 2 * HEAD and sniff_kind(path) == "csv":
        with path.open("rb") as stream:
            first = stream.read(HEAD)
        return Content(first[: first.rfind(b"\n") + 1] or first, path.name, "csv")
    if path.stat().st_size > limit:
        raise too_big(label, limit)
    data, name, found = path.read_bytes(), path.name, []
    for _ in range(3):
        kind = sniff_bytes(data)
        if kind == "gz":
            target = _Kept()
            with target:
                gunzipped(io.BytesIO(data), target, packed=len(data), limit=limit, label=label)
            data, name = target.content, name[:-3] if name.lower().endswith(".gz") else name
        elif kind == "zip":
            target = _Kept()
            name = unzipped(io.BytesIO(data), len(data), wanted, limit, label, partial(_given, target))
            data = target.content
        else:
            break
        found.append(_packed(kind, name))
    else:
        raise _nested(label)
    if kind == "empty":
        raise empty(label)
    return Content(data, name, kind, found)


def _packed(kind: str, name: str) -> Adaptation:
    return Adaptation(
        "compression",
        say("reading.packed_file", kind=kind, content=name),
    )


def _nested(label: str) -> Exception:
    return refusal(
        say("reading.archive_in_archive", file=label),
        say("reading.unpack_data_file"),
    )


def members(path: Path) -> list[Member]:
    """Return the files and folders inside a zip, in their order; none where it is no zip that can be listed, or holds absurdly many."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []
    if len(infos) > MAX_MEMBERS:
        return []
    return [Member(i.filename, i.file_size, i.is_dir()) for i in infos]


def member_sha256(path: Path, member: str, *, label: str) -> str:
    """Return the hexadecimal SHA-256 of one file of the zip at `path`, unpacked."""
    digest = hashlib.sha256()

    def make(_: str) -> BinaryIO:
        return _Hashed(digest)

    with path.open("rb") as stream:
        unzipped(stream, path.stat().st_size, member.__eq__, MAX_MEMBER_BYTES, label, make)
    return digest.hexdigest()


class _Hashed(io.BytesIO):
    """What is written here is hashed, and kept nowhere."""

    def __init__(self, digest: Any) -> None:
        super().__init__()
        self._digest = digest

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return len(data)
