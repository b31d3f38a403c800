"""Names from files are data in every output: terminal, Markdown, HTML, spreadsheet, SQL."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.base.files import one_file, quoted
from orchestration.base.messages import say
from orchestration.base.showing import TRIGGERS, code, in_json, legible, markdown, neutral, restored, visible
from orchestration.inbox.page import as_page
from orchestration.receipts.sentences import text

# what a file may be called: all that a name can hold, hostile signs often
SIGNS = [
    *list("<>[]()!|\\`*_#-+=~&;:'\"/@ \n\r\t\x1b\x07\x9b\x00\x7f\u202e\u2028\x85é1a."),
    "```",
    "javascript:",
    "![",
    "](",
    "{{",
    "{%",
]
NAMES = st.lists(st.sampled_from(SIGNS), max_size=30).map("".join)
HOSTILE = [
    "<script>alert(1)</script>",
    "![t](http://127.0.0.1:9/t.png)",
    "[x](javascript:alert(1))",
    "\x1b[31mrouge",
    "\n# Titre\n",
    "\\[x](y)",
    "`<b>`",
    "=HYPERLINK(1)",
    "'; DROP TABLE x; --",
    "{{ 7*7 }}",
    "1. x",
    "```",
    "***",
]


def acts(shown: str) -> bool:
    """Return whether a terminal would act on a text."""
    return bool(re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown))


def unescaped(sign: str, line: str) -> bool:
    """Return whether a sign stands in a line of Markdown with no backslash, or an even number of them, before it."""
    return any(len(found[1]) % 2 == 0 for found in re.finditer(rf"(\\*){re.escape(sign)}", line))


@given(NAMES)
def test_no_name_moves_a_terminal(name):
    for shown in (visible(name), text(say("base.home_busy", home=name), "fr"), markdown(name), code(name)):
        assert not acts(shown)


@given(NAMES)
@example("\\\\[x](y)")
def test_no_name_is_more_than_text_in_markdown(name):
    line = markdown(name)
    assert "\n" not in line and "<" not in line
    assert not any(unescaped(sign, line) for sign in "[]|")
    assert not re.match(r"#{1,6}(\s|$)|>|[-+*](\s|$)|`{3}|~{3}|\d{1,9}[.)](\s|$)", line)
    # a name that stands apart is either whole in back quotes or disarmed the same way
    apart = code(name)
    assert apart == line or (apart.startswith("`") and not set(apart[1:-1]) & set("`<>[]|\\\n"))


@pytest.mark.parametrize("name", HOSTILE)
def test_what_was_tried_is_disarmed(name):
    assert not re.search(r"<\w|!\[[^\]]*\]\(|\[x\]\(|^#|^\d\. ", markdown(name))


def test_a_usual_name_stays_as_it_is():
    for name in (
        "FILO2018_DISP_COM.csv",
        "labels RSE (2).xlsx",
        "répartition – 12,5 % & R&D",
        "1 234",
        "-3,5",
        "a_b*c",
    ):
        assert markdown(name) == visible(name) == name
        assert code(name) == f"`{name}`"


@given(NAMES)
def test_no_name_is_a_tag_in_a_page(name):
    page = as_page([f"- {name}"], title=name, language="fr", good=False)
    body = page.split("<body>")[1]
    assert set(re.findall(r"<(\w+)", body)) <= {"ul", "li", "code", "p", "h1", "h2"}
    template = jinja2.Environment(autoescape=True).from_string("<p>{{ name }}</p>")
    assert template.render(name=name).count("<") == 2


@given(NAMES)
def test_no_name_is_a_formula_in_a_spreadsheet(name):
    assert not neutral(name).startswith(tuple(TRIGGERS))
    assert restored(neutral(name)) == name
    out = io.StringIO()
    csv.writer(out).writerow([neutral(name), "next"])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline="")))[1] == "next"


@given(NAMES.filter(lambda n: "\x00" not in n))
def test_no_name_is_sql(name):
    assert duckdb.execute(f"SELECT {quoted(name)}").fetchone() == (name,)


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which files of others lie."""
    folder = tmp_path_factory.mktemp("dropped [*]")
    for name in ("a", "x1", "1", "\\"):
        (folder / f"{name}.csv").write_text("said\nanother's\n", encoding="utf-8")
    return folder


@given(NAMES.map(lambda n: n.replace("/", "").replace("\x00", "")[:60]))
@example("*")
@example("?")
@example("x[12]")
@example("\\*")
@example("**")
def test_no_name_is_a_pattern_that_reads_the_files_beside(dropped, name):
    path = dropped / f"{name} .csv"
    path.write_text("said\nmine\n", encoding="utf-8")
    rows = f"read_csv({one_file(path)}, header = true, delim = ';', columns = {{'said': 'VARCHAR'}})"
    try:
        assert duckdb.execute(f"SELECT * FROM {rows}").fetchall() == [("mine",)]
    except duckdb.IOException:
        # what cannot be written as a pattern finds nothing, and the file is refused
        assert "\\" in name
    finally:
        path.unlink()


@given(st.binary(max_size=20))
def test_any_bytes_of_a_name_become_a_text_that_can_be_written(raw: bytes) -> None:
    shown = legible(os.fsdecode(raw))
    assert shown.encode().decode() == shown
    assert shown in (raw.decode("latin-1"), raw.decode("utf-8", "replace"))


@given(NAMES)
@example("\x1b[31m \x9b31m \u202egnp \udcff")
def test_json_holds_the_same_and_nothing_that_a_terminal_acts_on(name: str) -> None:
    shown = in_json(json.dumps({name: [name]}, ensure_ascii=False, indent=2))
    assert json.loads(shown) == {name: [name]}
    assert visible(shown) == shown
