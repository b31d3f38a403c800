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
    "anneeEffectifsUniteLegale": "2023",
    "economieSocialeSolidaireUniteLegale": "O",
    "societeMissionUniteLegale": None,
    "identifiantAssociationUniteLegale": None,
    "etatAdministratifUniteLegale": "A",
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


@pytest.mark.parametrize(
    ("column", "change", "word"),
    [
        ("siren", lambda cell: "3,21E+08", "un tableur l'a abrégé"),
        ("siret", lambda cell: f"{float('9' + cell):.3E}", "un tableur l'a abrégé"),
        ("siren", lambda cell: cell[:3], "il est coupé"),
        ("siret", lambda cell: cell + "1", "il est trop long"),
        ("siren", lambda cell: "x" + cell[1:], "autre chose que des chiffres"),
    ],
)
def test_an_identifier_that_is_refused_says_what_befell_it(tmp_path, column, change, word):
    outcome = tried(tmp_path, changed(sample_lines("StockEtablissement_utf8.zip"), column, change))
    assert outcome.state == "refused" and column in fr(outcome.reason) and word in fr(outcome.reason)


def test_every_column_of_a_stock_that_cannot_be_read_is_told_with_its_line(tmp_path):
    """Whoever downloads three gigabytes again must not learn of the second fault then."""
    lines = sample_lines("StockEtablissement_utf8.zip")
    for column in ("siren", "siret"):
        at = lines[0].index(column)
        lines = [lines[0], *([*line[:at], line[at][:3], *line[at + 1 :]] for line in lines[1:])]
    said = fr(tried(tmp_path, written(lines).encode()).reason)
    assert "« siren »" in said and "« siret »" in said and said.count("ligne 2") == 2


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_cells_that_are_no_values_are_told_by_column_with_the_first_line_and_their_number(tmp_path, kind):
    lines = sample_lines("StockEtablissement_utf8.zip")
    day, seat = (lines[0].index(h) for h in ("dateCreationEtablissement", "etablissementSiege"))
    # few enough for the first rows to pass cell by cell
    one_in_two_hundred = [i for i in range(3, len(lines)) if i % 200 == 3]
    for i in one_in_two_hundred:
        lines[i] = [*lines[i][:day], "31/12/2020", *lines[i][day + 1 :]]
        lines[i] = [*lines[i][:seat], "siège", *lines[i][seat + 1 :]]
    data, name = written(lines).encode(), "StockEtablissement_utf8.csv"
    first = 4
    if kind == "parquet":
        (tmp_path / "plain.csv").write_bytes(data)
        name, first = "StockEtablissement_utf8.parquet", 3
        with duckdb.connect() as connection:
            text = f"read_csv('{tmp_path / 'plain.csv'}', all_varchar = true, nullstr = '')"
            connection.execute(f"COPY (FROM {text}) TO '{tmp_path / name}' (FORMAT parquet)")
        data = (tmp_path / name).read_bytes()
    judged = tried(tmp_path, data, name)
    said = fr(judged.reason)
    assert judged.state == "refused" and name in said and judged.action
    for column, cell in (("dateCreationEtablissement", "31/12/2020"), ("etablissementSiege", "siège")):
        assert f"ligne {first}, « {cell} » ne se lit pas dans la colonne « {column} »" in said
    assert said.count(f"({len(one_in_two_hundred)} cellule") == 2


# --- layouts of 2019 to today -------------------------------------------------------------------------

NEWER = {
    "StockEtablissement_utf8": [
        "dernierNumeroVoieEtablissement",
        "indiceRepetitionDernierNumeroVoieEtablissement",
        "identifiantAdresseEtablissement",
        "coordonneeLambertAbscisseEtablissement",
        "coordonneeLambertOrdonneeEtablissement",
        "activitePrincipaleNAF25Etablissement",
    ],
    "StockUniteLegale_utf8": ["societeMissionUniteLegale", "activitePrincipaleNAF25UniteLegale"],
}
TYPED = {
    "StockEtablissement_utf8": {"dateCreationEtablissement": "DATE", "etablissementSiege": "BOOLEAN"},
    "StockUniteLegale_utf8": {"categorieJuridiqueUniteLegale": "BIGINT", "dateCreationUniteLegale": "DATE"},
}
GEO = ["longitude", "latitude", "geo_score", "geo_type", "geo_adresse", "geo_id", "geo_ligne", "geo_l4", "geo_l5"]


