"""`make proof-bi`: a real Superset on an edition, from a bare machine to a filled dashboard, on DuckDB and on PostgreSQL.

    python -m bi.proof --home HOME --environment DIR --out DIR

1. installs Superset into an environment of its own, once; 2. copies the edition in service into a scratch home, twice,
so that there is something to swap; 3. for each engine: imports the dashboard of `bi/superset`, asks every chart for its
data, takes a picture, and lets the storm go over it: readers who ask without a stop while editions are swapped. What was
measured is printed and written to `OUT/proof.json`. Exit code 1 where an answer was wrong, late or an error.

Not part of `make test`: it installs 150 packages and takes some minutes. Everything happens on loopback and below the
two folders.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import duckdb
import psycopg
import yaml

from bench.cluster import cluster, programs
from bi.superset_client import ACCOUNT, BUNDLE, Superset
from orchestration.base.settings import PROJECT
from orchestration.editions import current
from orchestration.editions.publishing import swap
from orchestration.readers.postgresql import publish_edition

HERE = Path(__file__).parent
DBT = PROJECT / "dbt_project"
MARKED = ("20261124T041840Z", "20261201T041840Z")
LOCKED = {"read_only": True, "config": {"enable_external_access": False, "lock_configuration": True}}
READERS, SWAPS, QUERIES = 10, 20, 1000
CHART_REQUESTS, BETWEEN_SWAPS = 300, 2.5


@dataclass
class Door:
    """An engine that Superset reads an edition by. `put`: puts one of the marked editions into service."""

    name: str
    address: str
    schema: str
    connect_args: dict[str, Any]
    put: Callable[[str], None]
    measured: dict[str, Any] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry the proof out and return its exit code."""
    given = _parsed(arguments)
    begun = time.monotonic()
    python = _installed(given.environment)
    installed = time.monotonic() - begun
    edition = current(given.home)
    if edition is None:
        print(f"no edition in {given.home}: observatory refresh first", file=sys.stderr)
        return 2
    given.out.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {
        "edition": edition.edition_id,
        "rows": edition.rows,
        "install_seconds": round(installed, 1),
    }
    with TemporaryDirectory(prefix="bi-") as scratch:
        home = Path(scratch) / "home"
        for identifier in MARKED:
            _marked(edition.path, home, identifier)
        for name in given.engine or DOORS:
            with DOORS[name](home) as door:
                if door is not None:
                    found[door.name] = _prove(door, python, Path(scratch) / f"superset-{door.name}", given)
                    print(json.dumps({door.name: found[door.name]}, indent=2), flush=True)
    (given.out / "proof.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    wrong = [w for said in found.values() if isinstance(said, dict) for w in said["wrong"]]
    print("\n".join(wrong) or "every answer was of one edition, the newest, and none was an error")
    return 1 if wrong else 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bi.proof")
    parser.add_argument("--home", type=Path, required=True)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "observatory-bi"
    parser.add_argument("--environment", type=Path, default=cache)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--engine", action="append", choices=DOORS, help="this one alone")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two queries of a reader")
    parser.add_argument("--queries", type=int, default=QUERIES, help="of each reader")
    parser.add_argument("--swaps", type=int, default=SWAPS, help="of each storm")
    parser.add_argument(
        "--requests", type=int, default=CHART_REQUESTS, help="charts that each reader asks for, at least"
    )
    return parser.parse_args(arguments)


# the environment ----------------------------------------------------------------------------------


def _installed(environment: Path) -> Path:
    """Return the Python of the environment, made where it is not there or is of other pins."""
    python, mark = environment / "bin" / "python", environment / ".pins"
    pins = (HERE / "constraints.txt").read_text() + (HERE / "requirements.in").read_text()
    if not mark.is_file() or mark.read_text() != pins:
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pins_of = ["--constraint", str(HERE / "constraints.txt"), "--requirement", str(HERE / "requirements.in")]
        subprocess.run([*pip, *pins_of], check=True)
        mark.write_text(pins)
    return python


# two editions to swap, two doors to read them by ---------------------------------------------------


def _marked(edition: Path, home: Path, identifier: str) -> None:
    """Copy an edition under another name, which every figure's unit states."""
    folder = home / "editions" / identifier
    folder.mkdir(parents=True)
    for name in ("observatory.duckdb", "manifest.json"):
        shutil.copy(edition / name, folder / name)
        (folder / name).chmod(0o644)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "edition": identifier}), encoding="utf-8")
    with duckdb.connect(str(folder / "observatory.duckdb")) as connection:
        connection.execute("UPDATE dim_edition SET edition_id = ?", [identifier])
        connection.execute("UPDATE fct_indicator_value SET unit = ?", [identifier])


