"""What is done with a company's filled-in workbook behind the wall: its first sheet as cells.

Called by name from `workbook`, in a child process. What the cells mean is said there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

# imported where children are forked from, once, and not in each of them
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException


def read_rows(given: dict[str, Any], _: Callable[[str, Any], Any]) -> bytes:
    """Return the rows of the first sheet, at most `rows` of `columns` cells: text, numbers, true and false, null; null for no workbook."""
    try:
        book = load_workbook(Path(given["path"]), read_only=True, data_only=True)
        cells = book.worksheets[0].iter_rows(
            min_row=1, max_row=given["rows"], max_col=given["columns"], values_only=True
        )
        rows = [[v if v is None or isinstance(v, (bool, int, float)) else str(v) for v in row] for row in cells]
        book.close()
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError):
        return b"null"
    return json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace")
