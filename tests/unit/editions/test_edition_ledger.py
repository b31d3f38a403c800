"""The ledger of revisions: which edition it goes on from, and that it agrees with what the receipt counts."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from edition_fakes import FIRST, RECEIPTS, SECOND, THIRD, VALUES, Shelf, outcome, warehouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration import editions
from orchestration.base.duck import connect
from orchestration.base.settings import PROJECT
from orchestration.building.ledger import CHANGES, FIGURES, Ledger, lay_before, ledger_of
from tests.words import fr

FOURTH = "20270224T031500Z"
MODEL = PROJECT / "dbt_project" / "models" / "marts" / "observatory" / "mart_edition_change.sql"


def publish(shelf: Shelf, edition_id: str, **said) -> None:
    warehouse(shelf.warehouse, VALUES)
    built = editions.build(shelf.warehouse, shelf.home, edition_id, outcome(**said), [], "0.1.0")
    editions.publish(built, RECEIPTS, who="test")


def laid(ledger: Ledger) -> tuple[str | None, list[tuple], list[tuple]]:
    """Return the edition that is gone on from, its figures and its ledger, as dbt finds them."""
    with connect() as connection:
        connection.execute("CREATE SCHEMA run")
        name = lay_before(connection, ledger)
        for table, columns in (("previous_figures", FIGURES), ("previous_changes", CHANGES)):
            found = connection.execute(f"DESCRIBE run.{table}").fetchall()
            assert {row[0]: row[1] for row in found} == columns
        return (
            name,
            connection.execute("SELECT * FROM run.previous_figures ORDER BY ALL").fetchall(),
            connection.execute("SELECT * FROM run.previous_changes").fetchall(),
        )


def test_a_first_edition_has_nothing_before_it(shelf: Shelf) -> None:
    assert ledger_of(shelf.home, "real") == Ledger()
    assert laid(Ledger()) == (None, [], [])


def test_it_goes_on_from_the_edition_in_service(shelf: Shelf) -> None:
    publish(shelf, FIRST, realm="real", channel="mirror")
    publish(shelf, SECOND, realm="real", channel="inbox")
    ledger = ledger_of(shelf.home, "real")
    assert ledger.edition and ledger.edition.edition_id == SECOND and ledger.note is None
    name, figures, changes = laid(ledger)
    # an edition of a version that knew neither statuses here nor a ledger
    assert name == SECOND and len(figures) == len(VALUES) and changes == []
    assert {row[-1] for row in figures} == {None}
    editions.rollback(shelf.home, FIRST, who="test")
    assert ledger_of(shelf.home, "real").edition.edition_id == FIRST


def test_files_of_the_other_kind_are_passed_over(shelf: Shelf) -> None:
    publish(shelf, FIRST, realm="real", channel="mirror")
    publish(shelf, SECOND, realm="sample", channel="sample")
    publish(shelf, THIRD, realm="sample", channel="inbox")
    ledger = ledger_of(shelf.home, "real")
    assert ledger.edition and ledger.edition.edition_id == FIRST
    assert FIRST in fr(ledger.note) and "reprend" in fr(ledger.note)
    assert ledger_of(shelf.home, "sample").edition.edition_id == THIRD


def test_it_begins_anew_where_nothing_of_the_kind_was_published(shelf: Shelf) -> None:
    publish(shelf, FIRST, realm="sample", channel="sample")
    ledger = ledger_of(shelf.home, "real")
    assert ledger.edition is None and FIRST in fr(ledger.note) and "commence" in fr(ledger.note)
    assert laid(ledger) == (None, [], [])


@pytest.mark.parametrize(("channel", "realm"), [("sample", "sample"), ("mirror", "real"), ("live", "real")])
def test_editions_of_earlier_versions_are_told_by_their_channel(shelf: Shelf, channel: str, realm: str) -> None:
    publish(shelf, FIRST, channel=channel)
    assert ledger_of(shelf.home, realm).edition.edition_id == FIRST
    assert ledger_of(shelf.home, "real" if realm == "sample" else "sample").edition is None


def test_a_damaged_edition_does_not_keep_the_next_one_from_readers(shelf: Shelf, caplog) -> None:
    publish(shelf, FIRST, realm="real")
    path = shelf.home / "editions" / FIRST / "parquet" / "fct_indicator_value.parquet"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-40] + b"x" * 40)
    assert laid(ledger_of(shelf.home, "real"))[0] is None
    assert "damaged" in caplog.text
    path.unlink()
    assert laid(ledger_of(shelf.home, "real"))[0] is None


def test_a_table_without_the_columns_is_no_beginning(shelf: Shelf) -> None:
    warehouse(shelf.warehouse)
    with duckdb.connect(str(shelf.warehouse)) as connection:
        connection.execute("DROP VIEW marts.mart_view; ALTER TABLE marts.fct_indicator_value DROP breakdown")
    built = editions.build(shelf.warehouse, shelf.home, FIRST, outcome(realm="real"), [], "0.1.0")
    editions.publish(built, RECEIPTS, who="test")
    assert laid(ledger_of(shelf.home, "real")) == (None, [], [])


# the receipt and the ledger count alike --------------------------------------------------------------

VALUE = st.one_of(
    st.none(),
    st.sampled_from([0.0, 12.5, 12.5 + 1e-10, 12.5 + 1e-7, 1e-9, 2e-9, 4e-9, -3.0, 2.5e8, 2.5e8 + 0.1, 2.5e8 + 10]),
)
FIGURE = st.tuples(VALUE, st.sampled_from(["final", "provisional", "suppressed"]))
# one code at two levels, as 44 is a département and a région
KEYS = [
    ("sdg01_a", "department", "44"),
    ("sdg01_a", "region", "44"),
    ("sdg10_b", "commune", "44109"),
    ("sdg10_b", "commune", "44020"),
]
EDITION = st.dictionaries(st.sampled_from(KEYS), FIGURE)


def write(folder: Path, figures: dict) -> Path:
    (folder / "parquet").mkdir(parents=True, exist_ok=True)
    with connect() as connection:
        connection.execute(
            "CREATE TABLE t (indicator_id VARCHAR, territory_level VARCHAR, territory_code VARCHAR, "
            "period VARCHAR, breakdown VARCHAR, value DOUBLE, status VARCHAR)"
        )
        if figures:
            rows = [[*key, "2018", "total", *figure] for key, figure in figures.items()]
            connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute(f"COPY t TO '{folder}/parquet/fct_indicator_value.parquet'")
    return folder


def ledger_rows(old: Path, new: Path) -> list[tuple]:
    """Return (change, figures) as the dbt model finds them: its SQL, with the tables put in by hand."""
    sql = MODEL.read_text(encoding="utf-8")
    sql = re.sub(r"\{\{ *(?:ref\('|source\('run', ')(\w+)'\) *\}\}", r"\1", sql)
    assert "{{" not in sql
    with connect() as connection:
        for table, folder in (("fct_indicator_value", new), ("previous_figures", old)):
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM '{folder}/parquet/fct_indicator_value.parquet'")
        columns = ", ".join(f"{c} {t}" for c, t in CHANGES.items())
        connection.execute(f"CREATE TABLE previous_changes ({columns})")
        connection.execute("CREATE TABLE settings AS SELECT 'E2' AS edition_id, 'E1' AS previous_edition")
        connection.execute(f"CREATE TABLE ledger AS {sql}")
        return connection.execute(
            "SELECT indicator_id, change, count(*) FROM ledger GROUP BY ALL ORDER BY ALL"
        ).fetchall()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=EDITION, after=EDITION)
def test_the_receipt_and_the_ledger_count_alike(tmp_path: Path, before: dict, after: dict) -> None:
    old, new = write(tmp_path / "old", before), write(tmp_path / "new", after)
    counted = editions.compare(old, new)
    told = sorted(
        (i.indicator_id, change, number)
        for i in counted.by_indicator
        for change, number in (("new", i.new), ("removed", i.removed), ("revised", i.revised))
        if number
    )
    assert ledger_rows(old, new) == told
    assert counted.revised >= counted.blanked + counted.filled + counted.restated
    assert counted.new + counted.revised + counted.unchanged == len(after)