@contextmanager
def _duckdb(home: Path) -> Iterator[Door]:
    yield Door(
        "duckdb",
        f"duckdb:///{home}/editions/current/observatory.duckdb",
        "main",
        LOCKED,
        lambda identifier: swap(home, identifier),
    )


@contextmanager
def _postgresql(home: Path) -> Iterator[Door | None]:
    if programs() is None:
        print("no PostgreSQL server: this half of the proof is left out (apt-get install postgresql)")
        yield None
        return
    with cluster() as address:
        copied: list[float] = []

        def put(identifier: str) -> None:
            report = publish_edition(home / "editions" / identifier, DBT, address, home / "work")
            copied.extend([report.seconds] if report.copied else [])

        for identifier in MARKED:
            put(identifier)
        with psycopg.connect(address, autocommit=True) as keeper:
            keeper.execute("CREATE ROLE dashboard LOGIN IN ROLE observatory_reader")
            keeper.execute("ALTER ROLE dashboard SET search_path = observatory")
        place = quote(address.split("?host=")[1])
        uri = f"postgresql+psycopg2://dashboard@/postgres?host={place}"
        yield Door("postgresql", uri, "observatory", {}, put, {"copy_seconds": copied})


DOORS: dict[str, Callable[[Path], AbstractContextManager[Door | None]]] = {"duckdb": _duckdb, "postgresql": _postgresql}


# the proof of one door -----------------------------------------------------------------------------


def _prove(door: Door, python: Path, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    begun = time.monotonic()
    door.put(MARKED[0])
    password = secrets.token_urlsafe(16)
    with _superset(door, python, folder, password) as superset:
        charts = superset.charts()
        rows = {chart["name"]: len(superset.rows(chart)) for chart in charts}
        filled = time.monotonic() - begun
        superset.picture(given.out / f"superset-{door.name}.png")
        # what one reader waits for, then what ten wait for while editions are swapped
        alone = {
            "raw": _storm(door, lambda *_: _raw_reader(door, python, 200, 0), swaps=0, readers=1),
            "chart_data": _storm(
                door, lambda n, over: _chart_reader(superset, charts, 70, n, over), swaps=0, readers=1
            ),
        }
        raw = _storm(door, lambda *_: _raw_reader(door, python, given.queries, given.pause), given.swaps, READERS)
        asked = _storm(
            door, lambda n, over: _chart_reader(superset, charts, given.requests, n, over), given.swaps, READERS
        )
    measured = {"alone, raw": alone["raw"], "alone, charts": alone["chart_data"], "raw": raw, "charts": asked}
    wrong = [f"{door.name}: the chart {name} is empty" for name, count in rows.items() if not count]
    wrong += [f"{door.name}, {kind}: {w}" for kind, said in measured.items() for w in said.pop("wrong")]
    return {
        "seconds_to_dashboard": round(filled, 1),
        "charts": rows,
        "alone": alone,
        "raw": raw,
        "chart_data": asked,
        **door.measured,
        "wrong": wrong,
    }


@contextmanager
def _superset(door: Door, python: Path, folder: Path, password: str) -> Iterator[Superset]:
    folder.mkdir()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("OBSERVATORY_", "PYTHONPATH"))},
        "SUPERSET_HOME": str(folder),
        "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
        # the settings import the door that lies beside them
        "PYTHONPATH": str(HERE),
        "OBSERVATORY_EDITION": door.address,
        "OBSERVATORY_BI_KEY": secrets.token_urlsafe(42),
        "FLASK_APP": "superset",
    }
    log = (folder / "log").open("w")

    def run(*words: str) -> None:
        command = [str(python.parent / "superset"), *words]
        done = subprocess.run(command, env=environment, stdout=log, stderr=log, check=False)
        if done.returncode:
            tail = "".join((folder / "log").read_text().splitlines(keepends=True)[-20:])
            raise RuntimeError(f"superset {words[0]} failed:\n{tail}")

    bundle = _bundle(door, folder)
    run("db", "upgrade")
    named = ("--username", ACCOUNT, "--firstname", "BI", "--lastname", "BI", "--email", "bi@localhost")
    run("fab", "create-admin", *named, "--password", password)
    run("init")
    run("import-dashboards", "-p", str(bundle), "-u", ACCOUNT)
    port = _free_port()
    # a worker a core, which answers one question after another: threads of one interpreter only wait for each other
    served = [str(python.parent / "gunicorn"), "-w", str(os.cpu_count() or 2), "-k", "sync", "--timeout", "120"]
    process = subprocess.Popen(
        [*served, "-b", f"127.0.0.1:{port}", "superset.app:create_app()"], env=environment, stdout=log, stderr=log
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/health")
        yield Superset(address, password)
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _bundle(door: Door, folder: Path) -> Path:
    """Return the dashboard as Superset imports it: the project's YAML with the address of this door in it."""
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(BUNDLE.rglob("*.yaml")):
            said = yaml.safe_load(file.read_text(encoding="utf-8"))
            if "sqlalchemy_uri" in said:
                said["sqlalchemy_uri"] = door.address
                said["extra"]["engine_params"]["connect_args"] = door.connect_args
            if "schema" in said:
                said["schema"] = door.schema
            archive.writestr(f"bundle/{file.relative_to(BUNDLE)}", yaml.safe_dump(said, allow_unicode=True))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str) -> None:
    for _ in range(240):
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - loopback
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError(f"{address} does not answer")


