"""An interface's answer that is one page of several is refused, with both numbers; a whole one is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.base.messages import Refusal
from orchestration.reading.records import read_json
from tests.words import en, fr, refuses

ROWS = [{"siret": f"9800000{n}"} for n in range(3)]
NEXT = "https://example.org/lines?after=3"


def read(tmp_path: Path, value: Any, sql: str = "SELECT 'x' AS siret FROM read_text({{ file }})"):
    path = tmp_path / "page.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return read_json(path, name="page.json", sql=sql)


@pytest.mark.parametrize(
    "value",
    [
        {"total": 161543, "next": NEXT, "results": ROWS},
        {"total": 161543, "results": ROWS},
        {"total_count": 161543, "results": ROWS},
        {"nhits": 161543, "parameters": {"rows": 3, "start": 0}, "records": ROWS},
        {"title": ROWS * 9, "observations": ROWS, "paging": {"count": 161543, "isLast": False}},
        {"count": 161543, "next": NEXT, "previous": None, "data": ROWS},
        {"success": True, "result": {"total": "161543", "records": ROWS}},
        {"header": {"total": 161543, "nombre": 3, "curseurSuivant": "x"}, "etablissements": ROWS},
        {"type": "FeatureCollection", "numberMatched": 161543, "numberReturned": 3, "features": ROWS},
        {"@odata.count": 161543, "value": ROWS},
        {"hits": {"total": {"value": 161543, "relation": "eq"}, "hits": ROWS}},
        {"content": ROWS, "page": {"totalElements": 161543}},
        [{"total": 161543, "results": ROWS[:2]}, {"total": 161543, "results": ROWS[2:]}],
    ],
)
def test_a_page_says_how_many_rows_there_are(tmp_path, value):
    with pytest.raises(Refusal) as caught:
        read(tmp_path, value)
    assert "3 des 161543" in fr(caught.value.reason) and "3 of 161543" in en(caught.value.reason)
    assert "page.json" in fr(caught.value.reason) and "pages" in fr(caught.value.action)


@pytest.mark.parametrize(
    "value",
    [
        {"next": NEXT, "results": ROWS},
        {"results": ROWS, "links": {"next": {"href": NEXT}}},
        {"results": ROWS, "links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": NEXT}]},
        {"value": ROWS, "@odata.nextLink": NEXT},
        {"content": ROWS, "last": False},
        {"features": ROWS, "exceededTransferLimit": True},
    ],
)
def test_a_page_that_names_the_next_one(tmp_path, value):
    with refuses("next page"):
        read(tmp_path, value)


@pytest.mark.parametrize(
    "value",
    [
        {"total": 3, "next": NEXT, "results": ROWS},
        {"total_count": 3, "results": ROWS},
        {"count": 3, "next": None, "last": "https://example.org/lines?page=1", "data": ROWS},
        {"observations": ROWS, "paging": {"count": 3, "isLast": True}},
        {"results": ROWS, "next": "2027-03"},
        [{"total": 3, "results": ROWS[:2]}, {"total": 3, "results": ROWS[2:]}],
        [{"next": NEXT, "results": ROWS[:2]}, {"results": ROWS[2:]}],
        # counts of something else, further down
        {"by_naf": {"62": {"years": {"2024": {"count": 5000, "sheets": ROWS}}}}},
        ROWS,
    ],
)
def test_a_whole_answer_is_read(tmp_path, value):
    assert read(tmp_path, value).rows == [["x"]]
