"""Texts for people: Markdown sheets with front matter, and PDF documents.

Holds how their text is got out. What the text says belongs to `filings`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from orchestration.base.messages import Message, say
from orchestration.base.plain import NotPlain, read_toml
from orchestration.base.yaml_data import NotData, load
from orchestration.reading import container
from orchestration.reading.container import Wanted
from orchestration.reading.decoding import decode
from orchestration.reading.model import PdfText, RawTable
from orchestration.reading.refusing import AGAIN, CORRECT_LINE, NO_PASSWORD, refusal, short
from orchestration.reading.table import not_a_table
from orchestration.reading.workbook import cell_text

MAX_MARKDOWN_BYTES = 5_000_000
MAX_PDF_BYTES = 300_000_000
MAX_PDF_PAGES = 5_000
_MAX_NODES = 20_000
_FRONT = re.compile(r"\A\s*(\+\+\+|---)[ \t]*\n(.*?)^\1[ \t]*$\n?", re.DOTALL | re.MULTILINE)
# Keys under which content managers keep the prose of a block.
_PROSE = ("richtext", "text", "texte", "body", "content", "markdown")
# pdfium is not made for several threads at once
_PDFIUM = threading.Lock()


def read_markdown(path: Path, *, name: str, member: Wanted = None) -> RawTable:
    """Return one row: the keys of the front matter (TOML `+++`, YAML `---`), `body` and `file_stem`.

    Nested keys are joined with points (`menu.main.name`), lists of plain values with `;`. `body` is the
    prose of all blocks (`richtext`, `text`, …), each below its title, and the text after the front matter.
    Refuses a file without front matter, or with one that does not parse (names the line).
    """
    packed = container.content(path, label=name, wanted=member, limit=MAX_MARKDOWN_BYTES)
    if packed.kind not in ("markdown", "csv"):
        raise not_a_table(packed, name)
    decoded = decode(packed.data, label=name)
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    found = _FRONT.match(text)
    if found is None:
        opened = re.match(r"\s*(\+\+\+|---)[ \t]*\n", text)
        if opened:
            raise refusal(
                say("reading.front_matter_open", file=name, opened=opened.group(1)),
            )
        raise refusal(
            say("reading.front_matter_missing", file=name, begins=short(text, 80)),
        )
    offset = text.count("\n", 0, found.start(2))
    values = _front_matter(found.group(1), found.group(2), offset, name)
    cells: dict[str, str] = {}
    _flatten(values, "", cells, [0], name)
    prose: list[str] = []
    _collect(values, prose)
    rest = text[found.end() :].strip()
    cells["body"] = "\n\n".join([*prose, rest] if rest else prose)
    cells["file_stem"] = PurePath(re.sub(r"\.(gz|zip)$", "", name, flags=re.IGNORECASE)).stem
    return RawTable(
        header=list(cells),
        rows=[list(cells.values())],
        lines=[1],
        file=name,
        header_line=1,
        encoding=decoded.encoding,
        adaptations=[*packed.adaptations, *decoded.adaptations],
    )


def _front_matter(fence: str, text: str, offset: int, label: str) -> dict[str, Any]:
    try:
        values = read_toml(text) if fence == "+++" else load(text).data
    except NotData as error:
        raise _bad_front(label, offset + error.line) from None
    except NotPlain as error:
        # TOML says no line where the text ends too early
        last = text.count("\n") if "end of document" in error.said else 1
        raise _bad_front(label, offset + (error.line or last)) from None
    if not isinstance(values, dict):
        raise _bad_front(label, offset + 1)
    return values


def _bad_front(label: str, line: int) -> Exception:
    return refusal(
        say("reading.front_matter_malformed", file=label, line=line),
        CORRECT_LINE,
    )


def _flatten(values: dict[str, Any], prefix: str, cells: dict[str, str], seen: list[int], label: str) -> None:
    for key, value in values.items():
        seen[0] += 1
        if seen[0] > _MAX_NODES:
            raise _bad_front(label, 1)
        name = f"{prefix}{key}".strip()
        if isinstance(value, dict):
            _flatten(value, f"{name}.", cells, seen, label)
        elif isinstance(value, (list, tuple)):
            if not any(isinstance(v, (dict, list)) for v in value):
                cells[name] = ";".join(cell_text(v).strip() for v in value)
        else:
            cells[name] = cell_text(value)


def _collect(value: Any, prose: list[str], depth: int = 0) -> None:
    """Gather the prose of all blocks, each below its title."""
    if depth > 30 or len(prose) > _MAX_NODES:
        return
    if isinstance(value, list):
        for item in value:
            _collect(item, prose, depth + 1)
    elif isinstance(value, dict):
        said = [v.strip() for k, v in value.items() if str(k).lower() in _PROSE and isinstance(v, str) and v.strip()]
        # `content = "Standard"` names a style, not prose
        said = [s for s in said if " " in s or "\n" in s]
        if said:
            title = value.get("title")
            if isinstance(title, str) and title.strip() and depth:
                prose.append(title.strip())
            prose.extend(said)
        for item in value.values():
            if isinstance(item, (dict, list)):
                _collect(item, prose, depth + 1)


def read_pdf(path: Path, *, name: str) -> PdfText:
    """Return the text of each page (`''` for a page without text layer) and the document's metadata.

    A hyphen at a line's end stands as `-` and a line end. Refuses what is no PDF, protected, truncated,
    damaged or has absurdly many pages.
    """
    size = path.stat().st_size
    if size > MAX_PDF_BYTES:
        raise refusal(
            say("reading.pdf_too_large", file=name, megabytes=MAX_PDF_BYTES // 1000000),
        )
    data = path.read_bytes()
    kind = container.sniff_bytes(data)
    if kind == "empty":
        raise container.empty(name)
    if kind != "pdf":
        raise _no_pdf(container.Content(data, name, kind), name)
    # pdfium mends a truncated file without a word: its lost pages would only be missing
    if b"%%EOF" not in data[-2048:]:
        raise refusal(
            say("reading.pdf_truncated", file=name),
        )
    with _PDFIUM:
        return _extract(data, name)


_NO_PDF = {"reading.not_a_table_page": "reading.not_pdf_page", "reading.not_a_table_json": "reading.not_pdf_json"}


def _no_pdf(packed: container.Content, label: str) -> Exception:
    if packed.kind in ("html", "xml", "json"):
        error = not_a_table(packed, label)
        return refusal(Message(_NO_PDF[error.reason.code], error.reason.params))
    return refusal(
        say("reading.not_pdf", file=label, kind=packed.kind),
    )


def _extract(data: bytes, label: str) -> PdfText:
    # pypdfium2 costs 0.04 s to import
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise refusal(
                say("reading.pdf_protected", file=label),
                NO_PASSWORD,
            ) from None
        raise _unreadable(label, None) from None
    try:
        count = len(document)
        if count > MAX_PDF_PAGES:
            raise refusal(
                say("reading.pdf_too_many_pages", file=label, count=count),
            )
        if count == 0:
            raise _unreadable(label, None)
        metadata = dict(_metadata(document))
        pages = [_page(document, index, label) for index in range(count)]
    finally:
        document.close()
    return PdfText(label, pages, metadata)


def _metadata(document: Any) -> Iterator[tuple[str, str]]:
    """Yield what a document says of itself; an entry that is no text (half of a pair of signs) says nothing."""
    for key in document.METADATA_KEYS:
        with suppress(UnicodeDecodeError):
            if value := document.get_metadata_value(key):
                yield key, value


def _page(document: Any, index: int, label: str) -> str:
    # pypdfium2 costs 0.04 s to import
    import pypdfium2

    try:
        page = document[index]
        try:
            text = page.get_textpage()
            try:
                raw = text.get_text_range()
            finally:
                text.close()
        finally:
            page.close()
    except pypdfium2.PdfiumError:
        raise _unreadable(label, index + 1) from None
    # pdfium joins the two halves of a word around U+FFFE, which no reader of text knows
    raw = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-\n").replace("\x02", "-\n")
    raw = raw.replace("\x00", "")
    return raw if raw.strip() else ""


def _unreadable(label: str, page: int | None) -> Exception:
    return refusal(
        say("reading.pdf_damaged", file=label, page=page),
        AGAIN,
    )