# the storm ----------------------------------------------------------------------------------------


def _raw_reader(door: Door, python: Path, queries: int, pause: float) -> list[dict[str, Any]]:
    words = [str(HERE / "storm_reader.py"), door.address, json.dumps(door.connect_args), str(queries)]
    done = subprocess.run(
        [str(python), *words, str(pause)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _chart_reader(
    superset: Superset, charts: list[dict[str, Any]], requests: int, number: int, over: threading.Event
) -> list[dict[str, Any]]:
    """Ask for that many charts at least, and on until the last swap is over."""
    answers: list[dict[str, Any]] = []
    while len(answers) < requests or not over.is_set():
        turn = len(answers)
        chart, begun = charts[(number + turn) % len(charts)], time.time()
        said: dict[str, Any] = {"begun": begun}
        try:
            rows, is_kept = superset.answer(chart)
            editions = {row["edition_id"] for row in rows}
            said |= {"edition": next(iter(editions), None), "mixed": len(editions) != 1, "kept": is_kept}
        except (OSError, KeyError, ValueError) as error:
            said |= {"error": f"{type(error).__name__}: {error}"[:300]}
        answers.append(said | {"seconds": time.time() - begun})
    return answers


def _storm(
    door: Door, read: Callable[[int, threading.Event], list[dict[str, Any]]], swaps: int, readers: int
) -> dict[str, Any]:
    """Let the readers read while editions are swapped; return what came of it. `read`: by number, and what says that all is swapped."""
    door.put(MARKED[0])
    over = threading.Event()
    answers: list[list[dict[str, Any]]] = [[] for _ in range(readers)]
    failed: list[str] = []

    def one(number: int) -> None:
        try:
            answers[number] = read(number, over)
        except Exception as error:
            failed.append(f"a reader broke down: {error}")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(readers)]
    begun = time.time()
    for thread in threads:
        thread.start()
    times: list[tuple[float, float, str]] = []
    try:
        for turn in range(1, swaps + 1):
            time.sleep(BETWEEN_SWAPS)
            identifier, before = MARKED[turn % 2], time.time()
            door.put(identifier)
            times.append((before, time.time(), identifier))
        during = sum(1 for t in threads if t.is_alive())
    finally:
        over.set()
    for thread in threads:
        thread.join()
    return _told([a for own in answers for a in own], times, failed, during, time.time() - begun)


def _told(
    answers: list[dict[str, Any]], swaps: list[tuple[float, float, str]], failed: list[str], during: int, seconds: float
) -> dict[str, Any]:
    errors = [a["error"] for a in answers if "error" in a]
    whole = [a for a in answers if "error" not in a]
    mixed = sum(1 for a in whole if a["mixed"])
    old = sum(1 for a in whole if not _allowed(a, swaps))
    times = sorted(a["seconds"] for a in whole) or [0.0]
    wrong = [*failed]
    wrong += [f"{len(errors)} errors, such as {errors[0]}"] if errors else []
    wrong += [f"{mixed} answers of two editions"] if mixed else []
    wrong += [f"{old} answers of an edition that had been replaced"] if old else []
    return {
        "queries": len(answers),
        "swaps": len(swaps),
        "readers_left_at_last_swap": during,
        "errors": len(errors),
        "mixed": mixed,
        "old": old,
        "kept": sum(a.get("kept", False) for a in whole),
        "p50_ms": round(1000 * statistics.median(times), 1),
        "p95_ms": round(1000 * times[int(0.95 * (len(times) - 1))], 1),
        "longest_ms": round(1000 * times[-1], 1),
        "queries_a_second": round(len(answers) / seconds, 1),
        "longest_swap_ms": round(1000 * max((done - before for before, done, _ in swaps), default=0.0), 1),
        "wrong": wrong,
    }


def _allowed(answer: dict[str, Any], swaps: list[tuple[float, float, str]]) -> bool:
    """Return whether an edition may have answered: the one in service when it was asked, or one put there since."""
    begun, ended = answer["begun"], answer["begun"] + answer["seconds"]
    in_service = next((i for _, done, i in reversed(swaps) if done <= begun), MARKED[0])
    since = {i for before, done, i in swaps if done > begun and before < ended}
    return answer["edition"] in {in_service, *since}


if __name__ == "__main__":
    sys.exit(main())
