"""The process in which one document is read: takes an order on standard input, answers with a reading as JSON.

Started by `process`; sets its own limits before it opens anything.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from orchestration.filings.evidence import Reading, Silence
from orchestration.filings.notions import metrics
from orchestration.filings.process import SECONDS_A_PAGE

MAX_BYTES = 300_000_000
MAX_PAGES = 3_000


def main() -> None:
    """Read the document that standard input names."""
    order = json.load(sys.stdin)
    # what a library prints is no answer
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit(resource.RLIMIT_AS, order["memory"])
    _limit(resource.RLIMIT_CPU, order["seconds"])
    json.dump(_read(order).as_data(), answer, ensure_ascii=False)
    answer.flush()
    # pdfium's own clearing up may fault after a damaged file; the answer is out
    os._exit(0)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    top = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (top, hard))


def _read(order: dict[str, Any]) -> Reading:
    path = Path(order["path"])
    with path.open("rb") as file:
        head = file.read(4096)
    if path.stat().st_size > MAX_BYTES:
        return _marked("too_large")
    if b"%PDF-" in head[:1024]:
        return _pdf(path, order)
    if head.startswith(b"PK"):
        return _workbook(path, order)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<html", b"<!DOCTYPE", b"<xhtml")):
        from orchestration.filings.inline import read_inline

        reading = read_inline(path, fiscal_year=order["fiscal_year"])
        return reading if not reading.marks else _marked(reading.marks[0])
    return _marked("not_known")


def _pdf(path: Path, order: dict[str, Any]) -> Reading:
    import pypdfium2

    from orchestration.filings.pdf import read_pdf

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        return _marked(
            "protected" if "password" in str(error).lower() or "security" in str(error).lower() else "damaged"
        )
    if not len(document):
        return _marked("damaged")
    if len(document) > MAX_PAGES:
        return _marked("too_many_pages")
    _limit(resource.RLIMIT_CPU, round(order["seconds"] + SECONDS_A_PAGE * len(document)))
    try:
        return read_pdf(document, fiscal_year=order["fiscal_year"], name=order["name"])
    except pypdfium2.PdfiumError:
        return _marked("damaged")


def _workbook(path: Path, order: dict[str, Any]) -> Reading:
    from zipfile import BadZipFile, ZipFile

    from orchestration.filings.workbook import read_workbook

    try:
        with ZipFile(path) as archive:
            if sum(i.file_size for i in archive.infolist()) > MAX_BYTES:
                return _marked("too_large")
            if "xl/workbook.xml" not in archive.namelist():
                return _marked("not_known")
        return read_workbook(path, fiscal_year=order["fiscal_year"])
    except (BadZipFile, KeyError, ValueError, OSError):
        return _marked("damaged")


def _marked(mark: str) -> Reading:
    return Reading(kind="unread", marks=[mark], silences=[Silence(m, "not_read") for m in metrics()])


if __name__ == "__main__":
    main()
