"""Readers with the DuckDB of 2024 hold an edition open while the next one comes out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "editions"))

from edition_fakes import FIRST, SECOND, VALUES, Shelf, documented

from orchestration import editions

# 1.1.3 has no wheel for Python 3.14; 1.4 is then the oldest that installs
OLD_VERSION = "1.1.3" if sys.version_info < (3, 14) else "1.4.1"
OLD_DRIVER = f"duckdb=={OLD_VERSION}"
UNREACHABLE = ("connection", "retrying", "timed out", "name resolution", "from versions: none")

# One JSON request a line on standard input, one JSON answer a line on standard output.
READER = """
import json, sys
import duckdb
held = {}
for line in sys.stdin:
    request = json.loads(line)
    if "home" in request:
        told = {}
        exec(request["lines"], told)
        held[request["as"]] = told["newest_edition"](request["home"])
        answer = duckdb.__version__
    elif "open" in request:
        held[request["as"]] = duckdb.connect(request["open"], read_only=True)
        answer = duckdb.__version__
    else:
        answer = held[request["as"]].execute(request["sql"]).fetchall()
    print(json.dumps(answer), flush=True)
"""


class Reader:
    """A BI tool: another process, an old driver."""

    def __init__(self, python: Path) -> None:
        self.process = subprocess.Popen(
            [str(python), "-c", READER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, **request: str):  # type: ignore[no-untyped-def]
        """Return the answer to one request; fails with the reader's own error when it died."""
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self.process.communicate(timeout=20)


@pytest.fixture(scope="session")
def old_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the old driver; skipped without a package index."""
    folder = tmp_path_factory.mktemp("old-driver") / "env"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    python = folder / "bin" / "python"
    installed = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--only-binary=:all:", OLD_DRIVER],
        capture_output=True,
        text=True,
        timeout=300,
    )
    if installed.returncode:
        if any(word in installed.stderr.lower() for word in UNREACHABLE):
            pytest.skip(f"{OLD_DRIVER} could not be installed: no package index can be reached")
        pytest.fail(f"{OLD_DRIVER} could not be installed: {installed.stderr}")
    return python


@pytest.mark.slow
def test_an_old_driver_reads_through_a_publication(old_python: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish(FIRST, extra_rows=20_000)
    link = shelf.home / "editions" / "current"
    database = str(link / "observatory.duckdb")
    rows = "SELECT count(*), count(value), sum(value) FROM fct_indicator_value"
    unit = "SELECT comment FROM duckdb_columns() WHERE column_name = 'unit'"
    sample = "SELECT * FROM fct_indicator_value WHERE indicator_id LIKE 'sdg%' ORDER BY ALL"
    reader = Reader(old_python)
    try:
        assert reader.ask(**{"open": database, "as": "old"}) == OLD_VERSION
        before = reader.ask(**{"as": "old", "sql": rows}), reader.ask(**{"as": "old", "sql": sample})
        assert before[0][0][0] == len(VALUES) + 20_000
        assert reader.ask(**{"as": "old", "sql": unit}) == [["Unité de l'indicateur"]]

        shelf.publish(SECOND, values=VALUES[1:], extra_rows=10)

        after = reader.ask(**{"as": "old", "sql": rows}), reader.ask(**{"as": "old", "sql": sample})
        assert after == before
        # the lines of docs/marts.md, in the very process that holds the old one: without the real path, drivers
        # before 1.5 hand out the old edition again
        reader.ask(**{"home": str(shelf.home), "lines": documented(), "as": "again"})
        assert reader.ask(**{"as": "again", "sql": rows})[0][0] == len(VALUES) - 1 + 10
        assert reader.ask(**{"as": "old", "sql": rows}) == before[0]
        # `current` is opened afresh by another process, while the old one is still held
        other = Reader(old_python)
        other.ask(**{"open": database, "as": "new"})
        assert other.ask(**{"as": "new", "sql": rows})[0][0] == len(VALUES) - 1 + 10
        other.close()
        parquet = f"SELECT count(*) FROM '{link}/parquet/fct_indicator_value.parquet'"
        assert reader.ask(**{"as": "old", "sql": parquet}) == [[len(VALUES) - 1 + 10]]

        editions.rollback(shelf.home, FIRST)
        third = Reader(old_python)
        third.ask(**{"open": database, "as": "back"})
        assert third.ask(**{"as": "back", "sql": rows}) == before[0]
        third.close()
    finally:
        reader.close()
    assert editions.verify(shelf.home / "editions" / FIRST) == []
    assert {p.name for p in (shelf.home / "editions" / FIRST).iterdir()} == {
        "manifest.json", "observatory.duckdb", "parquet", "receipt.json", "receipt.md",
    }  # fmt: skip


@pytest.mark.slow
def test_an_edition_is_built_while_an_old_driver_reads(old_python: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.publish(FIRST)
    reader = Reader(old_python)
    try:
        reader.ask(**{"open": str(shelf.home / "editions" / FIRST / "observatory.duckdb"), "as": "old"})
        built = shelf.build(SECOND, values=VALUES[1:])
        assert editions.compare(shelf.home / "editions" / FIRST, built.path).removed == 1
        count = "SELECT count(*) FROM fct_indicator_value"
        assert reader.ask(**{"as": "old", "sql": count}) == [[len(VALUES)]]
    finally:
        reader.close()
