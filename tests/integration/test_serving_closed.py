"""`observatory serve` as it is started: what other web pages send, what it leaves behind, what it imports."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT
from orchestration.dagster.serve import refuse_taken_port

JSON = {"Content-Type": "application/json"}
ASK = json.dumps({"query": "{ version }"})
LAUNCH = json.dumps({"query": "mutation { setNuxSeen }"})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(home: Path, port: int, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "orchestration.cli", "serve", "--home", str(home), "--port", str(port), *more]
    return subprocess.Popen(
        command, cwd=PROJECT, stderr=(home.parent / f"serve-{port}.log").open("w"), start_new_session=True
    )


def session_of(serve: subprocess.Popen[bytes]) -> set[int]:
    """Return the processes of the keeper's session, which is a child of `serve`."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        # state, ppid, pgrp, session
        if fields[0] != "Z":
            found.add((int(stat.parent.name), int(fields[1]), int(fields[3])))
    keepers = {pid for pid, parent, session in found if parent == serve.pid and pid == session}
    return {pid for pid, _, session in found if session in keepers}


def living(pids: set[int]) -> set[int]:
    def is_there(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    return {pid for pid in pids if is_there(pid)}


def asked(port: int, method: str, path: str, headers: dict[str, str], body: str | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body=body, headers={"Host": f"127.0.0.1:{port}", **headers})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text


def until_ready(port: int, serve: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and serve.poll() is None:
        try:
            if asked(port, "POST", "/graphql", JSON, ASK)[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("serve does not answer")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that anyone may have dropped Python into."""
    home = tmp_path_factory.mktemp("served") / "home"
    for folder in (home, home / "work"):
        folder.mkdir(mode=0o700)
        for name in ("dagster", "uvicorn", "yaml", "multiprocessing"):
            (folder / f"{name}.py").write_text(
                f"open({str(home / 'imported')!r}, 'a').write({name!r})\nraise SystemExit\n"
            )
    return home


@pytest.fixture(scope="module")
def port(home: Path) -> Iterator[int]:
    port = free_port()
    serve = started(home, port, "--read-only")
    try:
        until_ready(port, serve)
        yield port
    finally:
        behind = session_of(serve)
        assert len(behind) >= 4
        # what nobody can catch: serve alone, then its children on their own
        serve.send_signal(signal.SIGKILL)
        serve.wait()
        until = time.monotonic() + 10
        while living(behind) and time.monotonic() < until:
            time.sleep(0.1)
        left = living(behind)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert left == set(), "processes go on after serve was killed"
        while True:
            try:
                refuse_taken_port("127.0.0.1", port)
                break
            except Refusal:
                assert time.monotonic() < until, "the port stays taken"
                time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("GET", {"Host": "attacker.example"}, None, 421),
        ("POST", {"Host": "attacker.example", **JSON}, ASK, 421),
        ("POST", {"Origin": "http://attacker.example", **JSON}, ASK, 403),
        ("GET", {}, None, 405),
        ("POST", {"Content-Type": "text/plain;application/json"}, LAUNCH, 415),
        ("POST", {"Content-Type": "application/x-www-form-urlencoded"}, "query=x", 415),
        ("POST", JSON, ASK, 200),
    ],
)
def test_what_other_pages_send_is_refused(port, method, headers, body, status):
    path = "/graphql?query=mutation%7BsetNuxSeen%7D" if method == "GET" else "/graphql"
    assert asked(port, method, path, headers, body)[0] == status


@pytest.mark.slow
def test_a_websocket_from_a_strange_page_is_refused(port):
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "graphql-ws",
    }
    assert asked(port, "GET", "/graphql", {**headers, "Origin": "http://attacker.example"})[0] == 403


@pytest.mark.slow
def test_a_page_that_is_only_for_reading_starts_nothing(port):
    mutation = """mutation { launchRun(executionParams: {selector: {repositoryLocationName: "observatory",
      repositoryName: "__repository__", jobName: "publish"}, runConfigData: {}}) { __typename } }"""
    status, text = asked(port, "POST", "/graphql", JSON, json.dumps({"query": mutation}))
    assert json.loads(text)["data"]["launchRun"]["__typename"] == "UnauthorizedError", text
    assert status == 200
    assert asked(port, "POST", "/report_asset_materialization/edition", JSON, "{}")[0] == 404


@pytest.mark.slow
def test_nothing_is_imported_from_the_home(port, home):
    query = "{ workspaceOrError { __typename ... on Workspace { locationEntries { loadStatus locationOrLoadError { __typename } } } } }"
    until = time.monotonic() + 60
    while True:
        entries = json.loads(asked(port, "POST", "/graphql", JSON, json.dumps({"query": query}))[1])["data"]
        [entry] = entries["workspaceOrError"]["locationEntries"]
        if entry["loadStatus"] == "LOADED" or time.monotonic() > until:
            break
        time.sleep(0.3)
    assert entry["locationOrLoadError"]["__typename"] == "RepositoryLocation"
    assert not (home / "imported").exists()
