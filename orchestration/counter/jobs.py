"""What takes long, in processes of its own: the commands of the prompt, and the questions of `child`.

A job is a folder `HOME/counter/jobs/<id>/`: `job.json`, its standard output and error. A command is started at once, and it
is the prompt's own: the home's lock says whether it may run. Questions wait for a free place, two at a time. Jobs outlive
this process: a refresh goes on when the page is restarted.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from time import sleep
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from orchestration.base.acts import WHO
from orchestration.base.files import write_atomically
from orchestration.base.plain import read_json
from orchestration.base.processes import is_alive
from orchestration.base.settings import PROJECT, Settings
from orchestration.notifications.requests import Request, tell

FOLDER = Path("counter") / "jobs"
_NOTE = "job.json"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_AT_ONCE = 2
_KEPT = timedelta(days=14)
# what a process that was asked to stop may take before it is told again, harder
_PATIENCE = 8
# seconds that the answer to a question is waited for by the page itself
_SOON = 60


class Job(BaseModel):
    """One process. `code`: its exit code, None while it runs or where nobody saw its end; `about`: what it was started for."""

    job_id: str
    kind: str
    who: str
    began_at: datetime
    ended_at: datetime | None = None
    pid: int | None = None
    code: int | None = None
    stopped_by: str | None = None
    about: dict[str, Any] = Field(default_factory=dict)
    folder: Path = Field(exclude=True, default=Path())

    @property
    def is_running(self) -> bool:
        """Return whether it waits for its turn or is at work."""
        return self.ended_at is None and (self.pid is None or is_alive(self.pid))

    @property
    def out(self) -> Any:
        """Return the JSON that it wrote; None where there is none."""
        with suppress(OSError, ValueError):
            return read_json((self.folder / "out").read_bytes())
        return None

    @property
    def said(self) -> list[str]:
        """Return the last lines that it wrote for people."""
        with suppress(OSError):
            return (self.folder / "err").read_text("utf-8", "replace").strip().splitlines()[-12:]
        return []


class Jobs:
    """The jobs of one home."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._root = settings.home / FOLDER
        self._lock, self._places = Lock(), BoundedSemaphore(_AT_ONCE)
        self._questions = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="counter")
        # a whole refresh each: one after the other
        self._rehearsals = ThreadPoolExecutor(1, thread_name_prefix="rehearsal")

    def command(self, kind: str, arguments: list[str], *, who: str, **about: Any) -> Job:
        """Start a command of the prompt and return its job."""
        job = self._new(kind, who, about)
        argv = [sys.executable, "-m", "orchestration.cli", *arguments, "--home", str(self.settings.home)]
        process = self._start(job, argv, b"")
        Thread(target=self._wait, args=(job.job_id, process, None), daemon=True).start()
        return self.find(job.job_id) or job

    def question(
        self, kind: str, order: dict[str, Any], *, who: str, then: Callable[[Job], None] | None = None, **about: Any
    ) -> Job:
        """Let a question be answered when there is a free place; `then` is called with the job that ended."""
        job = self._new(kind, who, about)
        queue = self._rehearsals if order["ask"] == "rehearse" else self._questions
        queue.submit(self._answer, job, order, then)
        return job

    def ask(self, order: dict[str, Any]) -> Any:
        """Return the answer to a question at once; None where it has none. Blocks: call it in a thread."""
        if not self._places.acquire(timeout=_SOON):
            return None
        try:
            done = subprocess.run(
                self._child(),
                input=self._order(order),
                capture_output=True,
                timeout=_SOON,
                env=self._environment(""),
                cwd=PROJECT,
                check=False,
            )
            return json.loads(done.stdout) if done.returncode == 0 else None
        except (subprocess.TimeoutExpired, ValueError):
            return None
        finally:
            self._places.release()

    def tell(self, request: Request) -> None:
        """Send a question to the engineers' services, apart: a mail server may take its time."""
        Thread(target=tell, args=(self.settings, request), daemon=True).start()

    def find(self, job_id: str) -> Job | None:
        """Return the job of a name; None where there is none."""
        if _ID.fullmatch(job_id) is None:
            return None
        folder = self._root / job_id
        try:
            job = Job.model_validate_json((folder / _NOTE).read_bytes())
        except (OSError, ValidationError):
            return None
        job.folder = folder
        return job

    def newest(self, limit: int = 20, kinds: tuple[str, ...] = ()) -> list[Job]:
        """Return the newest jobs, of `kinds` where some are named."""
        names = sorted((p.name for p in self._root.iterdir()), reverse=True) if self._root.is_dir() else []
        found: list[Job] = []
        for name in names:
            job = self.find(name)
            if job is not None and (not kinds or job.kind in kinds):
                found.append(job)
            if len(found) >= limit:
                break
        return found

    def took(self, kind: str) -> int | None:
        """Return how many seconds the last job of a kind took that came to a good end; None before there was one."""
        ended = (j for j in self.newest(10, (kind,)) if j.code == 0 and j.ended_at)
        return next((round((j.ended_at - j.began_at).total_seconds()) for j in ended if j.ended_at), None)

    def stop(self, job_id: str, who: str) -> bool:
        """Ask a job of ours to end, then more firmly; return whether there was one to stop. The old edition stays in service."""
        job = self.find(job_id)
        if job is None or not job.is_running:
            return False
        if job.pid is None:  # it waits for its turn, which never comes
            self._note(job_id, stopped_by=who, ended_at=datetime.now(UTC))
            return True
        self._note(job_id, stopped_by=who)
        Thread(target=_end, args=(job.pid,), daemon=True).start()
        return True

    def sweep(self) -> None:
        """Forget jobs that are old and ended."""
        oldest = datetime.now(UTC) - _KEPT
        for job in self.newest(10_000):
            if not job.is_running and job.began_at < oldest:
                shutil.rmtree(job.folder, ignore_errors=True)

    def _new(self, kind: str, who: str, about: dict[str, Any]) -> Job:
        now = datetime.now(UTC)
        job = Job(job_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}", kind=kind, who=who, began_at=now, about=about)
        job.folder = self._root / job.job_id
        job.folder.mkdir(parents=True)
        write_atomically(job.folder / _NOTE, job.model_dump_json())
        return job

    def _note(self, job_id: str, **update: Any) -> Job | None:
        with self._lock:
            job = self.find(job_id)
            if job is None:
                return None
            changed = job.model_copy(update=update)
            write_atomically(job.folder / _NOTE, changed.model_dump_json())
            return changed

    def _answer(self, job: Job, order: dict[str, Any], then: Callable[[Job], None] | None) -> None:
        now = self.find(job.job_id)
        if now is None or now.stopped_by:
            return
        self._wait(job.job_id, self._start(job, self._child(), self._order(order)), then)

    def _wait(self, job_id: str, process: subprocess.Popen[bytes], then: Callable[[Job], None] | None) -> None:
        code = process.wait()
        ended = self._note(job_id, code=code, ended_at=datetime.now(UTC))
        if ended is not None and then is not None:
            then(ended)

    def _start(self, job: Job, argv: list[str], order: bytes) -> subprocess.Popen[bytes]:
        (job.folder / "order").write_bytes(order)
        with (
            (job.folder / "order").open("rb") as given,
            (job.folder / "out").open("wb") as out,
            (job.folder / "err").open("wb") as err,
        ):
            # a session of its own: what ends the page, or is typed at its terminal, does not end a refresh. Never started
            # in the home: Python would import what somebody dropped there
            process = subprocess.Popen(
                argv,
                stdin=given,
                stdout=out,
                stderr=err,
                cwd=PROJECT,
                env=self._environment(job.who),
                start_new_session=True,
            )
        self._note(job.job_id, pid=process.pid)
        return process

    def _child(self) -> list[str]:
        return [sys.executable, "-m", "orchestration.counter.child"]

    def _order(self, order: dict[str, Any]) -> bytes:
        return json.dumps({**order, "home": str(self.settings.home)}, default=str).encode()

    def _environment(self, who: str) -> dict[str, str]:
        settings = self.settings
        kept = {k: v for k, v in os.environ.items() if k != "OBSERVATORY_COUNTER_SECRET"}
        return {
            **kept,
            "OBSERVATORY_TERRITORY": settings.territory,
            "OBSERVATORY_LANGUAGE": settings.language,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            **({WHO: who} if who else {}),
        }


def _end(pid: int) -> None:
    """End a process and whatever it started: as Ctrl-C does first, so that it can give the home back."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            return
        for _ in range(_PATIENCE * 10):
            if not is_alive(pid):
                return
            sleep(0.1)
