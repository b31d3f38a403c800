"""Folders that are no vintage: one in which the source leaves out every file is passed over, any other is told."""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.catalog.load import load_catalogue
from orchestration.landing.folders import land_folder
from orchestration.landing.hashes import HashCache

ROOT = Path(__file__).resolve().parents[3]


def test_a_folder_of_recordings_alone_is_passed_over(tmp_path: Path) -> None:
    source = load_catalogue(ROOT / "sources")["insee_melodi"]
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / "get_catalog_fr.01.json").write_text("{}", encoding="utf-8")
    hashes = HashCache(tmp_path / "hashes.json")
    assert land_folder(source, tmp_path, "mirror", hashes, "m").outcomes == []
    (tmp_path / "recorded" / "POP_DIPLOMES.csv").write_text("x", encoding="utf-8")
    told = land_folder(source, tmp_path, "mirror", hashes, "m").outcomes
    assert [o.vintage for o in told] == ["recorded"]
    (tmp_path / "empty").mkdir()
    assert [o.vintage for o in land_folder(source, tmp_path, "mirror", hashes, "m").outcomes] == ["empty", "recorded"]


def test_a_name_that_is_no_text_is_read_as_latin_1_and_can_be_written(tmp_path: Path) -> None:
    source = load_catalogue(ROOT / "sources")["insee_neet"]
    folder = os.fsencode(tmp_path)
    for place in (b"2018", b"2018 \xe9t\xe9"):
        (tmp_path / os.fsdecode(place)).mkdir()
        Path(os.fsdecode(folder + b"/" + place + b"/neet_\xe9pci_2018.csv")).write_text("x")
    Path(os.fsdecode(folder + b"/d\xe9p\xf4t.csv")).write_text("x")
    found = land_folder(source, tmp_path, "mirror", HashCache(tmp_path / "hashes.json"), "m")
    assert {(f.vintage, f.name, f.origin) for f in found.files} == {
        ("2018", "neet_épci_2018.csv", "m/2018/neet_épci_2018.csv"),
        ("2018 été", "neet_épci_2018.csv", "m/2018 été/neet_épci_2018.csv"),
    }
    assert all(f.path.is_file() for f in found.files)
    assert [(o.file, o.origin) for o in found.outcomes] == [("dépôt.csv", "m/dépôt.csv")]


def test_two_names_that_read_alike_are_two_files(tmp_path: Path) -> None:
    source = load_catalogue(ROOT / "sources")["dpef_filings"]
    folder = os.fsencode(tmp_path)
    for place in (b"2023/a", b"2023/b"):
        (tmp_path / os.fsdecode(place)).mkdir(parents=True)
    for name, text in (
        (b"2023/a/d\xe9claration.pdf", "a"),
        ("2023/a/déclaration.pdf".encode(), "b"),
        ("2023/b/déclaration.pdf".encode(), "c"),
    ):
        Path(os.fsdecode(folder + b"/" + name)).write_text(text)
    found = land_folder(source, tmp_path, "mirror", HashCache(tmp_path / "hashes.json"), "m").files
    assert [f.name for f in found] == ["déclaration.pdf", "déclaration (2).pdf", "déclaration (3).pdf"]
    assert len({f.sha256 for f in found}) == 3
