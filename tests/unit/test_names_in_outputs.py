"""Names from files are data in every output as it goes out: whatever a name says, an output has the parts that it has with a plain one.

Each output is made twice, with a name made of hostile signs and with `nom.csv`, and read as its reader reads it: a terminal by its control
signs, Markdown by a parser of Markdown, pages by one of HTML, workbooks by what a spreadsheet would calculate. The functions that disarm
names are held one by one by `base/test_showing.py`; a new output that names files belongs into the list here.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orchestration.base import acts
from orchestration.base.messages import Message, say
from orchestration.base.settings import PROJECT, Settings
from orchestration.base.showing import TRIGGERS, in_json, legible, neutral
from orchestration.catalog import load_catalogue
from orchestration.dagster.wording import both, files_metadata, journal_metadata, outcome_metadata
from orchestration.inbox import answers
from orchestration.inbox.story import Story
from orchestration.inbox.templates import write_template
from orchestration.inbox.templates.workbook import fill, headers_of
from orchestration.notifications.findings import of_refresh
from orchestration.notifications.memory import Standing
from orchestration.notifications.wording import body, title
from orchestration.receipts import print_console, to_json, to_markdown, without_cells
from orchestration.receipts.acts import journal_lines
from orchestration.receipts.logs import speak
from orchestration.receipts.sentences import text
from orchestration.records.outcome import CheckOutcome, FileOutcome, RefreshOutcome

sys.path.insert(0, str(Path(__file__).parent / "counter"))

from counter_fakes import browser_of

NOW = datetime(2026, 11, 24, 3, 15, tzinfo=UTC)
PLAIN = "nom.csv"
CATALOGUE = load_catalogue(PROJECT / "sources")
HOSTILE = [
    "<script>alert(1)</script>.csv",
    "![t](http://127.0.0.1:9/t.png).csv",
    "[x](javascript:alert(1)).csv",
    "<http://127.0.0.1:9/>",
    "\x1b[31mrouge\x07\x9b2J.csv",
    "a\n# Titre\n\n1. x\n- y\n> z\n```\n| a | b |\n|---|---|\n",
    "\r\n\r\n<b>\r# T",
    "\u202evsc.exe\u2066.csv",
    "{{ 7*7 }}{% for x in range(9) %}",
    '=HYPERLINK("http://127.0.0.1:9")',
    "@SUM(1)",
    "[bold red]rouge[/]",
    "%s %(x)s {0}",
    "&lt;script&gt;&#60;b&#62;",
    "\udcff\udce9.csv",
    "'; DROP TABLE x; --",
    "***gras*** `code` ~~barré~~",
    "\\[x\\](y)\\",
    "To: x@example.org\nBcc: y@example.org",
]
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(
        st.sampled_from([*"<>[]()!|\\`*_#-+=~&;:'\"/@ \n\r\x1b\x07\x9b\x85\u202e\u2028é1a.%{}", "```", "![", "]("]),
        max_size=20,
    ).map("".join),
)
# as the rooms that find files hand them on: with a sign that is seen, and as text whatever their bytes
NAMES = NAMES.filter(str.split).map(legible)


def outcome(name: str) -> RefreshOutcome:
    """Return a refresh that took one file and refused another, both of this name, and a check that failed for it."""
    reason = say("reading.no_data_at_its_place", file=name)
    return RefreshOutcome(
        run_id="20261124T031500000000Z",
        edition="20261124T031500Z",
        exit_code=3,
        started_at=NOW,
        finished_at=NOW,
        territory="244400404",
        channel="mirror",
        published=True,
        sources=[
            FileOutcome(
                source="insee_neet",
                vintage="2018",
                file=name,
                state="accepted",
                rows_read=9,
                rows_kept=9,
                origin=name,
                sha256="ab",
            ),
            FileOutcome(
                source="insee_neet", vintage=name, file=name, state="adapted", reason=reason, rows_read=9, rows_kept=9
            ),
            FileOutcome(
                source="lucie_labels",
                vintage="2026-09",
                file=name,
                state="refused",
                reason=reason,
                action=reason,
                origin=name,
            ),
        ],
        checks=[
            CheckOutcome(
                name="row count",
                asset="fct_indicator_value",
                severity="warn",
                passed=False,
                message=Message.of(fr=name, en=name),
            ),
            CheckOutcome(name="held", asset="fct_indicator_value", severity="error", passed=False, message=reason),
        ],
        note=reason,
    )


def journal(name: str) -> list[acts.Act]:
    return [
        acts.Act(NOW, name, "file_dropped", {"file": name}),
        acts.Act(NOW, "Claire", "rolled_back", {"edition": "e", "reason": name}),
        acts.Act(NOW, "Claire", "file_answered", {"file": name, "state": name}),
        acts.Act(NOW, "Claire", "line_changed", {"table": name, "line": name, "why": name}),
        acts.Act(NOW, "Claire", "asked", {"kind": name, "about": name}),
        acts.Act(NOW, "Claire", "refresh_asked", {"channel": name, "only": [name]}),
        acts.Act(NOW, "Claire", "name_decided", {"name": name, "decision": name, "siren": name}),
    ]


def story(name: str) -> Story:
    return Story(
        name=name, digest="ab" * 32, when=NOW, accepted=False, kept_at=None,
        reason=say("reading.no_data_at_its_place", file=name), action=say("reading.no_data_at_its_place", file=name),
    )  # fmt: skip


# what each kind of reader makes of an output -------------------------------------------------------


def of_terminal(shown: str) -> Any:
    """Return the control signs, and the lines' number: a name must not add to either."""
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)


