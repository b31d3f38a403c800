"""Imports of the program's rooms: no circles, and inside a function only where a figure says why."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT

ROOMS = (
    "dagster",
    "cli",
    "counter",
    "building",
    "notifications",
    "refresh",
    "judging",
    "lake",
    "records",
    "inbox",
    "health",
    "quality",
    "generating",
    "receipts",
    "triage",
    "editions",
    "landing",
    "conforming",
    "reading",
    "catalog",
    "wall",
    "withholding",
    "web",
    "base",
)
# `# dagster costs 1.8 s to import`, beside the import or once for the module, in its head
FIGURE = re.compile(r"\d(\.\d+)?(–\d)? s\b")


def modules(room: str) -> dict[str, Path]:
    return {
        ".".join(p.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): p
        for p in sorted((PROJECT / "orchestration" / room).rglob("*.py"))
    }


def test_no_module_of_these_rooms_imports_in_a_circle():
    known = {name: path for room in ROOMS for name, path in modules(room).items()}
    graph = {}
    for name, path in known.items():
        met = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                met |= {a.name for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                met |= {f"{node.module}.{a.name}" for a in node.names} | {node.module}
        # a package's face, which hands on what its modules hold, is asked for by others only
        graph[name] = {m for m in met if m in known and m != name and not name.startswith(f"{m}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("room", ROOMS)
def test_an_import_inside_a_function_has_a_figure(room: str):
    bare = []
    for name, path in modules(room).items():
        text = path.read_text(encoding="utf-8")
        tree, lines = ast.parse(text), text.splitlines()
        if FIGURE.search(ast.get_docstring(tree) or "") and "import" in (ast.get_docstring(tree) or ""):
            continue
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            inside = [n for n in ast.walk(function) if isinstance(n, (ast.Import, ast.ImportFrom))]
            above = "\n".join(lines[function.lineno - 1 : max((n.lineno for n in inside), default=0)])
            if inside and not any(FIGURE.search(line.partition("#")[2]) for line in above.splitlines()):
                bare.append(f"{name}.{function.name}")
    assert bare == []
