"""The second process: typed orders and answers, and an end that never hangs anybody, whoever dies first."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from orchestration.base.duck import connect
from orchestration.base.messages import say
from orchestration.base.settings import PROJECT
from orchestration.building import worker_main
from orchestration.building.orders import (
    Broken,
    Build,
    Built,
    Checked,
    NodeResult,
    Project,
    Stopped,
    Validate,
)
from orchestration.building.worker import BuildError, Worker
from tests.words import fr

HEAVY = ("dagster", "typer", "orchestration.cli.app", "orchestration.dagster.definitions")


def alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


@pytest.fixture
def worker(tmp_path):
    worker = Worker(tmp_path, PROJECT / "dbt_project")
    yield worker
    worker.stop()


@pytest.mark.parametrize(
    "record",
    [
        Validate("t", (Path("a.parquet"),), Path("s.json"), "a"),
        Build("t", Path("w.duckdb"), ()),
        Checked("t", ()),
        Stopped("t", say("base.free_room"), say("base.free_room")),
        Built("t", None, (), (), ()),
        NodeResult("model.o.a", "a", "model", "success", "", 0.1),
        Broken("a", "rule", 1, say("building.is_filled", column="b")),
    ],
    ids=lambda r: type(r).__name__,
)
def test_what_goes_between_the_processes_cannot_be_changed(record):
    with pytest.raises(FrozenInstanceError):
        record.ticket = "other"


def test_a_process_that_was_killed_is_told_in_words_and_never_waited_for(worker, tmp_path):
    worker.validate("a", [tmp_path / "a.parquet"], tmp_path / "suite.json", "source.a")
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(BuildError) as error:
        worker.checks("a")
    assert "worker.log" in fr(error.value.reason)
    # an order to it goes nowhere, and its answer does not hang either
    with pytest.raises(BuildError):
        worker.build()
    worker.stop()


def test_stopping_it_twice_and_while_it_imports_is_nothing_special(worker):
    pid = worker.pid
    worker.stop()
    worker.stop()
    assert not alive(pid)


def test_ctrl_c_is_blocked_from_its_first_moment_in_the_first_process_of_a_program(tmp_path):
    # the tracker that Python starts along with the first one lets the signal through again
    program = (
        "import sys\nfrom pathlib import Path\nfrom orchestration.base.settings import PROJECT\n"
        "from orchestration.building.worker import Worker\n"
        "worker = Worker(Path(sys.argv[1]), PROJECT / 'dbt_project')\n"
        "print(Path(f'/proc/{worker.pid}/status').read_text())\nworker.stop()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, cwd=PROJECT)
    masks = dict(line.split(":\t", 1) for line in done.stdout.splitlines() if line.startswith("SigBlk"))
    assert int(masks["SigBlk"], 16) & 1 << signal.SIGINT - 1, done.stderr


@pytest.mark.slow
def test_it_answers_each_order_keeps_its_prints_from_ours_and_does_not_hear_ctrl_c(worker, tmp_path, capfd):
    with connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS n UNION ALL SELECT 2) TO '{tmp_path}/t.parquet'")
    suite = tmp_path / "suite.json"
    suite.write_text(
        '{"name": "suite", "expectations": [{"type": "expect_table_row_count_to_be_between", "severity": "critical", '
        '"kwargs": {"min_value": 0, "max_value": 1}, "meta": {"notes": {"fr": "une ligne", "en": "one row"}, "to_do": {"fr": "voir", "en": "look"}}}]}',
        encoding="utf-8",
    )
    for ticket in ("first", "second"):
        worker.validate(ticket, [tmp_path / "t.parquet"], suite, f"source.{ticket}")
    # a terminal sends it to both; ours decides what becomes of the refresh
    os.kill(worker.pid, signal.SIGINT)
    second, first = worker.checks("second"), worker.checks("first")
    assert [(c.asset, c.passed) for c in (*first, *second)] == [("source.first", False), ("source.second", False)]
    # no warehouse was filled: dbt fails, in its own words, which nobody finds on our standard output; the words of the
    # labels stand in seeds alone, and which edition it is is known later
    try:
        nodes = worker.build().nodes
    except BuildError:
        nodes = []
    assert {n.name for n in nodes if n.status == "success" and n.resource_type == "model"} <= {
        "dim_edition",
        "mart_label_subject",
    }
    told = capfd.readouterr()
    assert told.out == "" and "Traceback" not in told.err
    assert (tmp_path / "logs" / "worker.log").exists()


def test_an_order_that_breaks_it_ends_it_with_a_traceback_in_the_log(worker, tmp_path):
    worker.validate("a", [tmp_path / "nothing.parquet"], tmp_path / "suite.json", "source.a")
    with pytest.raises(BuildError):
        worker.checks("a")
    assert "nothing.parquet" in (tmp_path / "logs" / "worker.log").read_text(encoding="utf-8")


def test_what_a_permission_or_the_disk_forbids_comes_back_as_a_code(worker, tmp_path, monkeypatch):
    """It was a text in the log of the second process, which a pattern was laid over."""
    forbidden = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "work"))
    order = Validate("a", (tmp_path / "t.parquet",), tmp_path / "suite.json", "source.a")
    monkeypatch.setattr(worker_main, "validate", lambda _: (_ for _ in ()).throw(forbidden))
    project = Project(PROJECT / "dbt_project", tmp_path / "dbt", tmp_path / "logs")
    stopped = worker_main.answer(order, project, None)
    assert isinstance(stopped, Stopped)
    assert (stopped.ticket, stopped.reason.code) == ("a", "base.folder_forbidden")
    assert stopped.reason.params["folder"] == str(tmp_path / "work")
    # as it comes out of the pipe
    worker._came.put(pickle.loads(pickle.dumps(stopped)))
    with pytest.raises(BuildError) as told:
        worker.checks("a")
    assert told.value.reason.params["reason"] == stopped.reason
    # another accident is the end of the process, as before
    monkeypatch.setattr(worker_main, "validate", lambda _: [][0])
    with pytest.raises(IndexError):
        worker_main.answer(order, project, None)


OWNER = """
import sys, time
from pathlib import Path
from orchestration.building.worker import Worker
from orchestration.base.settings import PROJECT
if __name__ == "__main__":
    worker = Worker(Path(sys.argv[1]), PROJECT / "dbt_project")
    print(worker.pid, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("wait", [0.0, 4.0], ids=["while it imports", "while it waits for orders"])
def test_it_ends_by_itself_when_its_parent_is_killed(tmp_path, wait):
    script = tmp_path / "owner.py"
    script.write_text(OWNER, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    ) as owner:
        pid = int(owner.stdout.readline())
        time.sleep(wait)
        assert alive(pid)
        owner.kill()
    assert gone(pid)


STOPPED = """
import sys, time
from pathlib import Path
from orchestration.building.worker import Worker
from orchestration.base.settings import PROJECT
if __name__ == "__main__":
    home = Path(sys.argv[1])
    worker = Worker(home, PROJECT / "dbt_project")
    # dbt has read the project: it holds locks then, which a process that is killed cannot give back
    while not (home / "dbt" / "perf_info.json").exists():
        time.sleep(0.1)
    worker.stop()
"""


def test_stopping_it_leaves_nothing_for_a_person_to_read(tmp_path):
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        timeout=120,
        check=True,
    )
    assert done.stdout == done.stderr == ""


ASKED = """
import sys
from orchestration.cli import main
if __name__ == "__main__":
    from pathlib import Path
    from orchestration.base.settings import PROJECT
    from orchestration.building.worker import BuildError, Worker
    worker = Worker(Path(sys.argv[1]), PROJECT / "dbt_project")
    worker.validate("a", [], Path("none"), "a")
    try:
        worker.checks("a")
    except BuildError:
        pass
    worker.stop()
"""


def test_it_imports_neither_the_program_that_started_it_nor_dagster(tmp_path):
    """`observatory` is a script without ending: the process that is spawned reads it again as `__mp_main__`."""
    script = tmp_path / "observatory"
    script.write_text(ASKED, encoding="utf-8")
    # each process tells its imports on standard error, which the second one turns into its log
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONPROFILEIMPORTTIME": "1"}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, env=environment, check=True
    )
    told = done.stderr + (tmp_path / "logs" / "worker.log").read_text(encoding="utf-8")
    met = {line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:")}
    assert {"orchestration.building.worker_main", "dbt.cli.main"} <= met
    assert not met & set(HEAVY)
