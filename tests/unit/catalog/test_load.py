"""A mistake in a source's folder is told with its file and key."""

import shutil
from pathlib import Path

import pytest

from orchestration.base.settings import PROJECT
from orchestration.catalog import CatalogueError, load_catalogue

SOURCES = PROJECT / "sources"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SOURCES / "insee_neet", tmp_path / "insee_neet")
    return tmp_path


def problems(path: Path) -> str:
    with pytest.raises(CatalogueError) as error:
        load_catalogue(path)
    return "\n".join(error.value.problems)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_projects_own_catalogue_loads():
    catalogue = load_catalogue(SOURCES)
    assert {"insee_filosofi", "insee_sirene", "lucie_labels", "un_sdg"} <= set(catalogue)
    for source in catalogue.values():
        assert source.sample_path.is_dir(), f"{source.source_id} has no embedded files"
        assert (source.path / "README.md").exists()


def test_an_unknown_key(folder):
    change(folder / "insee_neet/source.yml", "publisher:", "publishr: x\npublisher:")
    assert "insee_neet/source.yml: publishr" in problems(folder)


def test_a_missing_key(folder):
    change(folder / "insee_neet/source.yml", "licence:", "# licence:")
    assert "insee_neet/source.yml: licence: Field required" in problems(folder)


def test_broken_yaml(folder):
    (folder / "insee_neet/source.yml").write_text("source_id: insee_neet\n  x: [", encoding="utf-8")
    assert "insee_neet/source.yml: line 2" in problems(folder)


def test_a_folder_of_another_name(folder):
    (folder / "insee_neet").rename(folder / "neet")
    assert "source_id: 'insee_neet' differs from the folder's name 'neet'" in problems(folder)


def test_an_unknown_type_of_column(folder):
    path = folder / "insee_neet/columns.csv"
    change(path, ",number,", ",nombre,")
    assert "insee_neet/columns.csv line" in problems(folder) and "type" in problems(folder)


def test_a_column_of_an_unknown_table(folder):
    path = folder / "insee_neet/columns.csv"
    path.write_text(path.read_text(encoding="utf-8") + "nowhere,,x,X,text,,,,,,,,,,\n", encoding="utf-8")
    assert "table 'nowhere' is not in source.yml" in problems(folder)


def test_a_cell_too_many(folder):
    path = folder / "insee_neet/columns.csv"
    path.write_text(path.read_text(encoding="utf-8") + "rates,,x,X,text,,,,,,,,,,,,,\n", encoding="utf-8")
    assert "16 cells are expected" in problems(folder)


def test_another_header(folder):
    change(folder / "insee_neet/columns.csv", "table,layout", "table,disposition")
    assert "insee_neet/columns.csv line 1: the header must be" in problems(folder)


def test_an_extract_that_does_not_exist(folder):
    change(folder / "insee_neet/source.yml", "- pattern:", "- extract: absent.sql\n        pattern:")
    assert "the file 'absent.sql' does not exist" in problems(folder)


def test_all_problems_are_told_at_once(folder):
    shutil.copytree(SOURCES / "insee_wages", folder / "insee_wages")
    change(folder / "insee_neet/source.yml", "licence:", "# licence:")
    change(folder / "insee_wages/source.yml", "licence:", "# licence:")
    found = problems(folder)
    assert "insee_neet/source.yml" in found and "insee_wages/source.yml" in found


def test_a_measure_that_nobody_knows(folder):
    change(folder / "insee_neet/columns.csv", ",share\n", ",proportion\n")
    assert "insee_neet/columns.csv line 6: measure" in problems(folder)


def test_a_list_that_two_tables_provide(tmp_path):
    for source in ("insee_cog", "dgcl_epci"):
        shutil.copytree(SOURCES / source, tmp_path / source)
    change(tmp_path / "dgcl_epci/source.yml", "provides: composition", "provides: communes")
    assert "tables.communes.provides: 'communes' is what dgcl_epci.composition provides" in problems(tmp_path)


def test_communes_beside_names_wait_for_the_list(tmp_path):
    for source in ("insee_cog", "ars_bathing_water"):
        shutil.copytree(SOURCES / source, tmp_path / source)
    change(tmp_path / "ars_bathing_water/source.yml", "depends_on: [insee_cog]", "depends_on: []")
    assert "tables.places.names: 'commune_code' needs `depends_on: [insee_cog]`" in problems(tmp_path)


def test_a_column_left_out_of_staging_that_is_none(folder):
    change(folder / "insee_neet/source.yml", "    grain:", "    staging: {without: [nobody]}\n    grain:")
    assert "insee_neet/source.yml: tables.rates.staging.without: 'nobody' is no column of 'rates'" in problems(folder)


def test_a_map_of_values_for_a_column_that_is_none(folder):
    change(
        folder / "insee_neet/source.yml",
        "        name_maps:",
        "        value_maps: {scale: {Iris: '-'}}\n        name_maps:",
    )
    assert "tables.rates.files.0: 'scale' is no column of 'rates'" in problems(folder)
