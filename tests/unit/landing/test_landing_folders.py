"""Folders that are no vintage: one in which the source leaves out every file is passed over, any other is told."""

from __future__ import annotations

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
