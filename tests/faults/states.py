"""What a home keeps for itself: each file with a good content, and how the product reads it.

A disk that was full, a copy that broke off or an editor leaves half a file, another type, a moment without its zone. Whoever
reads one gets what there is, as if the file were not there, or a sentence: never a traceback, and no file of a publisher is
refused for it. Add a file here when a home keeps another one. Used by `test_damaged_home.py` and `bench/fuzz.py`.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.base.acts import acts
from orchestration.base.settings import PROJECT, Settings
from orchestration.catalog import load_catalogue
from orchestration.counter.drops import drops
from orchestration.counter.jobs import Jobs
from orchestration.editions import current, list_editions, verify
from orchestration.health.status import status_json, statuses
from orchestration.inbox.delivery import open_placements
from orchestration.inbox.folder import Inbox
from orchestration.inbox.templates import filled_in
from orchestration.inbox.visits import counted
from orchestration.lake.store import Lake
from orchestration.landing import HashCache
from orchestration.landing.live.journal import Journal
from orchestration.notifications.heartbeat import heartbeat
from orchestration.notifications.memory import Memory
from orchestration.notifications.requests import requests
from orchestration.quality.remembered import last_results
from orchestration.readers.site.writing import Writer
from orchestration.receipts.kept import last_receipt
from orchestration.receipts.sentences import text
from orchestration.refresh.holding import holder_of
from orchestration.refresh.tidying import old

_AT = "2026-11-20T08:00:00+00:00"
_SAID = {"code": "lake.move_register_away", "params": {}}
_CHECK = {"name": "c", "asset": "a.b", "severity": "warn", "passed": False, "message": _SAID, "vintage": "2018"}
_EDITION = "20261120T080000Z"
_MANIFEST = {
    "format": 1,
    "edition": _EDITION,
    "created_at": _AT,
    "previous": None,
    "territory": "244400404",
    "run_id": "r",
    "channel": "sample",
    "realm": "sample",
    "code_version": "0",
    "duckdb_version": "1",
    "database": {"name": "observatory.duckdb", "bytes": 1, "sha256": "0"},
    "inputs": [],
    "tables": [],
}
_ADDRESS = dict.fromkeys(
    ("template", "url", "origin", "vintage", "file", "sha256", "fetched_at", "checked_at", "method"), "x"
) | {"bytes": 1, "year": 2018}
_NOTED = {"source": "a", "vintage": "2018", "name": "a.csv", "sha256": "0", "previous": [], "dropped": "61"}
_RUNNING = {
    "run_id": "r",
    "who": "x",
    "process": f"{socket.gethostname()}:{os.getpid()}",
    "channel": "sample",
    "sources": ["a"],
    "started_at": _AT,
    "moved_at": _AT,
}
_REQUEST = {"request_id": "20261120T080000Z-abcdef", "kind": "patch", "who": "x", "asked_at": _AT, "about": "a.csv"}
_FINDING = {"key": "a", "kind": "refused", "fingerprint": "0", "text": _SAID}
_DROP = "20261120T080000Z-abcdefabcdef"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


# its place in a home → a good content
GOOD: dict[str, bytes] = {
    "state.json": (PROJECT / "tests/data/home_of_register_1/state.json").read_bytes(),
    "hashes.json": _json({"/a.csv|1|2|3|4": "00"}),
    "refresh.json": _json(_RUNNING),
    "heartbeat.json": _json({"first_at": _AT, "last_at": _AT, "last_exit_code": 0, "good_at": _AT, "good_run": "r"}),
    "notifications.json": _json(
        {
            "version": 1,
            "standing": {"a": {"finding": _FINDING, "since": _AT, "told_at": _AT}},
            "waiting": [{"service": "s", "title": "t", "body": "b", "composed_at": _AT}],
        }
    ),
    "checks.json": _json({"version": 2, "checks": {"a|c|2018": {"outcome": _CHECK, "run_id": "r", "at": _AT}}}),
    "journal/acts.jsonl": _json({"when": _AT, "who": "x", "what": "published", "about": {"edition": _EDITION}}) + b"\n",
    f"requests/{_REQUEST['request_id']}.json": _json(_REQUEST),
    "receipts/20261120T080000000000Z.json": _json(
        {"run_id": "r", "finished_at": _AT, "started_at": _AT, "exit_code": 0, "channel": "live", "sources": []}
    ),
    f"editions/{_EDITION}/manifest.json": _json(_MANIFEST),
    "editions/history.jsonl": _json({"when": _AT, "what": "published", "edition": _EDITION}) + b"\n",
    "pinned.txt": f"{_EDITION} pour le rapport\n".encode(),
    "live/insee_neet/journal.json": _json({"version": 1, "addresses": {"a": _ADDRESS}}),
    "inbox/.work/61.json": _json(_NOTED),
    "inbox/.work/counted": _json([["61", 1, 2]]),
    "inbox/modeles/.ecrits.json": _json({"a.xlsx": "00"}),
    f"counter/drops/{_DROP}/drop.json": _json({"drop_id": _DROP, "who": "x", "dropped_at": _AT, "files": []}),
    f"counter/jobs/{_DROP}/job.json": _json(
        {"job_id": _DROP, "kind": "refresh", "who": "x", "began_at": _AT, "pid": 999_999, "about": {}}
    ),
    f"counter/jobs/{_DROP}/out": _json({"exit_code": 0}),
    "site/pages.json": _json({"fr/index.html": "00"}),
}


def _placements(settings: Settings) -> None:
    inbox = Inbox(settings.home)
    inbox.make()
    open_placements(inbox)
    counted(inbox, settings.sources_path, [])


def _editions(settings: Settings) -> None:
    for edition in list_editions(settings.home):
        verify(edition.path)
    current(settings.home)


def _status(settings: Settings) -> None:
    register = Lake(settings.home).register
    catalogue = load_catalogue(settings.sources_path)
    for realm in ("real", "sample"):
        found = statuses(catalogue, register, home=settings.home, realm=realm, today=date(2026, 11, 24))
        json.dumps(status_json(found, []), default=str)
    register.model_dump_json()


def _jobs(settings: Settings) -> None:
    for job in Jobs(settings).newest():
        assert job.out is not ... and job.is_running in (True, False)


def _heartbeat(settings: Settings) -> None:
    said = heartbeat(settings, datetime(2026, 11, 24, tzinfo=UTC), catalogue=())
    assert said is None or text(said, "fr")


def _remembered(settings: Settings) -> None:
    memory = Memory.load(settings.home)
    now = datetime.now(UTC)
    assert all(s.since < now or s.since >= now for s in memory.standing.values())


# file → whoever reads it
READ: dict[str, Callable[[Settings], object]] = {
    "state.json": _status,
    "hashes.json": lambda s: HashCache(s.home / "hashes.json").sha256(Path(__file__)),
    "refresh.json": lambda s: holder_of(s.home),
    "heartbeat.json": _heartbeat,
    "notifications.json": _remembered,
    "checks.json": lambda s: sorted(last_results(s.home).checks.values(), key=lambda c: c.at.isoformat()),
    "journal": lambda s: [a.when.isoformat() for a in acts(s.home)],
    "requests": lambda s: requests(s.home),
    "receipts": lambda s: (last_receipt(s.home), _heartbeat(s)),
    "editions": lambda s: (_editions(s), old(s, datetime.now(UTC))),
    "pinned.txt": lambda s: old(s, datetime.now(UTC)),
    "live": lambda s: Journal.load(s.home / "live" / "insee_neet"),
    "inbox": lambda s: (_placements(s), filled_in(s.home / "inbox" / "modeles")),
    "counter": lambda s: (drops(s.home), _jobs(s)),
    "site": lambda s: Writer(s.home / "site"),
}


def write(home: Path, files: dict[str, bytes] = GOOD) -> None:
    """Write the files of a home, each at its place."""
    for name, content in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def read(settings: Settings, name: str) -> None:
    """Let the product read the file at a place. Raises what it raises: a LakeError has words, nothing else may come."""
    READ[name if name in READ else name.partition("/")[0]](settings)
