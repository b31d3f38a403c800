"""The Dagster webserver and daemon on this machine, for `observatory serve` and `make dev`.

Starts `dagster dev` on a home's instance and stops it cleanly. Listens on loopback unless told
otherwise: the interface has no accounts, whoever reaches it may start a run. What it shows belongs
to `definitions`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from threading import Event
from urllib.request import urlopen

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.settings import Settings
from orchestration.dagster.instances import WORKSPACE, close_orphans, dagster_home, open_instance
from orchestration.dagster.partitions import add_vintages
from orchestration.receipts.sentences import text

# dagster dev gives its webserver and daemon that long
_STOP_SECONDS = 20


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 3000) -> int:
    """Run webserver and daemon until Ctrl-C or SIGTERM; return the exit code.

    0 after a wished stop, 2 when the port is taken (said in plain words on standard error).
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
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "OBSERVATORY_HOME": str(settings.home),
        "OBSERVATORY_TERRITORY": settings.territory,
        "OBSERVATORY_FROM": settings.channel,
        "DAGSTER_DISABLE_TELEMETRY": "true",
    }
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "dagster",
        "dev",
        "-w",
        str(WORKSPACE),
        "-h",
        host,
        "-p",
        str(port),
        "--log-level",
        "warning",
    ]
    wished = Event()
    # before the process is started: a shell that starts us in the background has told us to ignore
    # Ctrl-C, and a process that inherits that can hear neither it nor SIGTERM
    before = {s: signal.signal(s, lambda *_: wished.set()) for s in (signal.SIGINT, signal.SIGTERM)}
    # a session of its own: Ctrl-C reaches only us, and whatever is left at the end can be told to go
    process = subprocess.Popen(command, cwd=settings.home, env=environment, stdout=sys.stderr, start_new_session=True)
    _tell(settings, say("dagster.starting"))
    address, is_ready = f"http://{f'[{host}]' if ':' in host else host}:{port}", False
    try:
        while process.poll() is None and not wished.is_set():
            # an address that does not answer yet, for half a minute on a busy machine, looks like a failure
            if not is_ready and _answers(address):
                is_ready = True
                _tell(settings, say("dagster.listening", address=address))
            wished.wait(0.5)
        return 0 if wished.is_set() else process.returncode
    finally:
        _stop(process)
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(settings: Settings, message: Message) -> None:
    print(text(message, settings.language), file=sys.stderr, flush=True)


def _answers(address: str) -> bool:
    """Return whether the page can be opened; listening on 0.0.0.0 is answered on this machine too."""
    try:
        with urlopen(address, timeout=2):  # noqa: S310  - the address of our own page
            return True
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End `dagster dev` as it wishes to be ended, then whatever is left of its processes."""
    for number, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGTERM, 3), (signal.SIGKILL, 3)):
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


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
