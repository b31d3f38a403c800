"""The open data of the sample edition: independent validators, every value read back, nothing secret, nothing that acts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest
import yaml

from orchestration.base.settings import PROJECT, Settings
from orchestration.readers.after import OPEN_DATA, read
from orchestration.readers.open_data import OpenDataRefused, Publisher, SecretShown, build_open_data
from orchestration.readers.open_data.contracts import load_contracts
from orchestration.readers.open_data.geojson import area
from tests import exports
from tests.conftest import observatory

DBT = PROJECT / "dbt_project"
CONTRACTS = load_contracts(DBT)
PUBLISHER = Publisher(
    {"fr": "Données ouvertes", "en": "Open data"},
    "Nantes Métropole",
    "https://odd.example.org/open/",
    "odd@example.org",
)
KEY = ("indicator_id", "territory_level", "territory_code", "period", "breakdown")
CANARY = "Jeanne CANARI"


@pytest.fixture(scope="module")
def edition(first_refresh) -> Path:
    return (first_refresh[0] / "editions" / "current").resolve()


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory) -> Path:
    link = tmp_path_factory.mktemp("open_data") / "open"
    build_open_data(edition, DBT, PUBLISHER, link)
    return link


@pytest.fixture(scope="module")
def marts(edition):
    with duckdb.connect(str(edition / "observatory.duckdb"), read_only=True) as connection:
        yield connection


def rows(marts, sql: str) -> list[tuple[Any, ...]]:
    return marts.execute(sql).fetchall()


def held(marts) -> list[str]:
    return [n for (n,) in rows(marts, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY 1")]


def figures(marts, *columns: str, where: str = "true") -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found = rows(marts, f"SELECT {', '.join(KEY + columns)} FROM fct_indicator_value WHERE {where}")
    return {row[: len(KEY)]: row[len(KEY) :] for row in found}


# independent validators -----------------------------------------------------------------------------


def test_frictionless_finds_nothing_and_is_not_blind(folder, tmp_path) -> None:
    from frictionless import Package

    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["taskNumber", "rowNumber", "fieldNumber", "type", "note"])[:5]
    assert report.stats["tasks"] == len(list((folder / "csv").glob("*.csv*"))) / 2
    shutil.copytree(folder, tmp_path / "open")
    goals = tmp_path / "open" / "csv" / "dim_sdg.csv"
    goals.write_text(goals.read_text(encoding="utf-8").replace("\n17;", "\n1;"), encoding="utf-8")
    damaged = Package(str(tmp_path / "open" / "datapackage.json")).get_resource("dim-sdg").validate()
    assert {"primary-key", "hash-count"} <= {e.type for t in damaged.tasks for e in t.errors}


def test_csvw_finds_nothing_and_is_not_blind(folder, tmp_path) -> None:
    from csvw import CSVW

    def is_valid(path: Path) -> bool:
        said = CSVW(str(path), md_url=f"{path}-metadata.json", validate=True)
        return said.is_valid and not said.warnings

    tables = sorted((folder / "csv").glob("*.csv"))
    assert len(tables) > 30 and [p.name for p in tables if not is_valid(p)] == []
    for name in ("dim_sdg.csv", "dim_sdg.csv-metadata.json"):
        shutil.copy(folder / "csv" / name, tmp_path)
    goals = tmp_path / "dim_sdg.csv"
    goals.write_text(goals.read_text(encoding="utf-8").replace("\n17;", "\ndix-sept;"), encoding="utf-8")
    assert not is_valid(goals)


def shapes() -> Path:
    place = Path(os.environ.get("DCAT_AP_SHAPES", PROJECT.parent / "shared" / "standards"))
    path = place / "dcat-ap-SHACL.ttl"
    if not path.is_file():
        pytest.skip(
            f"no shapes at {path} (DCAT-AP 3.0.0, github.com/SEMICeu/DCAT-AP; set DCAT_AP_SHAPES to its folder)"
        )
    return path


def test_the_catalogue_keeps_the_published_shapes_of_dcat_ap(folder) -> None:
    import pyshacl
    import rdflib

    rules = rdflib.Graph().parse(shapes())
    catalogue = rdflib.Graph().parse(folder / "catalog.jsonld", format="json-ld")
    valid, _, said = pyshacl.validate(catalogue, shacl_graph=rules, advanced=True)
    assert valid, said
    catalogue.remove((None, rdflib.DCAT.accessURL, None))
    assert not pyshacl.validate(catalogue, shacl_graph=rules, advanced=True)[0]


def test_the_catalogue_says_what_data_gouv_fr_reads(folder, marts) -> None:
    from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace

    spdx = Namespace("http://spdx.org/rdf/terms#")
    graph = Graph().parse(folder / "catalog.jsonld", format="json-ld")
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    datasets = set(graph.objects(catalogue, DCAT.dataset))
    assert {str(graph.value(d, DCTERMS.identifier)) for d in datasets} == set(held(marts))
    for dataset in datasets:
        assert {t.language for t in graph.objects(dataset, DCTERMS.title)} == {"fr", "en"}
        assert len(set(graph.objects(dataset, DCAT.keyword))) > 4
        box = graph.value(graph.value(dataset, DCTERMS.spatial), DCAT.bbox)
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", box)]
        assert str(box.datatype).endswith("wktLiteral") and min(numbers) > -6 and max(numbers) < 52
        for file in graph.objects(dataset, DCAT.distribution):
            path = folder / str(file).removeprefix(PUBLISHER.url)
            content = path.read_bytes()
            assert int(graph.value(file, DCAT.byteSize)) == len(content)
            checksum = graph.value(graph.value(file, spdx.checksum), spdx.checksumValue)
            assert str(checksum).lower() == hashlib.sha256(content).hexdigest()
            assert str(graph.value(file, DCAT.downloadURL)) == str(file)
    # a licence is given where the observatory may give one, and with it the terms of sources that have others
    figures_ = next(d for d in datasets if str(d).endswith("#fct_indicator_value"))
    sheets_ = next(d for d in datasets if str(d).endswith("#fct_csr_action"))
    for file in graph.objects(figures_, DCAT.distribution):
        assert "licence-ouverte" in str(graph.value(file, DCTERMS.license)) and graph.value(file, DCTERMS.rights)
    assert not [f for f in graph.objects(sheets_, DCAT.distribution) if graph.value(f, DCTERMS.license)]
    # every file but the descriptions is in the catalogue
    told = {str(f).removeprefix(PUBLISHER.url) for f in graph.subjects(RDF.type, DCAT.Distribution)}
    lying = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    described = {p for p in lying if p.endswith("-metadata.json") or p in ("datapackage.json", "catalog.jsonld")}
    assert lying - described == told


def test_sdmx_keeps_its_structures(folder, marts) -> None:
    from pysdmx.io import read_sdmx

    message = read_sdmx(str(folder / "sdmx" / "structure.json"), validate=True)
    (definition,) = message.get_data_structure_definitions()
    components = {c.id: c for c in definition.components}
    codes = {id_: {code.id for code in c.local_codes} for id_, c in components.items() if c.local_codes}
    assert set(codes) == {"INDICATOR", "GEO", "BREAKDOWN", "OBS_STATUS"}
    english = json.loads((folder / "sdmx" / "structure.json").read_text(encoding="utf-8"))["data"]["codelists"]
    assert all({"fr", "en"} == set(code["names"]) for codelist in english for code in codelist["codes"])
    found = list(exports.csv_rows(folder / "sdmx" / "figures.csv", ","))
    assert list(found[0]) == ["STRUCTURE", "STRUCTURE_ID", "ACTION", *components]
    (flow,) = message.get_dataflows()
    assert {r["STRUCTURE_ID"] for r in found} == {f"{flow.agency}:{flow.id}({flow.version})"}
    for id_, known in codes.items():
        assert {r[id_] for r in found} <= known, id_
    keys = [(r["INDICATOR"], r["GEO"], r["BREAKDOWN"], r["TIME_PERIOD"]) for r in found]
    assert len(set(keys)) == len(keys) == rows(marts, "SELECT count(*) FROM fct_indicator_value")[0][0]
    assert any(geo.endswith("-EPCI-244400404") for _, geo, *_ in keys)


# what pysdmx read, one line of JSON an observation
SDMX_READER = """
import sys
from pysdmx.io import get_datasets
(dataset,) = get_datasets(sys.argv[1], sys.argv[2])
names = ["INDICATOR", "GEO", "BREAKDOWN", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]
print(dataset.data[names].astype(str).to_json(orient="values"))
"""


@pytest.fixture(scope="module")
def sdmx_python(tmp_path_factory) -> Path:
    """An environment of its own: pysdmx reads figures with pyarrow, which would change how pandas keeps texts in ours."""
    python = tmp_path_factory.mktemp("pysdmx") / "env" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(python.parents[1])], check=True)
    wanted = [f"pysdmx[data,json]=={version('pysdmx')}", f"pandas=={version('pandas')}"]
    installed = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--only-binary=:all:", *wanted], capture_output=True, text=True
    )
    if installed.returncode:
        pytest.skip(f"{wanted[0]} cannot be installed here: {installed.stderr.strip()[-300:]}")
    return python


@pytest.mark.slow
def test_pysdmx_reads_every_figure_as_the_marts_have_it(sdmx_python, folder, marts) -> None:
    files = [str(folder / "sdmx" / name) for name in ("figures.csv", "structure.json")]
    said = subprocess.run([sdmx_python, "-c", SDMX_READER, *files], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr[-2000:]
    found = {}
    for indicator, geo, part, period, value, status in json.loads(said.stdout):
        number = None if value in (None, "", "nan", "NaN", "<NA>") else float(value)
        found[sdmx_key(indicator, geo, part, period)] = number, exports.STATUSES[status]
    assert found == figures(marts, "value", "status")


# every value read back ------------------------------------------------------------------------------


def test_every_cell_of_every_csv_is_the_marts(folder, marts) -> None:
    for name in held(marts):
        contract = CONTRACTS[name]
        types = {c.name: c.type for c in contract.columns}
        path = folder / "csv" / f"{name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        found = [tuple(exports.parsed(r[c], types[c]) for c in types) for r in exports.csv_rows(path, ";")]
        # an empty text and no text are one in a CSV file
        wanted = [
            tuple(v if v != "" else None for v in r) for r in rows(marts, f"SELECT {', '.join(types)} FROM {name}")
        ]
        assert sorted(map(repr, found)) == sorted(map(repr, wanted)), name


def test_every_parquet_file_is_the_marts(folder, marts) -> None:
    for name in held(marts):
        columns = ", ".join(c.name for c in CONTRACTS[name].columns)
        theirs = f"SELECT {columns} FROM read_parquet('{folder / 'parquet' / name}.parquet')"
        ours = f"SELECT {columns} FROM {name}"
        assert not rows(marts, f"({ours} EXCEPT ALL {theirs}) UNION ALL ({theirs} EXCEPT ALL {ours})"), name


def sdmx_key(indicator: str, geo: str, breakdown: str, period: str) -> tuple[str, ...]:
    levels = {"COM": "commune", "EPCI": "epci", "ZE2020": "employment_zone", "DEP": "department"}
    levels |= {"REG": "region", "FRANCE": "country"}
    _, level, code = geo.split("-", 2)
    return indicator, levels[level], code, period, "total" if breakdown == "_T" else breakdown.replace("-", "=", 1)


def sdmx_figures(folder: Path) -> dict[tuple[str, ...], dict[str, str]]:
    found = exports.csv_rows(folder / "sdmx" / "figures.csv", ",")
    return {sdmx_key(r["INDICATOR"], r["GEO"], r["BREAKDOWN"], r["TIME_PERIOD"]): r for r in found}


def test_every_observation_of_sdmx_is_the_marts(folder, marts) -> None:
    wanted = figures(marts, "value", "numerator", "denominator", "status", "unit", "status_reason")
    found = {
        key: (
            *(exports.parsed(r[c], "double") for c in ("OBS_VALUE", "NUMERATOR", "DENOMINATOR")),
            exports.STATUSES[r["OBS_STATUS"]],
            *(exports.parsed(r[c], "varchar") for c in ("UNIT_MEASURE", "STATUS_REASON")),
        )
        for key, r in sdmx_figures(folder).items()
    }
    assert found == wanted


def test_every_cell_of_the_workbooks_is_the_marts(folder, marts) -> None:
    found: dict[str, list[dict[str, Any]]] = {"Indicateurs": [], "Chiffres": []}
    for path in sorted((folder / "xlsx").glob("*.xlsx")):
        notes = exports.sheets(path, "Notes")
        assert notes and f"Objectif {int(path.stem[-2:])}" in next(iter(notes[0]))
        for sheet, told in found.items():
            told += exports.sheets(path, sheet)
    figures_ = (
        "fct_indicator_value JOIN (SELECT territory_level, territory_code, name AS territory_name FROM dim_territory)"
    )
    tables = {"Indicateurs": "dim_indicator", "Chiffres": f"{figures_} USING (territory_level, territory_code)"}
    for sheet, told in found.items():
        columns = list(told[0])
        wanted = rows(marts, f"SELECT {', '.join(columns)} FROM {tables[sheet]}")
        assert len(columns) > 10 and len(wanted) == len(told)
        # an empty text and none are one in a sheet, as are 3 and 3.0
        plain = [tuple(float(v) if type(v) is int else v if v != "" else None for v in r.values()) for r in told]
        ours = [tuple(float(v) if type(v) is int else v if v != "" else None for v in r) for r in wanted]
        assert sorted(map(repr, plain)) == sorted(map(repr, ours)), sheet
    assert len(found["Chiffres"]) == rows(marts, "SELECT count(*) FROM fct_indicator_value")[0][0]


def test_open_sdg_keeps_its_rules_and_the_marts_values(folder, marts) -> None:
    tables = exports.open_sdg_tables(folder / "open-sdg.zip")
    with ZipFile(folder / "open-sdg.zip") as archive:
        metadata = {n[5:-4]: yaml.safe_load(archive.read(n)) for n in archive.namelist() if n.startswith("meta/")}
    assert set(metadata) == set(tables)
    years = {k: v for k, v in figures(marts, "value", "series_id").items() if re.fullmatch("[0-9]{4}", k[3])}
    near = rows(
        marts,
        "SELECT t.territory_level, t.territory_code, t.name, t.is_home FROM dim_territory AS t JOIN dim_territory AS h "
        "ON h.territory_level = 'epci' AND h.is_home WHERE t.is_home OR t.territory_level = 'country' "
        "OR (t.is_comparator AND t.is_current) OR (t.territory_level, t.territory_code) IN "
        "(('department', h.department_code), ('region', h.region_code))",
    )
    # as the file names them: territory, code
    around = {
        (level, code): ("", "") if level == "epci" and is_home
        else (name, code) if level == "commune" else (f"{name} ({level})", "")
        for level, code, name, is_home in near
    }  # fmt: skip
    for number, found in tables.items():
        said = metadata[number]
        columns = list(found[0])
        assert (columns[0], columns[-2:]) == ("Year", ["GeoCode", "Value"])
        assert re.fullmatch(r"\d+-\w+-\w+", number) and said["indicator_number"] == number.replace("-", ".")
        assert said["reporting_status"] == "complete" and isinstance(said["data_show_map"], bool)
        assert {"indicator_name", "sdg_goal", "target_id", "graph_type", "data_non_statistical"} <= set(said)
        keys = [tuple(v for c, v in r.items() if c != "Value") for r in found]
        assert len(set(keys)) == len(keys), number
        assert all(re.fullmatch("[0-9]{4}", r["Year"]) for r in found)
        own = {k: v for k, v in years.items() if k[0] == said["observatory_indicator_id"] and v[0] is not None}
        # the home EPCI is the total: no territory, no code; every value of it and of the places around it
        parts = [c for c in columns if c not in ("Year", "Units", "Series", "Territory", "GeoCode", "Value")]
        several = "Series" in columns
        told = {
            (r["Year"], next((f"{c}={r[c]}" for c in parts if r[c]), "total"), r.get("Series"), r["Territory"], r["GeoCode"]):
            float(r["Value"]) for r in found
        }  # fmt: skip
        assert told == {
            (k[3], k[4], v[1] if several else None, *around[k[1:3]]): v[0] for k, v in own.items() if k[1:3] in around
        }, number


def test_geojson_is_the_communes(folder, marts) -> None:
    found = json.loads((folder / "geo" / "communes.geojson").read_text(encoding="utf-8"))
    codes = {f["id"] for f in found["features"]}
    assert codes == {c for (c,) in rows(marts, "SELECT territory_code FROM dim_territory_contour")} and len(codes) > 20
    for feature in found["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                assert len(ring) >= 4 and ring[0] == ring[-1]
                assert all(-2 < lon < -1.2 and 47 < lat < 47.5 for lon, lat in ring)
    # and every corner of it is one of the mart's paths: in units of its frame, from the frame's corner
    drawn = rows(
        marts,
        "SELECT c.territory_code, t.name, c.path, c.frame_width, c.west, c.south, c.east, c.north, c.geometry_year, "
        "c.attribution FROM dim_territory_contour AS c JOIN dim_territory AS t USING (territory_level, territory_code)",
    )
    for code, name, path, width, west, south, east, north, year, credit in drawn:
        feature = next(f for f in found["features"] if f["id"] == code)
        assert feature["properties"] == {
            "territory_level": "commune", "territory_code": code, "name": name, "geometry_year": year, "attribution": credit,
        }  # fmt: skip
        unit = (east - west) / width
        narrowed = unit * math.cos(math.radians((south + north) / 2))
        theirs = {
            (round((lon - west) / unit), round((north - lat) / narrowed))
            for polygon in feature["geometry"]["coordinates"] for ring in polygon for lon, lat in ring
        }  # fmt: skip
        ours = set()
        for begin, steps in re.findall(r"M(-?\d+ -?\d+)l([^z]*)z", path):
            x, y = map(int, begin.split())
            ours.add((x, y))
            numbers = [int(n) for n in re.findall(r"-?\d+", steps)]
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                ours.add((x, y))
        assert theirs == ours, name
    # IGN's centre of the commune of Nantes, 1.55 W 47.23 N, lies in its outline
    nantes = next(f for f in found["features"] if f["id"] == "44109")["geometry"]["coordinates"][0][0]
    west, east = min(p[0] for p in nantes), max(p[0] for p in nantes)
    south, north = min(p[1] for p in nantes), max(p[1] for p in nantes)
    assert west < -1.55 < east and south < 47.23 < north and east - west < 0.2 and north - south < 0.15


def test_the_outline_of_an_epci_is_that_of_its_communes_together(folder, marts) -> None:
    """The samples hold the 24 communes of Nantes Métropole and no other EPCI whole."""
    [feature] = json.loads((folder / "geo" / "epcis.geojson").read_text(encoding="utf-8"))["features"]
    assert (feature["id"], feature["properties"]["territory_level"]) == ("244400404", "epci")
    communes = json.loads((folder / "geo" / "communes.geojson").read_text(encoding="utf-8"))["features"]

    def extent(*features: dict) -> float:
        return sum(area(r) for f in features for p in f["geometry"]["coordinates"] for r in p)

    assert extent(feature) == pytest.approx(extent(*communes), rel=1e-6)
    corners = {tuple(p) for f in communes for polygon in f["geometry"]["coordinates"] for r in polygon for p in r}
    own = [tuple(p) for polygon in feature["geometry"]["coordinates"] for r in polygon for p in r]
    assert set(own) < corners


def test_the_same_edition_gives_the_same_bytes(edition, folder, tmp_path) -> None:
    report = build_open_data(edition, DBT, PUBLISHER, tmp_path / "open")
    again = {p.relative_to(report.folder): p.read_bytes() for p in report.folder.rglob("*") if p.is_file()}
    first = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert set(first) == set(again)
    assert [str(p) for p in first if first[p] != again[p]] == []


# secrecy, persons, formulas -------------------------------------------------------------------------


def test_what_is_withheld_is_empty_in_every_format(folder, marts) -> None:
    withheld = set(figures(marts, where="status = 'suppressed'"))
    assert withheld
    numbers = ("value", "numerator", "denominator")
    for r in exports.csv_rows(folder / "csv" / "fct_indicator_value.csv", ";"):
        if tuple(r[c] for c in KEY) in withheld:
            assert not any(r[c] for c in numbers)
    for key, r in sdmx_figures(folder).items():
        assert not (key in withheld and (r["OBS_VALUE"] or r["NUMERATOR"] or r["DENOMINATOR"]))
    for path in sorted((folder / "xlsx").glob("*.xlsx")):
        for r in exports.sheets(path, "Chiffres"):
            assert not (tuple(r[c] for c in KEY) in withheld and any(r[c] is not None for c in numbers))
    shown = {k for k, (v,) in figures(marts, "value").items() if v is not None}
    total = sum(len(t) for t in exports.open_sdg_tables(folder / "open-sdg.zip").values())
    assert 0 < total <= len(shown) and not withheld & shown


@pytest.fixture
def copied(edition, tmp_path) -> Path:
    target = tmp_path / "edition"
    shutil.copytree(edition, target)
    for path in [target, *target.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def test_no_formula_acts_and_no_canary_gets_through(copied, tmp_path) -> None:
    formulas = {
        "dim_indicator": ("name_fr", "=HYPERLINK(\"http://x\",\"y\")", "indicator_id = 'sdg10_gini'"),
        "dim_territory": ("name", "+33 cmd|' /C calc'!A0", "territory_code = '44109'"),
        "fct_indicator_value": ("status_reason", "@SUM(1+1)", "indicator_id = 'sdg10_gini'"),
        "dim_source": ("title_fr", "\t=1+1", "source_id = 'insee_filosofi'"),
        "dim_sdg": ("name_fr", "-2+3", "sdg_id = 10"),
    }  # fmt: skip
    with duckdb.connect(str(copied / "observatory.duckdb")) as connection:
        for table, (column, text, where) in formulas.items():
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", [text])
        connection.execute("ALTER TABLE dim_company ADD COLUMN director VARCHAR")
        connection.execute("UPDATE dim_company SET director = ?", [CANARY])
        connection.execute(f"CREATE TABLE persons AS SELECT '{CANARY}' AS name")
        connection.execute(f"CREATE SCHEMA team; CREATE TABLE team.dim_sdg AS SELECT '{CANARY}' AS name")
        for table in ("dim_company", "persons"):
            connection.execute(f"COPY {table} TO '{copied}/parquet/{table}.parquet' (FORMAT parquet)")
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    manifest["inputs"][0]["file"] = f"{CANARY}.pdf"
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (copied / "receipt.md").write_text(CANARY, encoding="utf-8")
    folder = build_open_data(copied, DBT, PUBLISHER, tmp_path / "open").folder

    texts = dict(exports.all_texts(folder))
    assert len(texts) > 100 and not [name for name, text in texts.items() if "CANARI" in text]
    acting = []
    for name, text in texts.items():
        if re.search(r"\.csv(\.gz)?$", name):
            delimiter = ";" if name.startswith("csv/") else ","
            for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter):
                acting += [
                    (name, c) for c in row if c[:1] and c[0] in "=+-@\t\r\n" and not re.fullmatch(r"-[\d.e+-]+", c)
                ]
        elif ".xlsx/xl/worksheets" in name:
            acting += [(name, "formula")] if "<f>" in text or "<f " in text else []
    assert not acting
    # what was neutralised comes back
    (nantes,) = (r for r in exports.csv_rows(folder / "csv/dim_territory.csv", ";") if r["territory_code"] == "44109")
    assert nantes["name"].startswith("'+33") and exports.unneutral(nantes["name"]) == formulas["dim_territory"][1]
    indicators = exports.sheets(folder / "xlsx" / "odd-10.xlsx", "Indicateurs")
    assert formulas["dim_indicator"][1] in {r["name_fr"] for r in indicators}


def test_an_edition_that_shows_a_secret_is_not_exported(copied, tmp_path) -> None:
    link = tmp_path / "open"
    build_open_data(copied, DBT, PUBLISHER, link)
    before = link.resolve()
    with duckdb.connect(str(copied / "observatory.duckdb")) as connection:
        connection.execute("UPDATE fct_indicator_value SET value = 1 WHERE status = 'suppressed'")
    with pytest.raises(SecretShown):
        build_open_data(copied, DBT, PUBLISHER, link)
    assert link.resolve() == before and (link / "datapackage.json").is_file()
    assert list((tmp_path / ".open").iterdir()) == [before]


# the command ----------------------------------------------------------------------------------------


def test_the_command_writes_into_the_home(home) -> None:
    said = observatory("export", "--home", home, "--json")
    assert said.code == 0, said.err
    report = json.loads(said.out)
    assert report["edition"] == (home / "editions" / "current").resolve().name
    assert (home / "open").is_symlink() and not Path(os.readlink(home / "open")).is_absolute()
    assert report["files"] == sum(p.is_file() for p in (home / "open/").rglob("*"))
    assert [p.name for p in (home / ".open").iterdir()] == [(home / "open").resolve().name]


def test_a_folder_of_somebody_elses_is_left_alone(edition, tmp_path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(OpenDataRefused):
        build_open_data(edition, DBT, PUBLISHER, tmp_path / "open")
    assert (tmp_path / "open" / "mine.txt").is_file()


def test_without_an_edition_the_command_says_what_to_do(tmp_path) -> None:
    said = observatory("export", "--home", tmp_path)
    assert said.code == 2 and "observatory refresh" in said.err + said.out


def test_a_breakdown_is_a_finding_and_takes_nothing_away(home, copied) -> None:
    settings = Settings(home=home)
    edition = home / "editions" / "current"
    made = read(settings, edition, OPEN_DATA)
    assert made.passed and made.message.code == "open_data.made"
    before = (home / "open").resolve()
    (copied / "observatory.duckdb").write_bytes(b"not a database")
    check = read(settings, copied, OPEN_DATA)
    assert not check.passed and check.severity == "warn" and check.message.code == "site.reader_failed"
    assert (home / "open").resolve() == before and (home / "open" / "catalog.jsonld").is_file()
