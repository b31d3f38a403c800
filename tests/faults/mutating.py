"""Small good files of each kind, changed at random: bytes flipped, cut out, doubled, lengths made absurd, parts exchanged.

Used by `test_hostile.py` (a short while) and `bench/fuzz.py` (an hour).
"""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from csv import DictReader
from functools import cache
from pathlib import Path
from typing import Any

import hostile
from hypothesis import strategies as st

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.inbox.templates import team_tables, template_name, write_template
from orchestration.inbox.templates.workbook import fill, headers_of
from orchestration.readers.site.scales import all_questions

_ROWS = "<row>" + "".join(f'<c t="inlineStr"><is><t>{v}</t></is></c>' for v in ("44109", "Nantes", "1.5")) + "</row>"
_FORMULA = '<row><c r="A3"><f>A2</f><v>44109</v></c><c r="C3" t="e"><v>#DIV/0!</v></c></row>'


@cache
def seeds() -> list[hostile.Hostile]:
    """Return a good file of each kind."""
    page = hostile.stream(b"BT /F1 9 Tf 50 700 Td (ODD 8 et 13, effectif 120 salaries en 2022) Tj ET")
    ods = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>' for v in row)
        + "</table:table-row>"
        for row in (hostile.HEADER.split(";"), hostile.ROW.split(";"))
    )
    book = hostile.xlsx(hostile.sheet(_ROWS + _FORMULA))
    front = 'title: "Fiche"\ntags: [a, b]\ndate: 2020-01-31\nmenu:\n  main: {name: x}\n'
    toml = 'title = "Fiche"\ntags = ["a", "b"]\ndate = 2020-01-31\n[menu.main]\nname = "x"\n'
    made: list[tuple[str, str, bytes]] = [
        ("a.csv", "table", hostile.GOOD),
        ("quoted.csv", "table", hostile.csv('44109;"Nan""tes";1,5', '"44143";"Re\nzé";2')),
        ("a.csv.gz", "table", gzip.compress(hostile.GOOD)),
        ("a.zip", "table", hostile.zipped({"a.csv": hostile.GOOD})),
        ("a.xlsx", "table", book),
        ("a.ods", "table", hostile.ods(ods)),
        ("a.parquet", "table", hostile.parquet("SELECT '44109' AS code, 'x' AS nom, 1.5 AS valeur")),
        ("a.json", "json", b'{"total": 1, "results": [{"code": "44109", "nom": "x", "valeur": 1.5e3}]}'),
        ("yaml.md", "markdown", f"---\n{front}---\nTexte.\n".encode()),
        ("toml.md", "markdown", f"+++\n{toml}+++\nTexte.\n".encode()),
        ("a.html", "table", b"<html><head><title>Maintenance</title></head><body><h1>x</h1></body></html>"),
        ("text.pdf", "pdf", hostile.pages(page, 2, hostile._FONT)),
        ("filing.pdf", "document", hostile.pages(page, 2, hostile._FONT)),
        ("book.xlsx", "document", book),
    ]
    made += _of_the_team()
    return [hostile.Hostile(name, kind, lambda data=data: data) for name, kind, data in made]  # type: ignore[misc]


def _of_the_team() -> list[tuple[str, str, bytes]]:
    """Return what the team and companies give back or drop: filled workbooks, journals, exports, a VSME workbook, tagged text."""
    journal = "".join(hostile.line(day, "/observatoire/") for day in range(1, 31)).encode()
    [vsme] = (PROJECT / "sources").glob("*/sample/*/*vsme*.xlsx")
    found = [
        ("access.log", "visits", journal),
        ("access.log.gz", "visits", gzip.compress(journal)),
        ("observatoire.csv", "visits", b"Date,Visiteurs uniques,Visites\n2026-08,430,540\n2026-09,,1840\n"),
        ("vsme.xlsx", "document", vsme.read_bytes()),
        ("tagged.xhtml", "document", hostile.TAGGED),
        ("reponses.xlsx", "answers", _answers()),
    ]
    for source, table in team_tables(load_catalogue(PROJECT / "sources")):
        sample = max((source.path / "sample").rglob("*.*"))
        found.append((sample.name, "look", sample.read_bytes()))
        if source.source_id in ("match_reviews", "projects", "platform_members"):
            found.append((template_name(source, table), "look", _filled(source, table)))
    return found


def _answers() -> bytes:
    # openpyxl costs 0.2 s to import
    from openpyxl import Workbook

    book = Workbook()
    for row in [["", "", ""], *[[q.question_id, "?", value] for q, value in zip(all_questions(), _GIVEN * 3)]]:  # noqa: B905
        book.active.append(row)
    book.active.append(["goal_8", "?", "oui"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


_GIVEN = ["62 Programmation", 120, "oui", 12.5, "non", "1 234,5"]


def _filled(source: Any, table: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_template(source, table, path)
        [sample, *_] = sorted((source.path / "sample").rglob("*.csv"))
        rows = list(DictReader(sample.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        headers = [h for h in headers_of(source, table).values() if h in rows[0]]
        fill(path, headers, [[row[h] for h in headers] for row in rows[:5]])
        return path.read_bytes()


_TOKENS = [
    b"\x00",
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"9" * 400,
    b'"',
    b";",
    b"\n",
    b"<",
    b"&#0;",
    b"[" * 60,
    b"{" * 60,
    b"1e999",
    b"\xed\xa0\x80",
    b"-1",
    b"*a",
    b"..",
    b"A" * 3000,
]


def mutated(draw: Callable[[Any], Any]) -> tuple[hostile.Hostile, bytes]:
    """Return a good file and its bytes with some changes; those of a packed one are changed inside as often."""
    one: hostile.Hostile = draw(st.sampled_from(seeds()))
    data = one.make()
    if data.startswith(b"PK") and draw(st.booleans()):
        return one, _inside(draw, data)
    if data.startswith(b"\x1f\x8b") and draw(st.booleans()):
        return one, gzip.compress(changed(draw, gzip.decompress(data)))
    return one, changed(draw, data)


def _inside(draw: Callable[[Any], Any], data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {i.filename: archive.read(i) for i in archive.infolist()}
    name = draw(st.sampled_from(sorted(parts)))
    parts[name] = changed(draw, parts[name])
    return hostile.zipped(parts)


def changed(draw: Callable[[Any], Any], data: bytes) -> bytes:
    """Return `data` with one to four changes."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        how = draw(st.sampled_from(["flip", "cut", "double", "token", "swap", "end"]))
        length = draw(st.integers(1, 60))
        if how == "flip":
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
        elif how == "cut":
            data = data[:at] + data[at + length :]
        elif how == "double":
            data = data[:at] + data[at : at + length] * draw(st.integers(2, 200)) + data[at + length :]
        elif how == "token":
            data = data[:at] + draw(st.sampled_from(_TOKENS)) + data[at:]
        elif how == "swap":
            data = data[:at] + data[at : at + length][::-1] + data[at + length :]
        else:
            data = data[:at]
    return data
