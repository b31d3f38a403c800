"""A document that cannot be read is marked, and never breaks what reads it."""

from __future__ import annotations

import drawn
import pytest

from orchestration.filings import read_document
from orchestration.wall import Limits, held


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


def test_a_document_that_gives_too_much_is_stopped(tmp_path):
    path = drawn.write(tmp_path / "a.pdf", drawn.text(50, 100, "ODD 8"))
    with held(Limits(seconds=20, clock=60, memory=2_000_000_000, answer=500)):
        assert read_document(path).marks == ["too_large"]


def test_a_scan_says_so(tmp_path):
    reading = read_document(drawn.write(tmp_path / "a.pdf", drawn.rule(100), drawn.rule(200)))
    assert reading.marks == ["no_text"]
