"""How far a sheet unfolds is counted without unfolding it."""

from __future__ import annotations

import io
import re

import pytest

from orchestration.reading.extents import extent, repeats, unfolded
from orchestration.reading.valueless import place

SHEET = b"<worksheet><sheetData>%s</sheetData></worksheet>"
ODS = (
    '<d xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">'
    "<table:table>%s</table:table></d>"
)


def test_only_filled_cells_count():
    cells = b'<row><c s="1" r="XFD1048576"/><c r="C2" s="4"><f>1</f><v>1</v></c></row>'
    assert extent(io.BytesIO(SHEET % cells)) == (2, 3)
    with pytest.raises(ValueError, match="XFE1"):
        extent(io.BytesIO(SHEET % b'<row><c r="XFE1"><v>1</v></c></row>'))


@pytest.mark.parametrize("reference", ["A0", "A1048577", "XFE1", "AAAA1", "A" * 1000, "", "1", "A1:B2"])
def test_places_that_no_sheet_has(reference):
    with pytest.raises(ValueError, match=f"^{re.escape(reference)}$"):
        place(reference)
    assert place("XFD1048576") == (1_048_575, 16_383)


def test_repeated_rows_count_up_to_the_last_filled_one():
    row = '<table:table-row table:number-rows-repeated="{}"><table:table-cell table:number-columns-repeated="{}"{}/></table:table-row>'
    filled, blank = row.format(30_000, 1_000, ' office:value-type="float"'), row.format(1_048_576, 16_384, "")
    assert repeats(io.BytesIO((ODS % (filled + blank)).encode())) == (30_000, 1_000)
    assert repeats(io.BytesIO((ODS % (blank + filled)).encode())) == (1_078_576, 1_000)


def test_shared_texts_count_where_they_are_used():
    texts = b"<sst><si><t>abc</t></si><si><r><t>de</t></r><r><t>f</t></r></si></sst>"
    cells = b'<row><c t="s"><v>0</v></c><c t=\'s\'><v>1</v></c><c><v>1</v></c><c t="s"><v>99</v></c></row>'
    assert unfolded(texts, SHEET % cells) == 6
