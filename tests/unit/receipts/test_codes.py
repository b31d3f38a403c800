"""No room decides on a sentence: outside `receipts` there are codes only, and each code has its words.

Held by reading the program itself: what a rule of the house says must not depend on whether a reviewer remembers it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestration.base.settings import PROJECT
from orchestration.receipts.sentences import catalogues
from orchestration.receipts.sentences.templates import Field, compiled

CODE = PROJECT / "orchestration"
# rooms that lie below `receipts`: they hand messages up and never see a word
BELOW = ("catalog", "reading", "conforming", "triage", "landing", "editions", "lake", "records")
ROOMS = sorted(p.stem for p in catalogues.FOLDER.glob("*.yml") if p.stem != "labels")
SENTENCES = {f"{room}.{name}" for room in ROOMS for name in catalogues.catalogue(room)}
A_CODE = re.compile(rf"({'|'.join(ROOMS)})\.[a-z0-9_]+")
A_BEGINNING = re.compile(rf'f"((?:{"|".join(ROOMS)})\.[a-z0-9_]+_)\{{')
# where French is what is read (how publishers write a day, a note) or written (a page of the catalogue in both languages)
FRENCH = (
    "conforming/published.py",
    "generating/catalogue.py",
    "reading/shape.py",
    "filings/bodies.py",
    "filings/clauses.py",
    "filings/doubts.py",
    "filings/goals.py",
    "filings/headers.py",
    "filings/sentences.py",
    "filings/stated.py",
)
# what makes a decision of a text: asking what is in it, or taking it apart
ASKING = {"count", "endswith", "find", "index", "isdigit", "partition", "replace", "rpartition", "split", "startswith"}


class Module(NamedTuple):
    """One module of the program, parsed, each node with the one above it."""

    path: Path
    tree: ast.Module
    above: dict[ast.AST, ast.AST]

    @property
    def room(self) -> str:
        return self.path.relative_to(CODE).parts[0]

    def where(self, node: ast.AST) -> str:
        return f"{self.path.relative_to(PROJECT)}:{getattr(node, 'lineno', 0)}"


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(CODE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.append(
            Module(path, tree, {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)})
        )
    return tuple(found)


def judged() -> Iterator[Module]:
    """Yield the modules of the rooms whose sentences stand in catalogues."""
    messages = CODE / "base" / "messages.py"
    yield from (m for m in modules() if m.room != "receipts" and m.path != messages)


def said(module: Module) -> Iterator[tuple[ast.Call, list[str]]]:
    """Yield each `say(…)` with the codes that it may have."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            codes = [
                c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant) and isinstance(c.value, str)
            ]
            yield node, [c for c in codes if "." in c]


def texts(node: ast.AST) -> bool:
    """Return whether a value is written out as text: a literal, also one that is put together."""
    return any(
        isinstance(n, ast.JoinedStr) or (isinstance(n, ast.Constant) and isinstance(n.value, str) and " " in n.value)
        for n in ast.walk(node)
    )


def test_no_message_is_asked_for_a_language() -> None:
    read = [
        m.where(n)
        for m in judged()
        for n in ast.walk(m.tree)
        if isinstance(n, ast.Attribute) and n.attr in ("fr", "en")
    ]
    assert read == []


def test_no_sentence_is_written_outside_the_catalogues() -> None:
    written = []
    for module in judged():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            languages = [k.value for k in node.keywords if k.arg in ("fr", "en")]
            if name == "Message" and languages:
                written.append(module.where(node))
            if name == "Message.of" and any(texts(value) for value in languages):
                written.append(module.where(node))
    assert written == []


