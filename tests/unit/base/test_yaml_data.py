"""YAML of strangers: plain data, or a line and a reason, at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.base.yaml_data import NotData, load

BOMB = "a: &a [x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)
)


def test_what_people_write_is_read_with_its_lines():
    document = load("waivers:\n  - {source: a, vintage: 2018, until: 2027-03-31}\n")
    assert document.data == {"waivers": [{"source": "a", "vintage": 2018, "until": date(2027, 3, 31)}]}
    assert document.node.value[0][1].value[0].start_mark.line == 1
    assert load("").data is None
    assert load("# nothing\n").node is None


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (BOMB, "base.yaml_alias", 2),
        ("&a [*a]", "base.yaml_alias", 1),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "base.yaml_alias", 3),
        ("[" * 5000 + "]" * 5000, "base.yaml_too_deep", 1),
        ("\n" + "- " * 5000 + "x", "base.yaml_too_deep", 2),
        ("- x\n" * 100_000, "base.yaml_too_many", 99_999),
        ("x" * 1_000_001, "base.yaml_too_long", 1),
        ("a: " + "1" * 5000, "base.yaml_long_number", 1),
        ("a: 1" + ":59" * 300_000, "base.yaml_long_number", 1),
        ("a: 1" + "_1" * 100_000, "base.yaml_long_number", 1),
        ("a: 1" + ":59" * 100_000 + ".5", "base.yaml_long_number", 1),
        ("a: !!int " + "'" + "1" * 5000 + "'", "base.yaml_long_number", 1),
        ("day: 2026-02-31", "base.yaml_malformed", 1),
        ("a: 1\nb: [", "base.yaml_malformed", 2),
        ("a: 1\n---\nb: 2\n", "base.yaml_malformed", 2),
        ("a: !!python/object/apply:os.system ['true']", "base.yaml_malformed", 1),
        ("? {a: 1}\n: 2", "base.yaml_malformed", 1),
        ("a: !!int x", "base.yaml_malformed", 1),
        ("a: \x00", "base.yaml_malformed", 1),
        ("a: \ud800", "base.yaml_malformed", 1),
    ],
)
def test_anything_else_is_refused_with_its_line(text, code, line):
    with pytest.raises(NotData) as refused:
        load(text)
    assert refused.value.reason.code == code
    assert abs(refused.value.line - line) <= 1


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("abc01:-_?&*!|>'\"{}[],#%@`<= \n\t.~é")), max_size=80))
def test_no_text_ends_otherwise_than_in_data_or_a_refusal(text):
    with suppress(NotData):
        load(text)
