"""JSON, Markdown and PDF: what is got out, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from orchestration.base.messages import Refusal
from orchestration.reading.pages import read_markdown, read_pdf
from orchestration.reading.records import read_json
from tests.words import en, fr

SQL = """
SELECT c.id AS fund_id, CAST(c.at['2024'] AS BIGINT) AS accidents
FROM (SELECT unnest(caisses) AS c FROM read_json({{ file }}))
"""
BODY = {
    "meta": {"source": "Ameli"},
    "caisses": [{"id": "bretagne", "at": {"2024": 21771}}, {"id": "paris", "at": {"2024": None}}],
}


def written(path: Path, content: str | bytes | dict) -> Path:
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(call, path: Path, **options: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(path, name=path.name, **options)
    assert path.name in fr(caught.value.reason) and path.name in en(caught.value.reason) and fr(caught.value.action)
    return caught.value


# --- JSON ------------------------------------------------------------------------------------------


def test_json_rows(tmp_path):
    path = written(tmp_path / "it's.json", BODY)
    table = read_json(path, name=path.name, sql=SQL)
    assert table.header == ["fund_id", "accidents"]
    assert table.rows == [["bretagne", "21771"], ["paris", ""]]
    assert (table.lines, table.numeric_cells, table.adaptations) == ([1, 2], True, [])


@pytest.mark.parametrize(
    ("pack", "kinds"),
    [
        (lambda t: gzip.compress(t.encode()), ["compression"]),
        (lambda t: b"\xef\xbb\xbf" + t.encode(), []),
        (lambda t: t.encode("utf-16"), ["encoding"]),
    ],
)
def test_json_packed_or_in_another_encoding(tmp_path, pack, kinds):
    path = written(tmp_path / "a.json", pack(json.dumps(BODY)))
    table = read_json(path, name=path.name, sql=SQL)
    assert len(table.rows) == 2 and [a.kind for a in table.adaptations] == kinds


def test_json_lines(tmp_path):
    path = written(tmp_path / "a.json", '{"a": 1}\n{"a": 2.5}\n')
    assert read_json(path, name="a.json", sql="SELECT a FROM read_json({{file}})").rows == [["1"], ["2.5"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"error": "Quota dépassé"}', "Quota dépassé"),
        ('{"errors": [{"message": "Jeu inconnu"}], "data": null}', "Jeu inconnu"),
        ('{"status": 404, "title": "Not Found"}', "Not Found"),
        ('{"message": "no Route matched"}', "no Route matched"),
        ("<html><title>Accès refusé</title></html>", "Accès refusé"),
        ("Le serveur a rencontré une erreur inattendue.", "Le serveur a rencontré une erreur"),
    ],
)
def test_json_error_bodies(tmp_path, content, said):
    assert said in fr(refused(read_json, written(tmp_path / "a.json", content), sql=SQL).reason)


def test_json_faults(tmp_path):
    whole = json.dumps(BODY, indent=1)
    assert "tronqué" in fr(refused(read_json, written(tmp_path / "a.json", whole[:90]), sql=SQL).reason)
    broken = whole.replace('"id": "paris"', '"id" "paris"')
    line = broken[: broken.index('"id" "paris"')].count("\n") + 1
    assert f"ligne {line}" in fr(refused(read_json, written(tmp_path / "b.json", broken), sql=SQL).reason)
    renamed = {"caisses": [{"id": "x", "accidents": 1}]}
    assert "« at »" in fr(refused(read_json, written(tmp_path / "c.json", renamed), sql=SQL).reason)
    assert "« caisses »" in fr(refused(read_json, written(tmp_path / "d.json", {"fonds": [1]}), sql=SQL).reason)
    text = {"caisses": [{"id": "x", "at": {"2024": "12 ou 13"}}]}
    assert "12 ou 13" in fr(refused(read_json, written(tmp_path / "e.json", text), sql=SQL).reason)
    assert "aucune ligne" in fr(refused(read_json, written(tmp_path / "f.json", BODY), sql=SQL + " WHERE false").reason)
    assert "vide" in fr(refused(read_json, written(tmp_path / "g.json", ""), sql=SQL).reason)
    assert read_json(tmp_path / "f.json", name="f", sql=SQL + " WHERE false", empty_allowed=True).rows == []


# --- Markdown --------------------------------------------------------------------------------------

TOML = """+++
company = "Connexing"
nature = ["Gouvernance", "Social"]
draft = true
weight = 2
title = "Devenir société à mission"
[menu.main]
name = "Actions"
[[blocs]]
template = "bloc"
[blocs.content]
richtext = "Nous comptons 30 personnes.\\n\\nDeuxième paragraphe."
title = "Entreprise témoin"
[blocs.style]
content = "Standard"
[[blocs]]
[blocs.content]
richtext = ""
title = "Vide"
+++
Texte libre.
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_markdown_with_toml(tmp_path, newline):
    path = written(tmp_path / "devenir-societe.md", TOML.replace("\n", newline))
    table = read_markdown(path, name=path.name)
    row = dict(zip(table.header, table.rows[0], strict=True))
    assert row["company"] == "Connexing" and row["nature"] == "Gouvernance;Social"
    assert (row["draft"], row["weight"], row["menu.main.name"]) == ("true", "2", "Actions")
    assert row["file_stem"] == "devenir-societe"
    assert row["body"] == "Entreprise témoin\n\nNous comptons 30 personnes.\n\nDeuxième paragraphe.\n\nTexte libre."


