"""Exports read back with other means than those that wrote them: csv, zipfile, calamine, DuckDB's Parquet reader."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

PARSERS: dict[str, Any] = {
    "varchar": str,
    "integer": int,
    "bigint": int,
    "double": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}
STATUSES = {"A": "final", "P": "provisional", "Q": "suppressed", "U": "censored"}


def text_of(path: Path) -> str:
    """Return a text file's content, unpacked; a byte order mark stays."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


def csv_rows(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file as texts."""
    return csv.DictReader(io.StringIO(text_of(path).removeprefix("\ufeff"), newline=""), delimiter=delimiter)


def unneutral(cell: str) -> str:
    """Take back the apostrophe that the documentation tells of, written anew from there."""
    bare = cell.lstrip("'")
    return cell[1:] if bare != cell and bare[:1] in "=+-@\t\r\n＝＋－＠" and bare else cell


def parsed(cell: str, type_: str) -> Any:
    """Return a cell of a CSV file as the contract's type; None where it is empty."""
    if cell == "":
        return None
    return unneutral(cell) if type_ == "varchar" else PARSERS[type_](cell)


def sheets(path: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a workbook's sheet; empty cells as None."""
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [dict(zip(header, (None if v == "" else v for v in row), strict=True)) for row in rows]


def open_sdg_tables(path: Path) -> dict[str, list[dict[str, str]]]:
    """Return the data files of an Open SDG zip file, by number."""
    with ZipFile(path) as archive:
        return {
            name.removeprefix("data/indicator_").removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"), newline=""))
            )
            for name in archive.namelist()
            if name.startswith("data/")
        }


def all_texts(folder: Path, passing: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield every file of an export with all the text in it, archives unpacked; Parquet by its values. passing: endings to leave out."""
    import duckdb

    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        if path.suffix in passing:
            continue
        if path.suffix in (".xlsx", ".zip"):
            with ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}/{member}", archive.read(member).decode("utf-8")
        elif path.suffix == ".parquet":
            values = duckdb.execute(f"SELECT * FROM read_parquet('{path}')")
            yield name, f"{[d[0] for d in values.description]} {values.fetchall()}"
        else:
            yield name, text_of(path)
