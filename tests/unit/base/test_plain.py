"""TOML and JSON from outside stay as small as they look."""

from __future__ import annotations

import json

import pytest

from orchestration.base.plain import NotPlain, read_json, read_toml


def test_what_people_write_is_read():
    assert read_toml('a = 1\n[b.c]\nd = "1.2.3 … x = y"\n') == {"a": 1, "b": {"c": {"d": "1.2.3 … x = y"}}}
    assert read_json(b'{"a": [1, null]}') == {"a": [1, None]}


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 60 + " = 1",
        "[a" + ".a" * 60 + "]",
        "x = {a" + ".a" * 60 + " = 1}",
        "a = " + "[" * 2_000 + "]" * 2_000,
        "a = 0x" + "f" * 400,
        "a = 2020-02-31",
    ],
)
def test_toml_that_unfolds_or_is_none(text):
    with pytest.raises(NotPlain):
        read_toml(text)


def test_json_beyond_bounds_and_json_that_is_none():
    for text in ("[" * 100_000, "9" * 5_000):
        with pytest.raises(NotPlain):
            read_json(text)
    with pytest.raises(json.JSONDecodeError):
        read_json("{")