def test_markdown_with_yaml(tmp_path):
    path = written(tmp_path / "a.md", "---\ntitle: Éco\ndate: 2020-01-02\ntags: [a, 2]\nvide:\n---\n\nCorps.\n")
    table = read_markdown(path, name="a.md")
    assert dict(zip(table.header, table.rows[0], strict=True)) == {
        "title": "Éco",
        "date": "2020-01-02",
        "tags": "a;2",
        "vide": "",
        "body": "Corps.",
        "file_stem": "a",
    }


def test_markdown_faults(tmp_path):
    assert "tronquée" in fr(refused(read_markdown, written(tmp_path / "a.md", TOML[:200])).reason)
    assert "ligne 3" in fr(refused(read_markdown, written(tmp_path / "b.md", '+++\na = "x"\nb = = 2\n+++\n')).reason)
    assert "ligne 3" in fr(refused(read_markdown, written(tmp_path / "c.md", "---\na: 1\nb: x: y\n---\n")).reason)
    assert "Bonjour" in fr(refused(read_markdown, written(tmp_path / "d.md", "# Bonjour\n")).reason)
    assert "vide" in fr(refused(read_markdown, written(tmp_path / "e.md", "")).reason)
    assert "Perdu" in fr(refused(read_markdown, written(tmp_path / "f.md", "<html><title>Perdu</title>")).reason)


# --- PDF -------------------------------------------------------------------------------------------


def pdf(pages: list[str], trailer: str = "") -> bytes:
    """Return a small PDF with one line of text a page; an empty text gives a page without text."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET" if text else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    objects.append("<< /Title (DPEF 2018) >>")
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{o:010d} 00000 n \n" for o in offsets)
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    body += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return body.encode("latin-1")


def test_pdf_pages(tmp_path):
    path = written(tmp_path / "dpef.pdf", pdf(["Objectif 13", "", "Fin"]))
    text = read_pdf(path, name=path.name)
    assert [p.strip() for p in text.pages] == ["Objectif 13", "", "Fin"]
    assert text.pages[1] == "" and text.metadata["Title"] == "DPEF 2018" and text.file == "dpef.pdf"


def test_pdf_faults(tmp_path):
    whole = pdf(["Objectif 13"] * 3)
    assert "tronqué" in fr(refused(read_pdf, written(tmp_path / "a.pdf", whole[:-200])).reason)
    assert "vide" in fr(refused(read_pdf, written(tmp_path / "b.pdf", b"")).reason)
    assert "Perdu" in fr(refused(read_pdf, written(tmp_path / "c.pdf", "<html><title>Perdu</title>")).reason)
    assert "csv" in fr(refused(read_pdf, written(tmp_path / "d.pdf", "a;b\n")).reason)
    rubbish = b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF\n"
    assert "abîmé" in fr(refused(read_pdf, written(tmp_path / "e.pdf", rubbish)).reason)
    keys = f"<{'00' * 32}>"
    locked = pdf(["x"], f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {keys} /U {keys} /P -44 >> /ID [<00> <00>]")
    assert "mot de passe" in fr(refused(read_pdf, written(tmp_path / "f.pdf", locked)).reason)