def without(lines: list[list[str]], names: list[str]) -> list[list[str]]:
    keep = [n for n, h in enumerate(lines[0]) if h not in names]
    return [[line[n] for n in keep] for line in lines]


def in_order(lines: list[list[str]], order: list[str]) -> list[list[str]]:
    at = [lines[0].index(h) for h in order]
    return [[line[n] for n in at] for line in lines]


def layout(name: str, which: str) -> list[list[str]]:
    """Return the sample as a stock of another year laid it out."""
    lines = sample_lines(f"{name}.zip")
    if which.startswith("2019"):
        lines = without(lines, NEWER[name])
        extra = GEO if which.endswith("geo") and "Etablissement" in name else []
        return [lines[0] + extra, *(line + [""] * len(extra) for line in lines[1:])]
    if which == "2023":
        return without(
            lines, [h for h in NEWER[name] if "NAF25" in h or "Voie" in h or "Lambert" in h or "identifiant" in h]
        )
    if which == "naf25 in the middle":
        newest = next(h for h in lines[0] if "NAF25" in h)
        rest = [h for h in lines[0] if h != newest]
        return in_order(lines, [*rest[:20], newest, *rest[20:]])
    if which == "another order":
        return in_order(lines, sorted(lines[0], reverse=True))
    if which == "2027":
        at = lines[0].index("nomenclatureActivitePrincipale" + ("Etablissement" if "Etab" in name else "UniteLegale"))
        return [lines[0], *([*line[:at], "NAF2025" if line[at] else "", *line[at + 1 :]] for line in lines[1:])]
    if which == "canary":
        return with_canaries(name, lines)
    return lines


PERSONAL = [
    "nomUniteLegale",
    "nomUsageUniteLegale",
    "prenom1UniteLegale",
    "prenomUsuelUniteLegale",
    "pseudonymeUniteLegale",
]
TRADE = ["denominationUsuelle1UniteLegale", "enseigne1Etablissement", "denominationUsuelleEtablissement"]
CANARY = "CANARI JEANNE"


def with_canaries(name: str, lines: list[list[str]]) -> list[list[str]]:
    """Return the stock with a person's name in every cell that may hold one, also where the publisher should have written `[ND]`.

    One unit in four is a person, one of partial diffusion, one hidden altogether, one an open company that carries a person's name
    beside its own; of each fourth company one establishment alone is of partial diffusion.
    """
    found = [lines[0]]
    for number, line in enumerate(lines[1:]):
        row = dict(zip(lines[0], line, strict=True))
        row |= {h: CANARY for h in [*PERSONAL, *TRADE] if h in row}
        unit = int(row["siren"]) % 4
        if "denominationUniteLegale" in row:
            row |= [
                {"categorieJuridiqueUniteLegale": "1000", "denominationUniteLegale": CANARY},
                {"statutDiffusionUniteLegale": "P", "denominationUniteLegale": CANARY},
                {"statutDiffusionUniteLegale": "N", "denominationUniteLegale": CANARY},
                {},
            ][unit]
            row["societeMissionUniteLegale"] = "O"
        elif number % 2:
            row["statutDiffusionEtablissement"] = "P"
        found.append(list(row.values()))
    return found


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_no_person_gets_into_the_lake(tmp_path, kind):
    found = tables_of(tmp_path / "canary", "canary", kind)
    # what leaves the lake was in it: marts, open data, pages
    assert "CANARI" not in repr(found)
    plain_tables = tables_of(tmp_path / "plain", "today", kind)
    # counted all the same
    assert sum(row[7] for row in found["counts"]) == sum(row[7] for row in plain_tables["counts"])
    assert found["creations"] == plain_tables["creations"]
    named = [row for row in found["establishments"] if row[10] is not None]
    assert 0 < len(named) < len(found["establishments"]) / 4 and {row[9] for row in named} == {"O"}
    assert {int(row[0]) % 4 for row in found["mission_companies"]} == {3}
    # of all of them it is known that nobody may name them, by a bit alone; of each fourth unit what Sirene says of it
    units = {row[0] for row in layout("StockUniteLegale_utf8", "canary")[1:]}
    told = marked(found["never_named"])
    assert {s[:8] for s in units if int(s) % 4 != 3} <= told < {s[:8] for s in units}
    assert not told & {row[0][:8] for row in found["mission_companies"]}


