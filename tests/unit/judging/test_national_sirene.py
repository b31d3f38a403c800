"""National stocks: who may be named, what is counted, and what `check` says of one file."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog.load import load_source
from orchestration.judging.judge import judge_file
from orchestration.judging.match import match_file
from orchestration.judging.national import one, opening
from orchestration.judging.national.opening import connected, open_raw, plain, raw_only
from orchestration.lake.register import SourceState
from orchestration.landing import Landed
from tests.judged import facts
from tests.words import en, fr

FOLDER = PROJECT / "sources" / "insee_sirene"
SAMPLE = FOLDER / "sample" / "2026-10"

ESTABLISHMENT = {
    "siret": "00000000000010",
    "siren": "000000000",
    "statutDiffusionEtablissement": "O",
    "etatAdministratifEtablissement": "A",
    "codeCommuneEtablissement": "44109",
    "activitePrincipaleEtablissement": "62.01Z",
    "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
    "trancheEffectifsEtablissement": "11",
    "caractereEmployeurEtablissement": "O",
    "dateCreationEtablissement": "2020-01-31",
    "etablissementSiege": "true",
}
UNIT = {
    "siren": "000000000",
    "statutDiffusionUniteLegale": "O",
    "categorieJuridiqueUniteLegale": "5710",
    "denominationUniteLegale": "DITE",
    "trancheEffectifsUniteLegale": "11",
    "economieSocialeSolidaireUniteLegale": "O",
    "societeMissionUniteLegale": None,
}


def ask(
    extract: str, establishments: list[dict[str, Any]], units: list[dict[str, Any]], home: tuple[str, ...] = ("44109",)
) -> list[dict[str, Any]]:
    """Return the rows that an extract of the source makes from these lines (each is a change of the models above)."""

    def relation(model: dict[str, Any], changes: list[dict[str, Any]]) -> str:
        lines = []
        for number, change in enumerate(changes, start=1):
            line = {**model, "siren": f"{number:09}", "siret": f"{number:09}00010", **change}
            line = {k: v for k, v in line.items() if k in model}
            lines.append("SELECT " + ", ".join(f"{'NULL' if v is None else repr(v)} AS {k}" for k, v in line.items()))
        return "(" + " UNION ALL ".join(lines) + ")"

    sql = (FOLDER / extract).read_text(encoding="utf-8")
    relations = {
        "establishments": relation(ESTABLISHMENT, establishments),
        "legal_units": relation(UNIT, units),
        "home_communes": "(SELECT unnest(" + str(list(home)) + ") AS commune_code)",
    }
    for name, text in relations.items():
        sql = re.sub(r"\{\{\s*" + name + r"\s*\}\}", lambda _, t=text: t, sql)
    with duckdb.connect() as connection:
        cursor = connection.execute(sql)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("establishment", "unit", "name", "status"),
    [
        ({}, {}, "DITE", "O"),
        ({"statutDiffusionEtablissement": "P"}, {}, None, "P"),
        ({}, {"statutDiffusionUniteLegale": "P"}, None, "P"),
        ({}, {"statutDiffusionUniteLegale": "N"}, None, "N"),
        ({}, {"categorieJuridiqueUniteLegale": "1000"}, None, "O"),
        ({}, {"denominationUniteLegale": "[ND]"}, None, "O"),
        # its legal unit is not in the stock
        ({"siren": "999999999"}, {}, None, "P"),
    ],
)
def test_only_open_legal_persons_have_a_name(establishment, unit, name, status):
    (row,) = ask("establishments.sql", [establishment], [unit])
    assert (row["legal_name"], row["diffusion_status"]) == (name, status)


def test_what_sirene_does_not_state_is_not_a_no():
    rows = ask(
        "establishments.sql",
        [{}, {}, {}],
        [{}, {"economieSocialeSolidaireUniteLegale": "N"}, {"economieSocialeSolidaireUniteLegale": None}],
    )
    assert [r["is_ess"] for r in rows] == [True, False, None]
    assert {r["is_mission_company"] for r in rows} == {None}


def test_arrondissements_count_with_their_commune_and_closed_ones_nowhere():
    lines = [
        {"codeCommuneEtablissement": "69383"},
        {"codeCommuneEtablissement": "69123"},
        {"codeCommuneEtablissement": "69383", "etatAdministratifEtablissement": "F"},
        {"codeCommuneEtablissement": "69266"},
    ]
    assert [r["commune_code"] for r in ask("establishments.sql", lines, [{}] * 4, home=("69123",))] == [
        "69123",
        "69123",
    ]
    counts = ask("counts.sql", lines, [{}, {}, {}, {"economieSocialeSolidaireUniteLegale": None}])
    assert [(r["commune_code"], r["is_ess"], r["units"]) for r in counts] == [("69123", True, 2), ("69266", False, 1)]
    # a creation counts even if the establishment has closed since; the date 1900-01-01 is unknown
    lines[0]["dateCreationEtablissement"] = "1900-01-01"
    created = ask("creations.sql", lines, [{}] * 4)
    assert [(r["commune_code"], r["year"], r["created"]) for r in created] == [("69123", 2020, 2), ("69266", 2020, 1)]


def landed(path: Path) -> Landed:
    return Landed(
        source="insee_sirene",
        vintage="2026-10",
        path=path,
        name=path.name,
        bytes=path.stat().st_size,
        sha256="0",
        channel="mirror",
        origin="check",
    )


def tried_alone(source, one: Landed, work: Path):
    return judge_file(facts(work, {source.source_id: source}), source, SourceState(), one)


def sample_lines(name: str) -> list[list[str]]:
    with zipfile.ZipFile(SAMPLE / name) as archive:
        return list(csv.reader(io.TextIOWrapper(archive.open(archive.namelist()[0]), encoding="utf-8")))


def test_check_takes_each_stock_by_itself(tmp_path):
    source = load_source(FOLDER)
    for name in ("StockEtablissement_utf8.zip", "StockUniteLegale_utf8.zip"):
        outcome = tried_alone(source, landed(SAMPLE / name), tmp_path)
        assert (outcome.state, outcome.rows_read) == ("accepted", len(sample_lines(name)) - 1), outcome.reason


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (
            lambda lines: [[c.replace("etatAdministratifEtablissement", "etat") for c in lines[0]], *lines[1:]],
            "etatAdministratifEtablissement",
        ),
        (lambda lines: [lines[0], *lines[1:4], [c for c in lines[4] if c], *lines[5:]], "5"),
        (
            lambda lines: [lines[0], *([*line[:4], "31/12/2020", *line[5:]] for line in lines[1:])],
            "« 31/12/2020 » ne se lit pas dans la colonne « dateCreationEtablissement »",
        ),
    ],
)
def test_check_refuses_a_damaged_stock_in_words(tmp_path, damage, word):
    path = tmp_path / "StockEtablissement_utf8.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(damage(sample_lines("StockEtablissement_utf8.zip")))
    outcome = tried_alone(load_source(FOLDER), landed(path), tmp_path)
    assert outcome.state == "refused" and outcome.action
    assert path.name in fr(outcome.reason) and word in fr(outcome.reason)


def tried(tmp_path: Path, data: bytes, name: str = "StockEtablissement_utf8.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return tried_alone(load_source(FOLDER), landed(path), tmp_path)


def written(lines: list[list[str]], **options: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **options).writerows(lines)
    return text.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        lambda lines: written(lines, delimiter=";").encode(),
        lambda lines: written(lines, delimiter="\t").encode("utf-8-sig"),
        lambda lines: written(lines).encode("utf-16"),
        lambda lines: written([[c.replace("DE L EXEMPLE", "DE L’ÉTÉ") for c in line] for line in lines]).encode(
            "cp1252"
        ),
        lambda lines: ("Base Sirene\n" + written(lines)).encode(),
    ],
)
def test_a_stock_written_otherwise_is_read_and_said(tmp_path, data):
    lines = sample_lines("StockEtablissement_utf8.zip")
    outcome = tried(tmp_path, data(lines))
    assert (outcome.state, outcome.rows_read) == ("adapted", len(lines) - 1), outcome.reason


def changed(lines: list[list[str]], column: str, change) -> bytes:
    at = lines[0].index(column)
    return written([lines[0], *([*line[:at], change(line[at]), *line[at + 1 :]] for line in lines[1:])]).encode()


def test_lost_zeros_of_a_register_come_back(tmp_path):
    lines = sample_lines("StockEtablissement_utf8.zip")
    # the sample's SIRENs begin with four zeros, as many as can be lost without a doubt
    data = changed(lines, "siren", lambda cell: cell.lstrip("0"))
    outcome = tried(tmp_path, data)
    assert outcome.state == "adapted" and "« siren »" in fr(outcome.reason) and "zéros" in fr(outcome.reason)


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("siret", lambda cell: f"{float(cell):.3E}"),
        ("siren", lambda cell: "x" + cell[1:]),
        ("etatAdministratifEtablissement", lambda cell: {"A": "Actif", "F": "Fermé"}[cell]),
        ("caractereEmployeurEtablissement", lambda cell: {"O": "Oui", "N": "Non"}.get(cell, cell)),
        ("trancheEffectifsEtablissement", lambda cell: {"NN": "Non employeur"}.get(cell, cell)),
        ("codeCommuneEtablissement", lambda cell: "Nantes"),
    ],
)
def test_cells_that_are_no_values_of_their_column_are_refused(tmp_path, column, change):
    outcome = tried(tmp_path, changed(sample_lines("StockEtablissement_utf8.zip"), column, change))
    assert (
        outcome.state == "refused" and column in fr(outcome.reason) and "ligne" in fr(outcome.reason) and outcome.action
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><title>503</title></html>",
        b'{"error": "quota"}',
        b"\x00\x01\x02" * 400,
    ],
)
def test_what_is_no_stock_is_refused(tmp_path, data):
    assert tried(tmp_path, data).state == "refused"


def test_a_stock_without_rows_and_a_header_that_lacks_a_name_are_refused(tmp_path):
    lines = sample_lines("StockEtablissement_utf8.zip")
    assert tried(tmp_path, written(lines[:1]).encode()).state == "refused"
    at = lines[0].index("nic")
    short = tried(tmp_path, written([lines[0][:at] + lines[0][at + 1 :], *lines[1:]]).encode())
    assert short.state == "refused" and "ligne 2" in fr(short.reason)


def test_a_cut_archive_does_not_stop_the_rest(tmp_path):
    import gzip

    whole = gzip.compress(written(sample_lines("StockEtablissement_utf8.zip") * 1).encode())
    outcome = tried(tmp_path, whole[: len(whole) // 2], "StockEtablissement_utf8.csv.gz")
    assert outcome.state == "refused" and outcome.action


def test_an_archive_made_on_a_mac_is_read(tmp_path):
    with zipfile.ZipFile(SAMPLE / "StockEtablissement_utf8.zip") as whole:
        (name,) = whole.namelist()
        data = whole.read(name)
    path = tmp_path / "StockEtablissement_utf8.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, data)
        archive.writestr(f"__MACOSX/._{name}", b"\x00\x05\x16\x07")
    work = tmp_path / "work"
    work.mkdir()
    outcome = tried_alone(load_source(FOLDER), landed(path), work)
    assert (outcome.state, outcome.rows_read) == ("accepted", data.count(b"\n") - 1), outcome.reason


# --- stray quotes, units that stand twice -------------------------------------------------------------


def many(name: str = "StockEtablissement_utf8", rows: int = 1500) -> list[list[str]]:
    """Return the header and `rows` rows with identifiers of their own: a file that may lose a row or two."""
    lines = sample_lines(f"{name}.zip")
    found = [lines[0]]
    for n in range(rows):
        changes = {"siren": f"{900000000 + n}", "siret": f"{900000000 + n}00010"}
        found.append([changes.get(h, cell) for h, cell in zip(lines[0], lines[1 + n % (len(lines) - 1)], strict=True)])
    return found


def stray_at(lines: list[list[str]], column: str, opening: int | None, closing: int | None) -> list[list[str]]:
    at, found = lines[0].index(column), [list(line) for line in lines]
    if opening is not None:
        found[opening - 1][at] = '"' + found[opening - 1][at]
    if closing is not None:
        found[closing - 1][at] += '"'
    return found


def joined(lines: list[list[str]], end: str = "\n", delimiter: str = ",") -> bytes:
    return "".join(delimiter.join(line) + end for line in lines).encode()


def rows_of(path: Path, work: Path) -> list[tuple[str, ...]]:
    """Return the SIRETs that the national reader sees, in order."""
    source = load_source(FOLDER)
    match = match_file(raw_only(source), landed(path), {})
    with connected(work, []) as connection:
        raw = open_raw(connection, source, landed(path), match, work, plain(landed(path), match, work))
        return sorted(connection.execute(f"SELECT siret FROM {raw.relation}").fetchall())


@pytest.mark.parametrize(("end", "delimiter"), [("\n", ","), ("\r\n", ","), ("\n", ";"), ("\n", "\t")])
@pytest.mark.parametrize("packed", ["csv", "zip", "gz"])
@pytest.mark.parametrize(
    ("opening", "closing", "lost"),
    [(700, 702, [700, 702]), (2, 3, [2, 3]), (900, None, [900]), (1500, 1501, [1500, 1501])],
)
def test_rows_that_a_stray_quote_swallows_are_told_apart(tmp_path, end, delimiter, packed, opening, closing, lost):
    import gzip

    lines = many(rows=2500)
    data = joined(stray_at(lines, "libelleVoieEtablissement", opening, closing), end, delimiter)
    name = "StockEtablissement_utf8.csv"
    if packed == "zip":
        with zipfile.ZipFile(tmp_path / "StockEtablissement_utf8.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        name = "StockEtablissement_utf8.zip"
    else:
        name += ".gz" if packed == "gz" else ""
        (tmp_path / name).write_bytes(gzip.compress(data) if packed == "gz" else data)
    work = tmp_path / "work"
    work.mkdir()
    outcome = tried_alone(load_source(FOLDER), landed(tmp_path / name), work)
    assert (outcome.state, outcome.rows_read, outcome.rows_rejected) == ("adapted", 2500, len(lost)), outcome.reason
    assert f"ligne {lost[0]} " in fr(outcome.reason) and f"line {lost[0]}:" in en(outcome.reason)
    siret = lines[0].index("siret")
    assert rows_of(tmp_path / name, work) == sorted(
        (row[siret],) for n, row in enumerate(lines[1:], start=2) if n not in lost
    )


def test_more_stray_quotes_than_the_budget_refuse_the_stock_and_name_lines(tmp_path):
    lines = many(rows=900)
    outcome = tried(tmp_path, joined(stray_at(lines, "libelleVoieEtablissement", 166, 167)))
    assert outcome.state == "refused" and "ligne 166" in fr(outcome.reason) and "ligne 167" in fr(outcome.reason)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_proper_quotes_and_text_of_several_lines_are_read(tmp_path, end):
    lines = many("StockUniteLegale_utf8")
    at = lines[0].index("denominationUniteLegale")
    for n, text in (
        (5, 'LE "PHARE", NANTES'),
        (6, f"DEUX{end}LIGNES"),
        (7, 'ÉCRAN 17"'),
        (1400, f'TROIS,{end}"LIGNES",{end}FIN'),
    ):
        lines[n][at] = text
    written_text = io.StringIO(newline="")
    csv.writer(written_text, lineterminator=end).writerows(lines)
    path = tmp_path / "StockUniteLegale_utf8.csv"
    path.write_bytes(written_text.getvalue().encode())
    outcome = tried_alone(load_source(FOLDER), landed(path), tmp_path)
    assert (outcome.rows_read, outcome.rows_rejected) == (1500, 0), outcome.reason


def with_row(lines: list[list[str]], number: int, **changes: str) -> list[list[str]]:
    row = list(lines[number - 1])
    for name, value in changes.items():
        row[lines[0].index(name)] = value
    return [*lines, row]


@pytest.mark.parametrize("name", ["StockEtablissement_utf8", "StockUniteLegale_utf8"])
def test_a_unit_twice_word_for_word_counts_once_and_is_told(tmp_path, name):
    lines = many(name)
    outcome = tried(tmp_path, joined(with_row(lines, 12)), f"{name}.csv")
    assert (outcome.state, outcome.rows_read, outcome.rows_rejected) == ("adapted", 1501, 0), outcome.reason
    assert "identique" in fr(outcome.reason) and lines[11][lines[0].index("siren")] in fr(outcome.reason)
    if "Etab" in name:
        assert len(rows_of(tmp_path / f"{name}.csv", tmp_path)) == 1500


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("StockEtablissement_utf8", {"codeCommuneEtablissement": "44172"}),
        ("StockUniteLegale_utf8", {"denominationUniteLegale": "UNE AUTRE"}),
    ],
)
def test_of_a_unit_with_two_truths_neither_is_taken(tmp_path, name, change):
    lines = many(name)
    outcome = tried(tmp_path, joined(with_row(lines, 12, **change)), f"{name}.csv")
    assert (outcome.state, outcome.rows_read, outcome.rows_rejected) == ("adapted", 1501, 2), outcome.reason
    assert lines[11][lines[0].index("siren")] in fr(outcome.reason) and "lignes 12 et 1502" in fr(outcome.reason)
    few = tried(tmp_path, joined(with_row(lines[:500], 12, **change)), f"{name}.csv")
    assert few.state == "refused" and name in fr(few.reason) and "lignes 12 et 501" in fr(few.reason)
    assert lines[11][lines[0].index("siren")] in fr(few.reason)


def test_a_unit_twice_in_parquet(tmp_path):
    lines = with_row(many(), 12, codeCommuneEtablissement="44172")
    (tmp_path / "x.csv").write_bytes(joined(with_row(lines, 20)))
    path = tmp_path / "StockEtablissement_utf8.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{tmp_path / 'x.csv'}', all_varchar = true)) TO '{path}'")
    outcome = tried_alone(load_source(FOLDER), landed(path), tmp_path)
    assert (outcome.rows_read, outcome.rows_rejected) == (1502, 2), outcome.reason
    assert "lignes 11 et 1501" in fr(outcome.reason) and "comptée une fois" in fr(outcome.reason)


def test_a_reading_without_end_is_interrupted_and_told(tmp_path, monkeypatch):
    """DuckDB reads national files in this process: what asks it for ever is ended by the clock, and refused in words."""
    monkeypatch.setattr(opening, "SECONDS", 0.3)
    monkeypatch.setattr(opening, "SECONDS_A_MEGABYTE", 0)
    real = one.open_raw

    def endless(*given):
        raw = real(*given)
        raw.relation = f"(SELECT r.* FROM {raw.relation} AS r, range(10_000_000_000) AS a, range(10_000_000_000) AS b)"
        return raw

    monkeypatch.setattr(one, "open_raw", endless)
    begun = time.monotonic()
    outcome = tried_alone(load_source(FOLDER), landed(SAMPLE / "StockEtablissement_utf8.zip"), tmp_path)
    assert outcome.state == "refused" and time.monotonic() - begun < 60
    assert "StockEtablissement_utf8.zip" in fr(outcome.reason) and "temps" in fr(outcome.reason) and outcome.action
    # the next one is read
    monkeypatch.undo()
    assert (
        tried_alone(load_source(FOLDER), landed(SAMPLE / "StockEtablissement_utf8.zip"), tmp_path).state == "accepted"
    )


def test_an_interruption_while_a_file_is_opened_is_told_too(tmp_path, monkeypatch):
    def interrupted(connection, raw):
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")

    monkeypatch.setattr(opening, "settle_doubles", interrupted)
    outcome = tried_alone(load_source(FOLDER), landed(SAMPLE / "StockEtablissement_utf8.zip"), tmp_path)
    assert outcome.state == "refused" and "temps" in fr(outcome.reason)
