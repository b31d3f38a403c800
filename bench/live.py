"""What the live channel does with misbehaving publishers, and what an unchanged look at all of them costs.

    python bench/live.py [--no-cases] [--sources 1 5 10 20 40] [--latency 0.05]

Everything runs against the local server of `tests/faults`. Prints (a) each misbehaviour and what came of it, at a
first look and after a good one; (b) the time of a look at N sources of which none has anything new: all on
one host (asked one after the other), and spread over eight hosts (four at a time), without and with a
latency of the net at each answer; the slope is what one more source costs.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "faults"))

from live_cases import CASES, GOOD, NOW, a_source, play
from live_server import File, LiveServer, Publishers, Request, http_date

from orchestration.catalog import load_catalogue
from orchestration.landing import HashCache
from orchestration.landing.live import land_all_live
from orchestration.receipts.sentences import text

ROUNDS = 5
SOURCES = Path(__file__).parents[1] / "sources"


def cases() -> None:
    """Print the table of misbehaviours."""
    print("| misbehaviour | first look | after a good one | requests | pauses (s) | what the receipt says |")
    print("|---|---|---|---|---|---|")
    for case in CASES:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            first = play(case, Path(one), after_good=False)
            after = play(case, Path(two), after_good=True)
            said = text(first.outcome.reason, "fr") if first.outcome else "—"
            print(
                f"| {case.name} | {_came(first)} | {_came(after)} | {first.check.requests} "
                f"| {' + '.join(f'{s:.1f}' for s in first.slept) or '—'} | {said.replace('|', '/')} |"
            )


def _came(played) -> str:  # type: ignore[no-untyped-def]
    """Return in a few words what came of a case."""
    if played.check.state == "failed":
        stays = ", good file stays" if played.landing.files else ""
        return f"{played.outcome.state} ({played.check.failure}){stays}"
    return f"taken ({played.check.state}, {played.check.method})"


def unchanged(counts: list[int], latency: float) -> None:
    """Print the time of unchanged looks, and the slope."""
    print("\n| sources | hosts | latency (ms) | unchanged look (s, median of 5) |")
    print("|---|---|---|---|")
    for hosts in (1, 8):
        for wait in (0.0, latency):
            times = {count: _look(count, hosts, wait) for count in counts}
            for count, seconds in times.items():
                print(f"| {count} | {hosts} | {wait * 1000:.0f} | {seconds:.3f} |")
            low, high = min(counts), max(counts)
            if high > low:
                each = (times[high] - times[low]) / (high - low) * 1000
                print(f"| one more | {hosts} | {wait * 1000:.0f} | {each / 1000:.4f} |")


def _look(count: int, hosts: int, latency: float) -> float:
    names = [f"h{n}.exemple.fr" for n in range(hosts)]
    file = File(GOOD, etag='"v1"', last_modified="Sat, 01 Nov 2025 10:00:00 GMT")

    def route(request: Request) -> None:
        time.sleep(latency)
        file(request)

    with LiveServer() as server, tempfile.TemporaryDirectory() as folder:
        sources = []
        for n in range(count):
            host = names[n % hosts]
            server.routes[f"/{host}/{n}.csv"] = route
            sources.append(a_source({"url": f"https://{host}/{n}.csv", "vintage": "2025"}, name=f"essai_{n}"))
        settings = server.settings(*names)
        return _median(sources, Path(folder), settings)


def _median(sources, folder: Path, settings) -> float:  # type: ignore[no-untyped-def]
    seconds = []
    for turn in range(ROUNDS + 1):
        hashes = HashCache(folder / "hashes.json")
        began = time.perf_counter()
        landings = land_all_live(sources, folder / "live", hashes, now=NOW, settings=settings)
        hashes.save()
        took = time.perf_counter() - began
        states = {c.state for one in landings.values() for c in one.checks}
        if turn:
            assert states <= {"unchanged", "absent"}, states
            seconds.append(took)
    return statistics.median(seconds)


def catalogue(latency: float) -> None:
    """Print the time of an unchanged look at every address of `sources/`."""
    sources = [s for s in load_catalogue(SOURCES).values() if s.live]
    with LiveServer() as server, tempfile.TemporaryDirectory() as folder:
        publishers = Publishers(server)
        for source in sources:
            for live in source.live:
                _mount(publishers, live.kind, live.url.replace("{year}", "2026"), live.file_name)
        mounted = dict(server.routes)
        for wait in (0.0, latency):
            for path, route in mounted.items():
                server.routes[path] = lambda r, route=route, wait=wait: (time.sleep(wait), route(r))  # type: ignore[misc]
            seconds = _median(sources, Path(folder) / str(wait), publishers.settings())
            server.asked.clear()
            _ = land_all_live(
                sources,
                Path(folder) / str(wait) / "live",
                HashCache(Path(folder) / "h"),
                now=NOW,
                settings=publishers.settings(),
            )
            print(
                f"\nThe catalogue: {len(sources)} sources, {sum(len(s.live) for s in sources)} addresses, "
                f"{len(server.asked)} requests, latency {wait * 1000:.0f} ms: unchanged look {seconds:.3f} s"
            )


def _mount(publishers: Publishers, kind: str, url: str, name: str | None) -> None:
    if kind == "datagouv":
        body = b"PAR1" + b"\x01" * 1000 + b"PAR1" if (name or "").endswith(".parquet") else GOOD
        publishers.datagouv(
            url.rsplit("/", 1)[-1], name or "fichier.csv", File(body, etag='"v1"'), "2026-11-03T03:00:00+00:00"
        )
    elif kind == "datafair":
        rows = [{"siret": f"{n:014d}", "code_postal": "44000"} for n in range(500)]
        publishers.datafair(
            url.split("/datasets/")[1].split("/")[0], rows, datetime(2026, 11, 19, tzinfo=UTC), page=100
        )
    elif kind == "melodi":
        observations = [
            {
                "dimensions": {"GEO": f"2025-COM-{n:05d}", "TIME_PERIOD": "2023"},
                "measures": {"OBS_VALUE_NIVEAU": {"value": float(n)}},
            }
            for n in range(1000)
        ]
        publishers.melodi(url.split("/data/")[1].split("?")[0], observations, "2026-11-19T10:00:00")
    else:
        body = _workbook() if url.endswith((".xlsx", ".zip")) else GOOD
        publishers.file(url, File(body, etag='"v1"', last_modified=http_date(datetime(2026, 11, 1, tzinfo=UTC))))


def _workbook() -> bytes:
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("donnees.csv", GOOD)
    return target.getvalue()


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-cases", action="store_true", help="leave the table of misbehaviours out")
    parser.add_argument("--sources", type=int, nargs="+", default=[1, 5, 10, 20, 40])
    parser.add_argument("--latency", type=float, default=0.05, help="seconds at each answer")
    given = parser.parse_args()
    logging.getLogger("observatory").setLevel(logging.CRITICAL)
    if not given.no_cases:
        cases()
    unchanged(given.sources, given.latency)
    catalogue(given.latency)


if __name__ == "__main__":
    main()
