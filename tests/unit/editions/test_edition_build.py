"""Building an edition: what is copied, how it is hashed, what the manifest says, what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest
from edition_fakes import FIRST, SECOND, THIRD, VALUES, Shelf, outcome

from orchestration import editions
from orchestration.base.messages import Message
from orchestration.editions import EditionError
from orchestration.records.outcome import FileOutcome
from tests.words import en, fr

TABLES = ["dim_indicator", "dim_territory", "fct_indicator_value", "mart_view"]


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path / "observatory.duckdb"), read_only=True)


def test_every_mart_and_nothing_else_is_copied_to_both_forms(shelf: Shelf) -> None:
    built = shelf.build()
    connection = _open(built.path)
    found = connection.execute("SELECT table_schema, table_name FROM information_schema.tables")
    assert sorted(found.fetchall()) == [("main", t) for t in TABLES]
    for table in TABLES:
        file = built.path / "parquet" / f"{table}.parquet"
        database = connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
        assert connection.execute(f"SELECT * FROM '{file}'").fetchall() == database
    codecs = connection.execute(f"SELECT DISTINCT compression FROM parquet_metadata('{file}')")
    assert codecs.fetchall() == [("ZSTD",)]
    assert sorted(p.name for p in built.path.iterdir()) == [
        "manifest.json",
        "observatory.duckdb",
        "parquet",
    ]


def test_a_view_that_names_its_database_becomes_a_table(shelf: Shelf) -> None:
    built = shelf.build()
    rows = _open(built.path).execute("SELECT * FROM mart_view ORDER BY 1").fetchall()
    assert rows == [("sdg01_poverty_rate", 2), ("sdg10_gini", 4)]


def test_comments_travel_with_the_tables(shelf: Shelf) -> None:
    built = shelf.build()
    connection = _open(built.path)
    comment = "SELECT comment FROM duckdb_{}() WHERE {}"
    table = connection.execute(comment.format("tables", "table_name = 'dim_indicator'")).fetchone()
    column = connection.execute(comment.format("columns", "column_name = 'unit'")).fetchone()
    assert (table, column) == (("L'indicateur et son unité",), ("Unité de l'indicateur",))
    documented = {t.name: t for t in built.manifest.tables}
    assert documented["dim_indicator"].documentation == {"unit": "Unité de l'indicateur"}
    assert documented["mart_view"].description == "Une vue"


def test_only_the_tables_asked_for(shelf: Shelf) -> None:
    built = shelf.build(tables=["dim_territory"])
    assert [t.name for t in built.tables] == ["dim_territory"]
    assert [p.name for p in (built.path / "parquet").iterdir()] == ["dim_territory.parquet"]


def test_the_database_has_the_oldest_storage_of_duckdb_1(shelf: Shelf) -> None:
    # bytes 12 to 20 of a DuckDB file are its storage version; 64 is what 1.0 and 1.1 read
    header = (shelf.build().path / "observatory.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


def test_the_same_rows_give_the_same_files_and_content(shelf: Shelf) -> None:
    one = shelf.build(FIRST, extra_rows=150_000)
    two = shelf.build(SECOND, values=list(reversed(VALUES)), extra_rows=150_000)
    assert one.content == two.content
    assert [t.sha256 for t in one.tables] == [t.sha256 for t in two.tables]


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1:],
        lambda rows: [*rows, rows[0]],  # a row twice must not go unseen
        lambda rows: [*rows, rows[0], rows[0]],
        lambda rows: [(*rows[0][:5], 12.500000001), *rows[1:]],
        lambda rows: [(*rows[0][:4], None, rows[0][5]), *rows[1:]],
        lambda rows: [(*rows[0][:4], "NULL", rows[0][5]), *rows[1:]],
    ],
)
def test_any_change_of_rows_changes_the_content(shelf: Shelf, change) -> None:  # type: ignore[no-untyped-def]
    assert shelf.build(FIRST).content != shelf.build(SECOND, values=change(VALUES)).content


def test_null_and_the_word_null_are_not_the_same_content(shelf: Shelf) -> None:
    null = [(*VALUES[0][:4], None, 1.0)]
    word = [(*VALUES[0][:4], "NULL", 1.0)]
    assert shelf.build(FIRST, values=null).content != shelf.build(SECOND, values=word).content


def test_an_edition_with_the_same_tables_is_recognised(shelf: Shelf) -> None:
    assert not editions.same_as_current(shelf.build(FIRST))
    shelf.publish(FIRST)
    assert editions.same_as_current(shelf.build(SECOND))
    changed = shelf.build(THIRD, values=VALUES[1:])
    assert not editions.same_as_current(changed)
    assert editions.same_as_current(changed, ignoring=["fct_indicator_value", "mart_view"])


def test_the_manifest_says_where_everything_comes_from(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    taken = FileOutcome(
        source="insee_filosofi", vintage="2018", file="cc.csv", state="kept", sha256="ab", bytes=12,
        origin="https://www.insee.fr/cc.csv", channel="live",
    )  # fmt: skip
    refused = taken.model_copy(update={"file": "bad.csv", "state": "refused"})
    missing = FileOutcome(source="insee_neet", state="missing")
    path = shelf.publish(SECOND, inputs=[missing, refused, taken])
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    assert manifest["edition"] == SECOND and manifest["previous"] == FIRST
    assert manifest["territory"] == "244400404" and manifest["code_version"] == "0.1.0"
    assert manifest["inputs"] == [
        {
            "source": "insee_filosofi", "vintage": "2018", "file": "cc.csv", "sha256": "ab",
            "bytes": 12, "origin": "https://www.insee.fr/cc.csv", "channel": "live", "state": "kept",
        }
    ]  # fmt: skip
    fact = next(t for t in manifest["tables"] if t["name"] == "fct_indicator_value")
    assert fact["rows"] == len(VALUES)
    assert fact["columns"][:2] == ["indicator_id", "territory_code"]
    assert fact["types"]["value"] == "DOUBLE"
    assert len(fact["sha256"]) == 64
    assert editions.verify(path) == []


def test_what_the_team_dropped_is_told_by_its_source_for_its_name_may_be_a_persons(shelf: Shelf) -> None:
    dropped = FileOutcome(
        source="lucie_labels", vintage="2026", file="Labels Jeanne Canari.xlsx [Feuil1]", state="accepted",
        sha256="1a2b3c4d5e", origin="inbox:lucie_labels/2026/Labels Jeanne Canari.xlsx#Feuil1", channel="inbox",
    )  # fmt: skip
    path = shelf.publish(FIRST, inputs=[dropped])
    text = (path / "manifest.json").read_text("utf-8")
    [told] = json.loads(text)["inputs"]
    assert (told["file"], told["origin"]) == ("lucie_labels-1a2b3c4d.xlsx [Feuil1]", "inbox:lucie_labels")
    assert told["sha256"] == "1a2b3c4d5e" and "Canari" not in text


def test_an_empty_table_stays_typed(shelf: Shelf) -> None:
    built = shelf.build(values=[])
    columns = _open(built.path).execute("DESCRIBE fct_indicator_value").fetchall()
    assert [c[1] for c in columns] == ["VARCHAR"] * 5 + ["DOUBLE", "VARCHAR", "VARCHAR"]


def test_a_wanting_table_is_named_and_nothing_stays(shelf: Shelf) -> None:
    with pytest.raises(EditionError) as caught:
        shelf.build(tables=["dim_territory", "dim_sdg"])
    assert caught.value.kind == "warehouse"
    assert "dim_sdg" in fr(caught.value.reason) and "dim_territory" not in fr(caught.value.reason)
    assert list((shelf.home / "work").iterdir()) == []


def test_a_warehouse_without_marts_or_not_there_is_an_answer(shelf: Shelf, tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    for file in ("empty.duckdb", "nowhere.duckdb"):
        with pytest.raises(EditionError) as caught:
            editions.build(tmp_path / file, shelf.home, FIRST, outcome(), [], "0.1.0")
        assert caught.value.kind == "warehouse"


def test_a_file_that_is_no_database_is_an_answer(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "bad.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(EditionError) as caught:
        editions.build(tmp_path / "bad.duckdb", shelf.home, FIRST, outcome(), [], "0.1.0")
    assert caught.value.kind == "other"
    assert fr(caught.value.reason) and en(caught.value.action)
    assert not (shelf.home / "work" / f"{FIRST}.building").exists()


def test_an_interruption_leaves_nothing_and_passes_on(shelf: Shelf, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.editions.building.sha256_of", interrupt)
    with pytest.raises(KeyboardInterrupt):
        shelf.build()
    assert list((shelf.home / "work").iterdir()) == []


def test_what_an_earlier_attempt_left_is_replaced(shelf: Shelf) -> None:
    stale = shelf.home / "work" / f"{FIRST}.building" / "parquet"
    stale.mkdir(parents=True)
    (stale / "old.parquet").write_text("stale")
    assert not (shelf.build().path / "parquet" / "old.parquet").exists()


def test_a_published_edition_is_not_built_again(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    with pytest.raises(EditionError) as caught:
        shelf.build(FIRST)
    assert caught.value.kind == "exists"
    assert shelf.current() == FIRST


def test_nothing_is_written_outside_the_home(shelf: Shelf, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    shelf.build(extra_rows=50_000)
    assert os.listdir(elsewhere) == []
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "home", "warehouse.duckdb"]


def test_discard_removes_the_work_and_not_what_is_published(shelf: Shelf) -> None:
    shelf.publish(FIRST)
    built = shelf.build(SECOND)
    editions.discard(built)
    editions.discard(built)
    assert not built.path.exists() and shelf.names() == [FIRST]


def test_error_speaks_both_languages() -> None:
    error = EditionError(Message.of(fr="Plus de place.", en="No room."), Message.of(fr="Libérez.", en="Free."))
    assert fr(error.message) == "Plus de place. Libérez."
    assert en(error.message) == "No room. Free."
