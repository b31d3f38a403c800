"""Archives of several files: how Insee publishes the levels of one year, or the communes and their movements."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog import load_catalogue
from orchestration.judging.match import match_file
from orchestration.lake.register import SourceState
from orchestration.landing import HashCache, land_folder
from tests.judged import facts, read_rows
from tests.words import en, fr

SOURCES = load_catalogue(PROJECT / "sources")


def packed(folder: Path, source: str, vintage: str, name: str, members: dict[str, bytes]) -> Path:
    path = folder / source / vintage / name
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return path


def landed(folder: Path, source: str):
    return land_folder(
        SOURCES[source], folder / source, "mirror", HashCache(folder / "hashes.json"), f"mirror:{source}"
    ).files


def samples(source: str, vintage: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((PROJECT / "sources" / source / "sample" / vintage).iterdir())}


def test_each_file_of_the_source_lands_by_its_own_name_and_hash(tmp_path):
    files = samples("insee_filosofi", "2018")
    packed(
        tmp_path,
        "insee_filosofi",
        "2018",
        "filo_2018_csv.zip",
        {"csv/" + n: d for n, d in files.items()} | {"lisez-moi.txt": b"x"},
    )
    found = landed(tmp_path, "insee_filosofi")
    assert {f.name for f in found} == set(files) and len(files) > 2
    for f in found:
        assert f.sha256 == hashlib.sha256(files[f.name]).hexdigest() and f.bytes == len(files[f.name])
        assert f.origin == f"mirror:insee_filosofi/2018/filo_2018_csv.zip#csv/{f.name}"


def test_each_file_is_read_for_itself(tmp_path):
    files = samples("insee_cog", "2024")
    packed(tmp_path, "insee_cog", "2024", "cog_ensemble_2024_csv.zip", files)
    known = facts(tmp_path, SOURCES, realm="sample")
    rows = {}
    for f in landed(tmp_path, "insee_cog"):
        match = match_file(SOURCES["insee_cog"], f, SOURCES)
        rows[match.table_name] = read_rows(known, SOURCES["insee_cog"], SourceState(), f).rows_read
    assert {"communes", "movements"} <= set(rows)
    # one line a row, after the header
    for name, table in (("communes", "cog2024_communes.csv"), ("movements", "cog2024_mouvements-communes.csv")):
        assert rows[name] == len(files[table].decode("utf-8-sig").splitlines()) - 1


@pytest.mark.parametrize(
    "members",
    [
        {"FILO2018_DISP_COM.csv": b"CODGEO\n44109\n"},
        {"FILO2018_DISP_COM.csv": b"CODGEO\n44109\n", "lisez-moi.txt": b"x"},
        # two of one kind: reading refuses to choose
        {"a/FILO2018_DISP_COM.csv": b"CODGEO\n44109\n", "b/FILO2018_DISP_COM.csv": b"CODGEO\n44109\n"},
        {"../FILO2018_DISP_COM.csv": b"x", "FILO2018_DISP_EPCI.csv": b"x"},
    ],
)
def test_an_archive_of_one_file_stays_a_file(tmp_path, members):
    packed(tmp_path, "insee_filosofi", "2018", "filo.zip", members)
    assert [(f.name, f.member) for f in landed(tmp_path, "insee_filosofi")] == [("filo.zip", None)]


def test_a_damaged_archive_stays_a_file_for_reading_to_refuse(tmp_path):
    path = packed(tmp_path, "insee_filosofi", "2018", "filo.zip", samples("insee_filosofi", "2018"))
    data = bytearray(path.read_bytes())
    data[120:400] = bytes(280)
    path.write_bytes(data)
    assert [f.name for f in landed(tmp_path, "insee_filosofi")] == ["filo.zip"]


def test_an_unchanged_archive_is_not_unpacked_again(tmp_path):
    path = packed(tmp_path, "insee_filosofi", "2018", "filo.zip", samples("insee_filosofi", "2018"))
    first = HashCache(tmp_path / "hashes.json")
    digest = first.member_sha256(path, "FILO2018_DISP_EPCI.csv")
    first.save()
    again = HashCache(tmp_path / "hashes.json")
    again._remembered = lambda p, part, make: HashCache._remembered(
        again, p, part, lambda: pytest.fail("unpacked again")
    )
    assert again.member_sha256(path, "FILO2018_DISP_EPCI.csv") == digest


LITTER = (
    ".DS_Store",
    "Thumbs.db",
    "thumbs.db",
    "desktop.ini",
    "~$cog2025_communes.xlsx",
    "._cog2025_communes.csv",
    ".~lock.cog2025_communes.csv#",
    "Icon\r",
    "__MACOSX/cog2025_communes.csv",
)


def test_what_desktops_leave_behind_is_no_file(tmp_path):
    folder = tmp_path / "insee_cog"
    for name, data in samples("insee_cog", "2024").items():
        path = folder / "2024" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for name in LITTER:
        for place in (folder / name, folder / "2024" / name):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"x")
    result = land_folder(
        SOURCES["insee_cog"], folder, "mirror", HashCache(tmp_path / "hashes.json"), "mirror:insee_cog"
    )
    assert {f.name for f in result.files} == set(samples("insee_cog", "2024"))
    assert result.outcomes == []


def test_what_desktops_leave_in_an_archive_is_no_file(tmp_path):
    files = samples("insee_cog", "2024")
    packed(
        tmp_path,
        "insee_cog",
        "2024",
        "cog_ensemble_2024_csv.zip",
        {**files, **{f"__MACOSX/._{n}": b"x" for n in files}, "Thumbs.db": b"x"},
    )
    assert {f.name for f in landed(tmp_path, "insee_cog")} == set(files)


def test_of_an_archive_of_two_days_the_first_of_january_counts(tmp_path):
    # cog_ensemble_2019_csv.zip, as Insee published it (InseeFrLab/DoReMIFaSol's fixture holds its first lines)
    names = (
        "communes-01012019.csv",
        "communes-01042019.csv",
        "mvtcommune-01012019.csv",
        "mvtcommune-01042019.csv",
        "region2019.csv",
    )
    packed(tmp_path, "insee_cog", "2019", "cog_ensemble_2019_csv.zip", {n: n.encode() for n in names})
    found = landed(tmp_path, "insee_cog")
    assert {f.name for f in found} == {"communes-01012019.csv", "mvtcommune-01012019.csv"}
    assert {match_file(SOURCES["insee_cog"], f, SOURCES).table_name for f in found} == {"communes", "movements"}
    note = next(f.note for f in found if f.name == "communes-01012019.csv")
    assert (
        "communes-01012019.csv" in fr(note)
        and "communes-01042019.csv" in fr(note)
        and "communes-01042019.csv" in en(note)
    )