def marked(blocks: list[tuple[Any, ...]]) -> set[str]:
    """Return the first eight digits of the SIRENs whose bit is set."""
    return {
        f"{block}{member:03}"
        for block, members in blocks
        for member, bit in enumerate(f"{int(members, 16):0{4 * len(members)}b}")
        if bit == "1"
    }


def tables_of(work: Path, which: str, kind: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the source's SQL makes of both stocks in a layout, of CSV or Parquet, through the national reader."""
    work.mkdir()
    source = load_source(FOLDER)
    relations = {"home_communes": "(SELECT '44109' AS commune_code)"}
    with connected(work, []) as connection:
        for name in NEWER:
            path = work / f"{name}.{kind}"
            plain_text = work / f"{name}.plain.csv" if kind == "parquet" else path
            plain_text.write_text(written(layout(name, which)), encoding="utf-8")
            if kind == "parquet":
                # as Insee types them
                typed = ", ".join(f'CAST("{h}" AS {t}) AS "{h}"' for h, t in TYPED[name].items())
                text = f"read_csv('{plain_text}', all_varchar = true, nullstr = '')"
                connection.execute(f"COPY (SELECT * REPLACE ({typed}) FROM {text}) TO '{path}' (FORMAT parquet)")
            match = match_file(raw_only(source), landed(path), {})
            raw = open_raw(connection, source, landed(path), match, work, plain(landed(path), match, work))
            relations["legal_units" if "UniteLegale" in name else "establishments"] = raw.relation
        found = {}
        for table in ("counts", "establishments", "creations", "mission_companies", "large_companies", "never_named"):
            sql = (FOLDER / f"{table}.sql").read_text(encoding="utf-8")
            for name, text in relations.items():
                sql = re.sub(r"\{\{\s*" + name + r"\s*\}\}", lambda _, t=text: t, sql)
            found[table] = connection.execute(sql).fetchall()
        return found


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_layout_since_2019_gives_the_same_tables(tmp_path, kind):
    today = tables_of(tmp_path / "today", "today", "csv")
    assert (
        len(today["counts"]) > 20
        and today["large_companies"]
        and today["mission_companies"]
        and any(row[6] for row in today["counts"])
    )
    for number, which in enumerate(["2019", "2019 geo", "2023", "naf25 in the middle", "another order", "today"]):
        found = tables_of(tmp_path / f"{number}", which, kind)
        if which.startswith("2019"):
            # nobody was a mission company then: not stated, which is no « no »
            assert found["mission_companies"] == [] and {row[6] for row in found["counts"]} == {None}
            assert sum(row[7] for row in found["counts"]) == sum(row[7] for row in today["counts"])
            assert found["creations"] == today["creations"] and found["large_companies"] == today["large_companies"]
        else:
            assert found == today, which
    assert {row[2] for row in tables_of(tmp_path / "2027", "2027", kind)["counts"]} == {"NAF2025"}


def test_not_disclosed_is_null_and_mission_companies_are_counted_and_listed():
    units = [
        {"societeMissionUniteLegale": "O", "denominationUniteLegale": "[ND]", "statutDiffusionUniteLegale": "P"},
        {"societeMissionUniteLegale": "O"},
        {"societeMissionUniteLegale": "O", "categorieJuridiqueUniteLegale": "1000"},
        {"societeMissionUniteLegale": "N", "economieSocialeSolidaireUniteLegale": "N"},
    ]
    counts = ask(
        "counts.sql",
        [{}, {}, {}, {"trancheEffectifsEtablissement": "NN", "caractereEmployeurEtablissement": "N"}],
        units,
    )
    assert [(r["is_mission_company"], r["is_ess"], r["is_employer"], r["units"]) for r in counts] == [
        (True, True, True, 3),
        (False, False, False, 1),
    ]
    listed = ask("mission_companies.sql", [{"codeCommuneEtablissement": "75101"}] * 4, units)
    assert [(r["siren"], r["legal_name"], r["commune_code"]) for r in listed] == [("000000002", "DITE", "75056")]


def test_not_disclosed_in_any_column_is_null(tmp_path):
    lines = sample_lines("StockEtablissement_utf8.zip")
    hidden = [
        "codeCommuneEtablissement",
        "activitePrincipaleEtablissement",
        "dateCreationEtablissement",
        "trancheEffectifsEtablissement",
    ]
    at = [lines[0].index(h) for h in hidden]
    lines[3] = ["[ND]" if n in at else cell for n, cell in enumerate(lines[3])]
    path = tmp_path / "StockEtablissement_utf8.csv"
    path.write_text(written(lines), encoding="utf-8")
    source = load_source(FOLDER)
    with connected(tmp_path, []) as connection:
        match = match_file(raw_only(source), landed(path), {})
        for it in (path, tmp_path / "StockEtablissement_utf8.parquet"):
            if it != path:
                connection.execute(
                    f"COPY (FROM read_csv('{path}', all_varchar = true, nullstr = '')) TO '{it}' (FORMAT parquet)"
                )
            raw = open_raw(connection, source, landed(it), match, tmp_path, plain(landed(it), match, tmp_path))
            columns = ", ".join(f'"{h}"' for h in hidden)
            siret = lines[3][lines[0].index("siret")]
            assert connection.execute(f"SELECT {columns} FROM {raw.relation} WHERE siret = '{siret}'").fetchall() == [
                (None,) * 4
            ]


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


def zeros_in(kind: str) -> bytes:
    """Return 60 MB of nothing, packed a thousandfold."""
    import gzip

    if kind == "gz":
        return gzip.compress(bytes(60_000_000))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("StockEtablissement_utf8.csv", bytes(60_000_000))
    return packed.getvalue()


def two_in_one() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("un.csv", "deux.csv"):
            archive.writestr(name, "siren,siret\n")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("StockEtablissement_utf8.zip", lambda: zeros_in("zip"), "reading.zip_bomb"),
        ("StockEtablissement_utf8.csv.gz", lambda: zeros_in("gz"), "reading.zip_bomb"),
        ("StockEtablissement_utf8.zip", two_in_one, "reading.several_data_files"),
        ("StockEtablissement_utf8.zip", lambda: zeros_in("zip")[:30_000], "reading.truncated_packing"),
    ],
)
def test_a_hostile_archive_is_refused_in_the_words_of_a_child(tmp_path, monkeypatch, name, data, code):
    content = data()
    # unpacked in this process it would break this test
    monkeypatch.setattr(zipfile, "ZipFile", None)
    monkeypatch.setattr("gzip.GzipFile", None)
    outcome = tried(tmp_path, content, name)
    assert outcome.state == "refused" and outcome.reason.code == code and outcome.action