def of_markdown(shown: str) -> Any:
    """Return the blocks, links, images and HTML of a text, and how many of each; emphasis moves nothing and may come."""
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    found: Counter[str] = Counter()
    for token in parser.parse(shown):
        for one in (token, *(token.children or ())):
            if one.type not in (
                "text",
                "inline",
                "softbreak",
                "hardbreak",
                "code_inline",
                "em_open",
                "em_close",
                "strong_open",
                "strong_close",
            ):
                found[one.type] += 1
    return found, of_terminal(shown)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            assert not (
                name in ("href", "src", "action") and re.match(r"\s*(javascript|https?://127)", value or "", re.I)
            )

    def handle_decl(self, decl: str) -> None:
        self.found.append((decl, ()))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", ()))


def of_page(shown: str) -> Any:
    """Return the tags of a page with their attributes' names, in order."""
    tags = _Tags()
    tags.feed(shown)
    return [tag for tag in tags.found if tag[0] != "code"], of_terminal(shown)


# the outputs --------------------------------------------------------------------------------------


def terminal(name: str) -> str:
    out = io.StringIO()
    print_console(outcome(name), Path("/h"), "fr", catalogue=CATALOGUE, file=out)
    print_console(outcome(name), Path("/h"), "en", file=out)
    return out.getvalue()


def log_lines(name: str) -> str:
    """Return what the log says of a name: in a sentence, as it is, as a path, and as part of an accident."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    logger = logging.getLogger("observatory")
    before, level, propagate = logger.handlers[:], logger.level, logger.propagate
    logger.handlers[:], logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    try:
        speak("fr")
        logger.info("%s", say("reading.no_data_at_its_place", file=name))
        logger.info("%s %s: %s", "lucie_labels", name, Path(f"/h/{name.replace(chr(0), '')}"))
        logger.warning("%s", ValueError(name))
    finally:
        logger.handlers[:], logger.propagate = before, propagate
        logger.setLevel(level)
    return out.getvalue()


def mail(name: str) -> str:
    found = [Standing(finding=f, since=NOW) for f in of_refresh(outcome(name), CATALOGUE)]
    subject = title(found, [], [])
    assert "\n" not in subject and PLAIN not in subject
    assert subject == title([Standing(finding=f, since=NOW) for f in of_refresh(outcome(PLAIN), CATALOGUE)], [], [])
    return body(found, found, found, known=1, receipt=Path("/h/receipt.md"))


def metadata(name: str) -> str:
    """Return what Dagster's pages show as Markdown: reasons of files, the receipt, checks, the journal."""
    said = outcome(name)
    shown = {
        **files_metadata(said.sources),
        **outcome_metadata(said, to_markdown(without_cells(said), CATALOGUE, None, "fr"), "/h"),
        **journal_metadata(journal(name)),
    }
    return "\n\n".join(v.md_str for v in shown.values() if hasattr(v, "md_str"))


