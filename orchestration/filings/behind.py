"""What is done with one document behind the wall: `process` asks for it by name, a child does it.

A damaged document is told as a mark of its reading; limits on time and memory are the wall's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

# openpyxl and lxml too: imported where children are forked from, once, and not in each of them
import openpyxl
import pypdfium2
from lxml import etree

from orchestration.filings.evidence import Reading, unread
from orchestration.filings.inline import read_inline
from orchestration.filings.pdf import read_pdf
from orchestration.filings.workbook import read_workbook

IMPORTED = (openpyxl, etree)
MAX_BYTES = 300_000_000
MAX_PAGES = 3_000


def read_document(given: dict[str, Any], _: Callable[[str, Any], Any]) -> bytes:
    """Return a `Reading` as JSON."""
    found = _read(Path(given["path"]), given["name"], given["fiscal_year"])
    return json.dumps(found.as_data(), ensure_ascii=False).encode("utf-8", "replace")


def _read(path: Path, name: str, fiscal_year: int | None) -> Reading:
    with path.open("rb") as file:
        head = file.read(4096)
    if path.stat().st_size > MAX_BYTES:
        return unread("too_large")
    if b"%PDF-" in head[:1024]:
        return _pdf(path, name, fiscal_year)
    if head.startswith(b"PK"):
        return _workbook(path, fiscal_year)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<html", b"<!DOCTYPE", b"<xhtml")):
        reading = read_inline(path, fiscal_year=fiscal_year)
        return reading if not reading.marks else unread(reading.marks[0])
    return unread("not_known")


def _pdf(path: Path, name: str, fiscal_year: int | None) -> Reading:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return unread(
            "protected" if "password" in str(error).lower() or "security" in str(error).lower() else "damaged"
        )
    if not len(document):
        return unread("damaged")
    if len(document) > MAX_PAGES:
        return unread("too_many_pages")
    try:
        return read_pdf(document, fiscal_year=fiscal_year, name=name)
    except pypdfium2.PdfiumError:
        return unread("damaged")


def _workbook(path: Path, fiscal_year: int | None) -> Reading:
    try:
        with ZipFile(path) as archive:
            if sum(i.file_size for i in archive.infolist()) > MAX_BYTES:
                return unread("too_large")
            if "xl/workbook.xml" not in archive.namelist():
                return unread("not_known")
        return read_workbook(path, fiscal_year=fiscal_year)
    except (BadZipFile, OSError):
        return unread("damaged")
    except MemoryError:
        raise
    except Exception:  # openpyxl raises whatever the damaged part of the file provokes
        return unread("damaged")