def test_no_french_is_written_in_a_room() -> None:
    written = [
        m.where(n)
        for m in judged()
        if m.path.relative_to(CODE).as_posix() not in FRENCH
        for n in ast.walk(m.tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and not isinstance(m.above[n], ast.Expr)
        if " " in n.value and re.search("[àâçèéêîôùû]", n.value)
    ]
    assert written == []


def test_no_room_below_receipts_sees_a_word() -> None:
    seen = [
        m.where(n)
        for m in modules()
        if m.room in BELOW
        for n in ast.walk(m.tree)
        if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("orchestration.receipts")
    ]
    assert seen == []


def test_no_decision_hangs_on_words() -> None:
    hanging = []
    for module in judged():
        names = {
            a.asname or a.name
            for n in ast.walk(module.tree)
            if isinstance(n, ast.ImportFrom) and n.module == "orchestration.receipts.sentences"
            for a in n.names
        }
        for node in ast.walk(module.tree):
            is_spelt = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
            if is_spelt and decides(module, node):
                hanging.append(module.where(node))
    assert hanging == []


def decides(module: Module, node: ast.AST) -> bool:
    """Return whether the value of `node` is asked for what it says, on its way up to its statement."""
    below, above = node, module.above[node]
    while not isinstance(above, ast.stmt):
        if isinstance(above, ast.Compare) or (isinstance(above, ast.IfExp) and below is above.test):
            return True
        if isinstance(above, ast.Attribute) and above.attr in ASKING:
            return True
        if isinstance(above, ast.comprehension):
            return below in above.ifs
        if isinstance(above, ast.Call) and ast.unparse(above.func).startswith("re."):
            return True
        below, above = above, module.above[above]
    return isinstance(above, (ast.If, ast.While, ast.Assert)) and below is above.test


def test_each_code_has_its_words() -> None:
    for module in modules():
        for node, codes in said(module):
            assert all(code in SENTENCES for code in codes), module.where(node)
            assert codes or isinstance(node.args[0], ast.Name), f"{module.where(node)}: no code can be read here"


def test_each_sentence_is_said_somewhere() -> None:
    used = {
        n.value
        for m in modules()
        for n in ast.walk(m.tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and A_CODE.fullmatch(n.value)
    }
    templates = "\n".join(p.read_text(encoding="utf-8") for p in CODE.rglob("*.j2"))
    used |= {m[0] for m in re.finditer(A_CODE, templates)}
    # `t('site.legend_' ~ kind)`, f"site.menu_{kind}": the beginning is written, the rest is data
    begun = tuple({c for c in used if c.endswith("_")} | set(re.findall(A_BEGINNING, program())))
    assert {s for s in SENTENCES - used if not s.startswith(begun)} == set()


def program() -> str:
    return "\n".join(m.path.read_text(encoding="utf-8") for m in modules())


def test_each_message_brings_what_fills_its_sentence() -> None:
    for module in modules():
        for node, codes in said(module):
            if any(k.arg is None for k in node.keywords):
                continue
            given = {k.arg for k in node.keywords}
            for code in codes:
                assert fields(code) <= given, f"{module.where(node)}: {code} lacks {fields(code) - given}"


def fields(code: str) -> set[str]:
    room, _, name = code.partition(".")
    words = catalogues.catalogue(room)[name]
    return {
        part.name for language in ("fr", "en") for part in compiled(words[language]).parts if isinstance(part, Field)
    }


@pytest.mark.parametrize(
    "line",
    [
        'if text(found) == "x": pass',
        'if "séparateur" not in text(note): pass',
        'a = text(note).replace("ligne", "line")',
        "a = [n for n in notes if text(n)]",
        "a = 1 if text(note) else 2",
        'a = re.sub("a", "b", text(note))',
        "while text(note): pass",
        'a = text(note)[:3] == "x"',
    ],
)
def test_a_decision_is_recognised(line: str) -> None:
    assert decisive(line)


@pytest.mark.parametrize(
    "line",
    ["print(text(note))", "a = f'{text(note)} x'", "a = [text(n) for n in notes if n]", "a = text(n) if n else ''"],
)
def test_printing_is_none(line: str) -> None:
    assert not decisive(line)


def decisive(line: str) -> bool:
    tree = ast.parse(line)
    module = Module(CODE, tree, {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)})
    [call] = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "text"]
    return decides(module, call)
