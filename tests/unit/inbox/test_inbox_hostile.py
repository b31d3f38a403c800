"""A file that breaks its reader is answered in words, and so is the good file beside it."""

from __future__ import annotations

import io
import zipfile

from inbox_fakes import LABELS

from orchestration import wall


def looping() -> bytes:
    """A workbook whose one sheet says a text of a megabyte in 20,000 cells, behind an attribute in another order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets/></workbook>")
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{'x' * 1_000_000}</t></si></sst>")
        cells = "<c t = 's'><v>0</v></c>" * 20_000
        archive.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>"
        )
    return target.getvalue()


def test_the_good_file_beside_a_hostile_one_is_answered(home, tmp_path):
    for name, data in (
        ("piege.xlsx", looping()),
        ("profond.json", b"[" * 200_000),
        ("page.csv", b"<html>" + b"<script><style" * 15_000),
        ("alias.md", b"---\na: &a [*a]\n---\n"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        home.drop(name, path)
    home.drop("bon.csv", LABELS)
    with wall.held(wall.Limits(seconds=2, clock=60, memory=400_000_000, answer=20_000_000)):
        answers = {a.dropped: a for a in home.take_all()}
    assert answers["bon.csv"].state == "accepted"
    refused = [a for name, a in answers.items() if name != "bon.csv"]
    assert len(refused) == 4 and not any(a.state == "accepted" for a in refused)
    assert home.left() == []