TERMINALS: dict[str, Callable[[str], str]] = {
    "receipt at a terminal": terminal,
    "sentence": lambda name: text(say("reading.no_data_at_its_place", file=name), "fr"),
    "journal at the prompt": lambda name: "\n".join(journal_lines(journal(name), "fr")),
    "log": log_lines,
    "mail": mail,
    "text of a Dagster event": lambda name: both(say("reading.no_data_at_its_place", file=name)),
    "JSON": lambda name: in_json(json.dumps(to_json(outcome(name)), ensure_ascii=False, default=str)),
}
MARKDOWNS: dict[str, Callable[[str], str]] = {
    "receipt": lambda name: to_markdown(outcome(name), CATALOGUE, None, "fr"),
    "receipt in English": lambda name: to_markdown(outcome(name), CATALOGUE, None, "en"),
    "receipt of an edition": lambda name: to_markdown(without_cells(outcome(name)), CATALOGUE, None, "fr"),
    "answer of the inbox": lambda name: answers.render(story(name)),
    "Dagster's metadata": metadata,
}
PAGES: dict[str, Callable[[str], str]] = {
    "answer of the inbox": lambda name: answers.render_page(story(name), "fr"),
    "answer in English": lambda name: answers.render_page(story(name), "en"),
}
SOME = settings(max_examples=25, suppress_health_check=list(HealthCheck))


def each(test: Any) -> Any:
    """Ask a test for all that was tried before, and for names made anew."""
    for name in HOSTILE:
        test = example(legible(name))(test)
    return SOME(given(NAMES)(test))


@pytest.mark.parametrize("output", TERMINALS)
@each
def test_no_name_moves_a_terminal(output: str, name: str) -> None:
    assert of_terminal(TERMINALS[output](name)) == of_terminal(TERMINALS[output](PLAIN)) == []


@pytest.mark.parametrize("output", MARKDOWNS)
@each
def test_no_name_is_a_part_of_a_text(output: str, name: str) -> None:
    assert of_markdown(MARKDOWNS[output](name)) == of_markdown(MARKDOWNS[output](PLAIN))


@pytest.mark.parametrize("output", PAGES)
@each
def test_no_name_is_a_part_of_a_page(output: str, name: str) -> None:
    assert of_page(PAGES[output](name)) == of_page(PAGES[output](PLAIN))


def test_no_name_is_a_part_of_the_team_s_pages(tmp_path: Path) -> None:
    """All names at once: a page a name would take minutes."""
    shown = {}
    for kind, names in (("hostile", [legible(n) for n in HOSTILE]), ("plain", [PLAIN] * len(HOSTILE))):
        home = tmp_path / kind
        home.mkdir()
        for name in names:
            for what, about in (
                ("file_dropped", {"file": name}),
                ("file_answered", {"file": name, "state": "refused"}),
                ("rolled_back", {"edition": name, "reason": name}),
            ):
                acts.note(
                    home,
                    what,
                    who=name,
                    **about,
                )  # type: ignore[arg-type]
        with browser_of(Settings(home=home)) as browser:
            shown[kind] = {
                path: of_page(browser.get(path).text) for path in ("/", "/journal", "/journal?lang=en", "/deposit")
            }
    assert shown["hostile"] == shown["plain"]
    assert len(shown["plain"]["/journal"][0]) > 3 * len(HOSTILE)


def test_no_name_is_a_formula_in_a_workbook_that_goes_out(tmp_path: Path) -> None:
    source = CATALOGUE["platform_members"]
    path = tmp_path / "membres.xlsx"
    write_template(source, "members", path)
    headers = list(headers_of(source, "members").values())
    written = [name for name in HOSTILE if not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff]", name)]
    fill(path, headers, [[name] * len(headers) for name in written])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    for number, name in enumerate(written, start=2):
        for cell in sheet[number][: len(headers)]:
            assert cell.data_type == "s" and cell.hyperlink is None, name


@SOME
@given(NAMES)
def test_no_name_is_a_formula_or_a_second_cell_in_a_table_that_goes_out(name: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow(["a", neutral(name), "z"])
    [[first, cell, last]] = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=";"))
    assert (first, last) == ("a", "z") and not cell.startswith(tuple(TRIGGERS))
