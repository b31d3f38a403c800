"""The Dagster webserver and daemon on this machine, for `observatory serve` and `make dev`.

Starts both on a home's instance, under a keeper that ends them with us, and stops them cleanly. Listens on loopback
unless told otherwise: the interface has no accounts, whoever reaches it may start a run. No process behind it imports
Python from the home: anyone who can drop a file could run code there. What it shows belongs to `definitions`, what may
pass to `page`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import Event
from urllib.error import HTTPError
from urllib.request import urlopen

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.settings import PROJECT, Settings
from orchestration.dagster.instances import WORKSPACE, close_orphans, dagster_home, open_instance
from orchestration.dagster.keeper import STOP_SECONDS
from orchestration.dagster.partitions import add_vintages
from orchestration.dagster.private import DAEMON
from orchestration.receipts.sentences import text


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 3000,
    *,
    read_only: bool = False,
    beside: Sequence[Sequence[str]] = (),
) -> int:
    """Run webserver and daemon until Ctrl-C or SIGTERM; return the exit code.

    `read_only`: the page shows all and does nothing; schedules go on. `beside`: commands of ours, by their arguments, that run and end
    with the two; one that cannot start says why itself, and Dagster goes on. 0 after a wished stop, 2 when the port is taken
    (said in plain words on standard error).
    """
    try:
        refuse_taken_port(host, port)
    except Refusal as refusal:
        _tell(settings, refusal.reason)
        _tell(settings, refusal.action)
        return 2
    home = dagster_home(settings)
    with open_instance(settings) as instance:
        close_orphans(instance)
        add_vintages(instance, settings.home)
    quiet = [sys.executable, "-W", "ignore", "-m"]
    commands = [
        [*quiet, "orchestration.dagster.page", host, str(port), *(["read-only"] if read_only else [])],
        [*quiet, DAEMON, "run", "-w", str(WORKSPACE), "--log-level", "warning"],
    ]
    others = [[sys.executable, "-m", "orchestration.cli", *arguments] for arguments in beside]
    wished = Event()
    # before the process is started: a shell that starts us in the background has told us to ignore
    # Ctrl-C, and a process that inherits that can hear neither it nor SIGTERM
    before = {s: signal.signal(s, lambda *_: wished.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    theirs, ours = os.pipe()
    # a session of its own: Ctrl-C reaches only us, and whatever is left at the end can be told to go
    keeper = subprocess.Popen(
        [sys.executable, "-m", "orchestration.dagster.keeper", str(theirs), json.dumps(commands), json.dumps(others)],
        cwd=PROJECT,
        env=_environment(settings, str(home)),
        stdout=sys.stderr,
        start_new_session=True,
        pass_fds=[theirs],
    )
    os.close(theirs)
    _tell(settings, say("dagster.starting"))
    address, is_ready = f"http://{f'[{host}]' if ':' in host else host}:{port}", False
    try:
        while keeper.poll() is None and not wished.is_set():
            # an address that does not answer yet, for half a minute on a busy machine, looks like a failure
            if not is_ready and _answers(address):
                is_ready = True
                _tell(settings, say("dagster.listening", address=address))
            wished.wait(0.5)
        return 0 if wished.is_set() else 1
    finally:
        _stop(keeper, ours)
        for number, handler in before.items():
            signal.signal(number, handler)


def _environment(settings: Settings, dagster_home: str) -> dict[str, str]:
    """Return the environment of what is started: the settings as they are here, whole paths, and no Python from where it runs."""
    paths = {
        f"OBSERVATORY_{name.upper()}": str(getattr(settings, name))
        for name in ("sources_path", "expectations_path", "dbt_project_path", "site_path")
    }
    return {
        **os.environ,
        **{name: path for name, path in paths.items() if name in os.environ},
        "DAGSTER_HOME": dagster_home,
        "OBSERVATORY_HOME": str(settings.home),
        "OBSERVATORY_TERRITORY": settings.territory,
        "OBSERVATORY_FROM": settings.channel,
        "DAGSTER_DISABLE_TELEMETRY": "true",
        # `python -m` puts the folder in which it runs first on the path, in every process that follows too
        "PYTHONSAFEPATH": "1",
    }


def _tell(settings: Settings, message: Message) -> None:
    print(text(message, settings.language), file=sys.stderr, flush=True)


def _answers(address: str) -> bool:
    """Return whether the page can be opened; listening on 0.0.0.0 is answered on this machine too."""
    try:
        with urlopen(address, timeout=2):  # noqa: S310  - the address of our own page
            return True
    except HTTPError:  # the guard knows no page of the name 0.0.0.0, but it is there
        return True
    except OSError:
        return False


def _stop(keeper: subprocess.Popen[bytes], pipe: int) -> None:
    """Ask the keeper to end in good order what it keeps, then end whatever is left of its session."""
    with suppress(OSError):
        os.write(pipe, b".")
    os.close(pipe)
    with suppress(subprocess.TimeoutExpired):
        keeper.wait(STOP_SECONDS + 5)
    with suppress(ProcessLookupError):
        os.killpg(keeper.pid, signal.SIGKILL)
    keeper.wait()


def refuse_taken_port(host: str, port: int) -> None:
    """Raise Refusal when something listens on the port already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(
                say("dagster.port_taken", port=port, host=host, error=error.strerror),
                say("dagster.choose_another_port", port=port + 1),
                kind="usage",
            ) from error
