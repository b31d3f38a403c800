"""One dataset, other columns: codes in two columns, a sheet for each level."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.judging.facts import Facts
from orchestration.judging.match import match_file
from orchestration.lake.register import SourceState
from orchestration.landing import HashCache, Landed, land_folder
from orchestration.triage import CodeLists
from tests.judged import facts, read_rows
from tests.words import fr, refuses

SOURCES = load_catalogue(PROJECT / "sources")
POPULATION = PROJECT / "sources/insee_population/sample/2022/pop2022_donnees_communes.csv"


def known(tmp_path: Path) -> Facts:
    found = facts(tmp_path, SOURCES)
    # communes made up here are not those of the official code, nor of the extract
    found.code_lists = lambda _: CodeLists()  # type: ignore[method-assign]
    found._extracts = lambda *_: []  # type: ignore[method-assign]
    return found


def read(tmp_path: Path, source: str, vintage: str, name: str, data: bytes):
    path = tmp_path / name
    path.write_bytes(data)
    landed = Landed(source, vintage, path, name, len(data), hashlib.sha256(data).hexdigest(), "mirror", "test")
    return read_rows(known(tmp_path), SOURCES[source], SourceState(), landed)


def published() -> list[dict[str, str]]:
    header, *rows = [line.split(";") for line in POPULATION.read_text(encoding="utf-8-sig").splitlines()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def text(columns: dict[str, str]) -> bytes:
    """Return the published rows under other headers: header → the published column that it shows."""
    return "\n".join([";".join(columns), *(";".join(r[c] for c in columns.values()) for r in published())]).encode()


PEOPLE = {"PMUN": "PMUN", "PCAP": "PCAP", "PTOT": "PTOT"}


@pytest.mark.parametrize(
    "columns",
    [
        {"REG": "REG", "DEP": "DEP", "CODCOM": "CODCOM", **PEOPLE},
        {"REG": "REG", "DEP": "DEP", "COM": "CODCOM", **PEOPLE},
        {
            "CODREG": "REG",
            "REG": "Région",
            "CODDEP": "DEP",
            "CODARR": "CODARR",
            "CODCAN": "CODCAN",
            "CODCOM": "CODCOM",
            "COM": "Commune",
            **PEOPLE,
        },
    ],
)
@pytest.mark.parametrize("name", ["pop2022_donnees_communes.csv", "donnees_communes.csv", "download (3).csv"])
def test_populations_whose_code_stands_in_two_columns(tmp_path, columns, name):
    found = read(tmp_path, "insee_population", "2022", name, text(columns)).frame
    told = dict(zip(found["commune_code"], found["population_municipal"], strict=True))
    assert told == {r["COM"]: int(r["PMUN"]) for r in published()}
    assert dict(zip(found["commune_code"], found["region_code"], strict=True)) == {
        r["COM"]: r["REG"] for r in published()
    }


def test_a_file_that_has_the_whole_code_too_is_read_by_it_whatever_columns_are_added(tmp_path):
    lines = POPULATION.read_text(encoding="utf-8-sig").splitlines()
    text = "\n".join([lines[0] + ";INDICATEUR_NOUVEAU;QUALITE", *(line + ";1;A" for line in lines[1:])])
    found = read(tmp_path, "insee_population", "2022", "pop2022_donnees_communes.csv", text.encode()).frame
    assert dict(zip(found["commune_code"], found["region_code"], strict=True)) == {
        r["COM"]: r["REG"] for r in published()
    }


def test_zeros_that_a_spreadsheet_took_from_both_parts_are_put_back(tmp_path):
    codes = {
        f"{d}{c:03d}": (d.lstrip("0"), str(c)) for d in ("01", "02", "03", "09", "10", "44", "2A") for c in range(1, 30)
    }
    codes["97105"] = ("971", "105")
    rows = ["DEP;CODCOM;PMUN;PCAP;PTOT", *(f"{dep};{com};10;1;11" for dep, com in codes.values())]
    found = read(tmp_path, "insee_population", "2023", "donnees_communes.csv", "\n".join(rows).encode()).frame
    assert found["commune_code"].tolist() == list(codes)


def test_parts_that_are_no_code_are_not_joined(tmp_path):
    rows = ["DEP;CODCOM;PMUN;PCAP;PTOT", *(f"44;{n}X;10;1;11" for n in range(10, 40))]
    with pytest.raises(Refusal):
        read(tmp_path, "insee_population", "2023", "donnees_communes.csv", "\n".join(rows).encode())


def test_the_workbook_of_the_legal_populations(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Départements"
    book.active.append(
        [
            "Code département",
            "Nom du département",
            "Population municipale",
            "Population comptée à part",
            "Population totale",
        ]
    )
    sheet = book.create_sheet("Communes")
    for line in (
        "Populations légales 2019 des communes",
        "Recensement de la population",
        "",
        "Source : Insee",
        "",
        "",
        "",
    ):
        sheet.append([line])
    sheet.append(
        [
            "Code région",
            "Nom de la région",
            "Code département",
            "Code arrondissement",
            "Code canton",
            "Code commune",
            "Nom de la commune",
            "Population municipale",
            "Population comptée à part",
            "Population totale",
        ]
    )
    for r in published():
        sheet.append(
            [
                r["REG"],
                r["Région"],
                r["DEP"],
                r["CODARR"],
                r["CODCAN"],
                r["CODCOM"],
                r["Commune"],
                *(int(r[c]) for c in PEOPLE),
            ]
        )
    out = io.BytesIO()
    book.save(out)
    found = read(tmp_path, "insee_population", "2022", "ensemble.xlsx", out.getvalue()).frame
    assert dict(zip(found["commune_code"], found["population_total"], strict=True)) == {
        r["COM"]: int(r["PTOT"]) for r in published()
    }


# a name that says nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "sample"),
    [
        ("insee_filosofi", "2018/FILO2018_DISP_EPCI.csv"),
        ("insee_filosofi", "2018/FILO2018_DISP_COM.csv"),
        ("insee_filosofi", "2014/FILO2014_DISP_METROPOLE.csv"),
        ("insee_filosofi", "2021/cc_filosofi_2021_COM.csv"),
        ("insee_population", "2022/pop2022_donnees_communes.csv"),
        ("insee_neet", "2018/neet_epci_2018.csv"),
        ("insee_cog", "2025/cog2025_mouvements-communes.csv"),
        ("insee_unemployment", "2023/chomage-zone-t1-2003-t3-2023.xlsx"),
    ],
)
def test_a_renamed_file_in_a_mirror_is_known_by_its_content(tmp_path, source, sample):
    path = PROJECT / f"sources/{source}/sample/{sample}"
    vintage, name = sample.split("/")
    own = read(tmp_path, source, vintage, name, path.read_bytes())
    other = read(tmp_path, source, vintage, f"download (3){path.suffix}", path.read_bytes())
    assert other.frame.equals(own.frame)
    assert any("nom inhabituel" in fr(n) for n in other.notes)


def test_a_file_of_nine_departements_or_regions_does_not_say_which(tmp_path):
    with refuses("neither its name nor its codes"):
        read(
            tmp_path,
            "insee_filosofi",
            "2018",
            "download.csv",
            (PROJECT / "sources/insee_filosofi/sample/2018/FILO2018_DISP_DEP.csv").read_bytes(),
        )


# Filosofi: a workbook with one sheet a level, and one workbook a level ---------------------------------

LEVELS = {"COM": "commune", "EPCI": "epci", "DEP": "department", "REG": "region", "METROPOLE": "country"}


def filosofi(level: str) -> list[list[str]]:
    path = PROJECT / f"sources/insee_filosofi/sample/2014/FILO2014_DISP_{level}.csv"
    return [line.split(";") for line in path.read_text(encoding="utf-8-sig").splitlines()]


def typed(cell: str) -> object:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return cell or None


def add_sheet(book: openpyxl.Workbook, title: str, table: list[list[str]], rename: dict[str, str]) -> None:
    """Lay a table out as Insee does: title lines, labels on line 5, headers on line 6, numbers as numbers."""
    sheet = book.create_sheet(title)
    sheet.append(["Structure et distribution des revenus, inégalité des niveaux de vie en 2014"])
    sheet.append(["Dispositif Fichier localisé social et fiscal (Filosofi)"])
    sheet.append(["Mise en ligne : juin 2017"])
    sheet.append([])
    sheet.append([f"Libellé de {h}" for h in table[0]])
    sheet.append([rename.get(h, h) for h in table[0]])
    for row in table[1:]:
        sheet.append([row[0], row[1], *(typed(c) for c in row[2:])])


def workbook(sheets: dict[str, str], rename: dict[str, str]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Documentation"
    book.active.append(["Base comparateur : Filosofi 2014"])
    for title, level in sheets.items():
        add_sheet(book, title, filosofi(level), rename)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


BASE = {"NBMEN14": "NBMENFISC14", "NBPERS14": "NBPERSMENFISC14", "Q214": "MED14", "RD": "RD14"}
SHEETS = {"COM": "COM", "EPCI": "EPCI", "DEP": "DEP", "REG": "REG", "METRO": "METROPOLE"}


def land(tmp_path: Path, name: str, data: bytes) -> dict[str, set[str]]:
    """Return level → its codes, of a file that lies in a mirror."""
    folder = tmp_path / "mirror/insee_filosofi"
    (folder / "2014").mkdir(parents=True)
    (folder / "2014" / name).write_bytes(data)
    source = SOURCES["insee_filosofi"]
    found: dict[str, set[str]] = {}
    files = land_folder(source, folder, "mirror", HashCache(tmp_path / "hashes.json"), "mirror").files
    assert len({f.name for f in files}) == len(files)
    slots = set()
    for landed in files:
        match = match_file(source, landed, SOURCES)
        slots.add(match.slot)
        frame = read_rows(known(tmp_path), source, SourceState(), landed).frame
        for level, part in frame.groupby("territory_level"):
            sheet = filosofi(next(k for k, v in LEVELS.items() if v == level))
            at = sheet[0].index("Q214")
            assert sorted(part["median"]) == sorted(float(r[at].replace(",", ".")) for r in sheet[1:] if r[at])
            found.setdefault(str(level), set()).update(part["territory_code"])
    assert len(slots) == len(files)
    return found


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("base-cc-filosofi-2014.xlsx", None),
        ("filo-revenu-pauvrete-menage-2014.zip", "base-cc-filosofi-2014.xlsx"),
        ("filo-revenu-pauvrete-menage-2014.xlsx", None),
    ],
)
@pytest.mark.parametrize("rename", [BASE, {}])
def test_a_workbook_with_one_sheet_a_level_gives_every_level(tmp_path, name, inner, rename):
    data = workbook(SHEETS, rename)
    found = land(tmp_path, name, zipped(inner, data) if inner else data)
    assert set(found) == set(LEVELS.values()) and found["country"] == {"FM"}
    assert found["epci"] == {r[0] for r in filosofi("EPCI")[1:]}


def test_a_workbook_with_some_of_the_levels_gives_those(tmp_path):
    found = land(tmp_path, "base-cc-filosofi-2014.xlsx", workbook({"COM": "COM", "DEP": "DEP"}, BASE))
    assert set(found) == {"commune", "department"}


def test_one_workbook_a_level_with_many_sheets(tmp_path):
    data = workbook({"ENSEMBLE": "EPCI", "TRAGERF_1": "EPCI", "TYPMENR_1": "EPCI"}, {})
    assert set(land(tmp_path, "FILO_DISP_EPCI.xlsx", data)) == {"epci"}


def test_the_archive_of_one_workbook_a_level(tmp_path):
    data = workbook({"ENSEMBLE": "COM", "TRAGERF_1": "COM"}, {})
    assert set(land(tmp_path, "indic-struct-distrib-revenu-2014-COMMUNES.zip", zipped("FILO_DISP_COM.xlsx", data))) == {
        "commune"
    }