def test_no_room_on_the_disk_is_said(tmp_path, monkeypatch):
    import shutil
    from types import SimpleNamespace

    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    outcome = tried(tmp_path, (SAMPLE / "StockEtablissement_utf8.zip").read_bytes(), "StockEtablissement_utf8.zip")
    assert outcome.state == "refused" and outcome.reason.code == "reading.no_room" and outcome.action


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
    assert all(f"ligne {n}," in fr(outcome.reason) and f"line {n}," in en(outcome.reason) for n in lost)
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


# --- a short list of all France -----------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "is_cut"), [(1_500, False), (60_000, True)])
def test_a_short_list_may_lack_departments_and_a_long_one_may_not(tmp_path, rows, is_cut):
    from orchestration.judging.national.believing import _communes

    # 1,490 mission companies were in fewer than all départements; a stock of millions that lacks twenty was cut
    contract = load_source(FOLDER).tables["mission_companies"]
    path = tmp_path / "list.parquet"
    found: list[Any] = []
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT lpad(CAST(1 + i % 75 AS VARCHAR), 2, '0') || '001' AS commune_code FROM range({rows}) AS t(i)) "
            f"TO '{path}' (FORMAT parquet)"
        )
        _communes(connection, contract, "mission_companies 2026-09", f"'{path}'", found.append)
    assert [f.kind for f in found] == (["truncated"] if is_cut else [])


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
