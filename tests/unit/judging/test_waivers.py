"""Waivers: what they let through, until when, and what is said of those that let nothing through."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.judging.judge import removed_on_purpose
from orchestration.judging.waivers import FILE, KINDS, NAMES_FILE, load_waivers
from orchestration.receipts.sentences import catalogues
from orchestration.triage.faults import Fault
from tests.words import en, fr

LAST = date(2027, 3, 31)
ENTRY = """
waivers:
  - source: insee_filosofi
    table: income
    vintage: 2016
    check: vanished
    why: EPCIs redrawn on 1 January 2017, checked on INSEE's page
    who: data team
    until: 2027-03-31
"""


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(PROJECT / "sources")


def written(tmp_path: Path, text: str, catalogue=None):
    path = tmp_path / "waivers.yml"
    path.write_text(text, encoding="utf-8")
    return load_waivers(path, catalogue, PROJECT / "expectations")


def one(tmp_path: Path, catalogue=None, **changed: object):
    entry = {
        "source": "insee_filosofi",
        "check": "jump",
        "why": "checked on INSEE's page",
        "who": "data team",
        "until": "2027-03-31",
        **changed,
    }
    lines = "\n".join(f"    {k}: {v}" for k, v in entry.items() if v is not None)
    return written(tmp_path, f"waivers:\n  -\n{lines}\n", catalogue)


def test_the_shipped_file_waives_nothing_and_its_example_would_be_valid(catalogue, tmp_path):
    path = PROJECT / "waivers.yml"
    shipped = load_waivers(path, catalogue, PROJECT / "expectations")
    assert shipped.entries == [] and shipped.problems == []
    text = path.read_text(encoding="utf-8")
    example = re.search(r"#\n((?:#   [- ] .*\n)+)waivers:", text).group(1)
    found = written(tmp_path, "waivers:\n" + example.replace("#", " "), catalogue)
    assert found.problems == [] and len(found.entries) == 1


def test_it_holds_on_its_last_day_and_blocks_on_the_next(tmp_path):
    waivers = written(tmp_path, ENTRY)
    assert waivers.waived("insee_filosofi", "income", "2016", "vanished", LAST)
    assert not waivers.waived("insee_filosofi", "income", "2016", "vanished", date(2027, 4, 1))


@pytest.mark.parametrize(
    "asked",
    [
        ("insee_neet", "income", "2016", "vanished"),
        ("insee_filosofi", "other", "2016", "vanished"),
        ("insee_filosofi", "income", "2017", "vanished"),
        ("insee_filosofi", "income", "2016", "jump"),
    ],
)
def test_it_speaks_of_nothing_else(tmp_path, asked):
    assert not written(tmp_path, ENTRY).waived(*asked, LAST)


def test_a_waived_fault_warns_and_names_its_waiver(tmp_path):
    warned = {}
    decide = written(tmp_path, ENTRY).sink("insee_filosofi", "income", "2016", LAST, warned.setdefault)
    decide(Fault("vanished", Message.of(fr="il en manque", en="some are gone")))
    (said,) = warned.values()
    assert fr(said).startswith("il en manque — dérogation jusqu'au 31/03/2027")
    assert "data team" in en(said) and "waivers.yml line 3" in en(said)


def test_a_fault_that_is_refused_gives_the_line_that_would_waive_it(tmp_path, catalogue):
    decide = written(tmp_path, ENTRY).sink("insee_filosofi", "income", "2018", LAST, {}.setdefault)
    with pytest.raises(Refusal) as refusal:
        decide(Fault("jump", Message.of(fr="un saut", en="a jump"), column="median"))
    line = en(refusal.value.action).partition("have reviewed: ")[2]
    filled = (
        line.replace("why: …", "why: checked by hand")
        .replace("who: …", "who: me")
        .replace("until: …", "until: 2027-01-31")
    )
    found = written(tmp_path, f"waivers:\n  {filled}\n", catalogue)
    assert found.problems == []
    assert found.waived("insee_filosofi", "income", "2018", "jump", date(2027, 1, 31), "median")


def test_a_refusal_after_the_end_says_that_there_was_a_waiver(tmp_path):
    decide = written(tmp_path, ENTRY).sink("insee_filosofi", "income", "2016", date(2027, 4, 1), {}.setdefault)
    with pytest.raises(Refusal) as refusal:
        decide(Fault("vanished", Message.of(fr="il en manque.", en="some are gone.")))
    assert "a expiré le 31/03/2027 (waivers.yml ligne 3)" in fr(refusal.value.reason)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"why": None}, "why : la clé manque"),
        ({"why": "oui"}, "why : trop court"),
        ({"until": "31/03/2027"}, "until : une date comme 2027-03-31"),
        ({"until": None}, "until : la clé manque"),
        ({"whoever": "x"}, "whoever : cette clé n'existe pas"),
        ({"source": "insee_filosofy"}, "source : « insee_filosofy »"),
        ({"table": "incomes"}, "table : « incomes »"),
        ({"check": "header"}, "check : « header »"),
        ({"check": '"*"'}, "check : « * »"),
        ({"check": "rule:deciles_in_disorder"}, "possibles : rule:deciles_in_order"),
        ({"check": "expectation:nothing"}, "check : « expectation:nothing »"),
        ({"column": "mediane"}, "column : « mediane »"),
        ({"source": "marts", "check": "jump"}, "possibles : expectation:<…>, test:<…>"),
        ({"source": "marts", "table": "fct_nothing", "check": "expectation:x"}, "table : « fct_nothing »"),
    ],
)
def test_what_is_malformed_or_names_nothing_is_told_with_its_line(tmp_path, catalogue, changed, said):
    found = one(tmp_path, catalogue, **changed)
    assert found.entries == []
    (problem,) = found.problems
    assert problem.state == "malformed" and problem.line == 3
    assert "waivers.yml ligne 3" in fr(problem.message) and said in fr(problem.message)


@pytest.mark.parametrize("text", ["waivers: [", "- a\n", "waiver: []\n", "waivers: {a: 1}\n"])
def test_a_file_that_is_no_list_of_waivers_is_told(tmp_path, text):
    found = written(tmp_path, text)
    assert found.entries == [] and "waivers.yml ligne 1" in fr(found.problems[0].message)


@pytest.mark.parametrize(
    ("today", "state", "said"),
    [
        (date(2027, 1, 1), "in_force", "dérogation jusqu'au 31/03/2027"),
        (date(2027, 3, 1), "ends_soon", "expire dans 30 jours"),
        (date(2027, 3, 30), "ends_soon", "expire dans 1 jour —"),
        (LAST, "ends_soon", "dernier jour aujourd'hui"),
        (date(2027, 4, 1), "expired", "expirée le 31/03/2027"),
    ],
)
def test_how_an_entry_stands(tmp_path, today, state, said):
    (note,) = written(tmp_path, ENTRY).notes(today)
    assert note.state == state and said in fr(note.message)
    assert (note.source, note.table, note.vintage, note.column) == ("insee_filosofi", "income", "2016", None)


def test_only_the_waivers_that_may_speak_of_a_vintage_count_for_its_judgement(tmp_path):
    waivers = written(tmp_path, ENTRY)
    assert waivers.fingerprint(LAST, "insee_filosofi", "2016")
    assert waivers.fingerprint(date(2027, 4, 1), "insee_filosofi", "2016") == ""
    assert waivers.fingerprint(LAST, "insee_filosofi", "2018") == waivers.fingerprint(LAST, "insee_neet", "2016") == ""


def test_every_kind_of_fault_can_be_named():
    """A check that hands its fault to the waivers must be known here, or nobody could write one for it."""
    code = "".join(p.read_text(encoding="utf-8") for p in sorted((PROJECT / "orchestration/triage").glob("*.py")))
    kinds = set(re.findall(r'Fault\(\s*"([a-z]+)"', code))
    assert kinds and kinds | {"cells"} == set(KINDS)


def test_a_message_is_in_both_languages(tmp_path):
    (note,) = written(tmp_path, ENTRY).notes(LAST)
    assert isinstance(note.message, Message) and "last day today" in en(note.message)


def test_advice_that_ends_on_the_file_is_known_by_its_code(tmp_path):
    checks = ("reading", "conforming", "triage")
    naming = {f"{r}.{n}" for r in checks for n, said in catalogues.catalogue(r).items() if FILE in said["en"]}
    assert naming == {code for code in NAMES_FILE if not code.startswith("judging.")}
    fault = Fault("jump", Message.of(fr="faux.", en="wrong."), Message.of(fr="Voir.", en="Look."))
    for check in ("jump", "unit"):
        fault = written(tmp_path, "").explained(fault, "insee_filosofi", "income", "2018", check)
    assert en(fault.action).startswith("Look. If its figures are right, enter a dated waiver in waivers.yml. The line")
    assert en(fault.action).count("enter a dated waiver") == 1 and en(fault.action).count("The line to complete") == 2


def test_the_team_gets_the_line_with_what_it_would_say(tmp_path, catalogue):
    source = next(s for s in catalogue.values() if s.role == "team")
    told = []
    sink = written(tmp_path, "").sink(
        source.source_id, "t", "2026", LAST, lambda *a: told.append(a), removed_on_purpose(source, LAST)
    )
    for kind, said in (("vanished", "why: lignes retirées exprès, who: "), ("jump", "why: …, who: …, until: …}")):
        with pytest.raises(Fault) as caught:
            sink(Fault(kind, Message.of(fr="faux.", en="wrong.")))
        assert said in fr(caught.value.action) and said in en(caught.value.action)
        assert ("until: 2027-04-30}" in en(caught.value.action)) == (kind == "vanished")
    assert not told


def test_aliases_and_depth_are_told_with_their_line(tmp_path):
    bomb = "waivers:\n- &a {source: x}\n- *a\n"
    assert [p.line for p in written(tmp_path, bomb).problems] == [3]
    [deep] = written(tmp_path, "waivers: " + "[" * 5000 + "]" * 5000).problems
    assert "30 niveaux" in fr(deep.message)
