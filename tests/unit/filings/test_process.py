"""A document that cannot be read is marked, and never breaks what reads it."""

from __future__ import annotations

import drawn
import pytest

from orchestration.filings import read_document
from orchestration.filings.process import Limits


def test_a_document_is_read_in_a_process_of_its_own(tmp_path):
    path = drawn.write(tmp_path / "a.pdf", drawn.text(50, 100, "Nous visons les ODD 8 et 13 en 2022."))
    reading = read_document(path)
    assert reading.kind == "pdf" and {m.sdg_id for m in reading.mentions} == {8, 13}


@pytest.mark.parametrize(
    ("data", "mark"),
    [
        (b"", "not_known"),
        (b"hello", "not_known"),
        (b"%PDF-1.7\nnothing more", "damaged"),
        (b"PK\x03\x04broken", "damaged"),
        (b"<?xml version='1.0'?><a>", "damaged"),
    ],
)
def test_what_is_no_document_is_marked(tmp_path, data, mark):
    path = tmp_path / "x"
    path.write_bytes(data)
    reading = read_document(path)
    assert reading.marks == [mark]
    assert {s.reason for s in reading.silences} == {"not_read"}


def test_a_document_that_takes_too_much_is_stopped(tmp_path):
    path = drawn.write(tmp_path / "a.pdf", drawn.text(50, 100, "ODD 8"))
    assert read_document(path, limits=Limits(memory=40_000_000)).kind == "unread"


def test_a_scan_says_so(tmp_path):
    reading = read_document(drawn.write(tmp_path / "a.pdf", drawn.rule(100), drawn.rule(200)))
    assert reading.marks == ["no_text"]
