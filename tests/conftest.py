"""What every test may use: the mirror of real files, a home with a first edition, the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

from orchestration.base.settings import PROJECT, READERS

# how long an example takes says how loaded the machine is, and nothing about the code
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# whoever runs the tests on a machine in service must neither be sent messages nor lend them his home
for _name in [n for n in os.environ if n.startswith("OBSERVATORY_") and n != "OBSERVATORY_MIRROR"]:
    del os.environ[_name]


# of an edition that readers are tested on, all is made
WITH_READERS = {"OBSERVATORY_READERS": ",".join(READERS)}


# of these each needs the one refresh of the mirror: on two processes, one would wait five minutes for the other
ON_THE_MIRROR = ("tests/realdata/test_by_hand.py", "tests/realdata/test_mirror_refresh.py")

# what takes longest, longest first: begun last, it would run alone at the end. xdist's own order is by the number of tests, and the
# dearest files are of few
LONG = (
    *ON_THE_MIRROR,
    "tests/faults/test_refresh_faults.py",
    "tests/integration/test_marts_of_updating.py",
    "tests/integration/test_counter_browser.py",
    "tests/integration/test_patches_and_waivers.py",
    "tests/realdata/test_reading_mirror.py",
    "tests/realdata/test_filings_mirror.py",
    "tests/integration/test_contract.py",
    "tests/integration/test_open_data.py",
    "tests/integration/test_automated_refreshes.py",
    "tests/integration/test_inbox.py",
    "tests/integration/test_inbox_together.py",
    "tests/integration/test_drift_benchmark.py",
    "tests/faults/test_edition_faults.py",
    "tests/unit/dbt/test_build.py",
    "tests/unit/inbox/test_inbox_take.py",
    "tests/unit/dbt/test_withheld_cells.py",
    "tests/faults/test_live.py",
    "tests/unit/inbox/test_inbox_visit.py",
    "tests/unit/dagster/test_runs.py",
)
# files whose tests share nothing dear: each test may be run by another process
APART = ("tests/faults/test_refresh_faults.py",)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes longest first where several processes share the tests."""
    if config.getoption("dist", "no") == "no" and "PYTEST_XDIST_WORKER" not in os.environ:
        return
    rank = {file: place for place, file in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.nodeid.split("::")[0], len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a file's tests to one process, as `--dist loadfile` does, and those of `ON_THE_MIRROR` to the same one."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    # in the order of `pytest_collection_modifyitems`
    config.option.loadscopereorder = False

    class _OneForTheMirror(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            if file in APART:
                return nodeid
            return ON_THE_MIRROR[0] if file in ON_THE_MIRROR else file

    return _OneForTheMirror(config, log)


@dataclass
class Answer:
    """What one call of the command line gave back."""

    code: int
    out: str
    err: str

    @property
    def receipt(self) -> dict[str, Any]:
        """Return standard output as the one JSON object that it must be."""
        return json.loads(self.out)


def observatory(*arguments: str | Path, timeout: int = 1800, env: dict[str, str] | None = None) -> Answer:
    """Call `observatory` as a person would, in a process of its own; nothing is made of an edition but where `env` asks for it."""
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=PROJECT,
        check=False,
        env={**os.environ, "OBSERVATORY_READERS": "", **(env or {})},
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of real published files; tests that need it are skipped where it is absent."""
    path = Path(os.environ.get("OBSERVATORY_MIRROR", PROJECT.parent / "shared" / "mirror"))
    if not path.is_dir():
        pytest.skip(f"no mirror of real files at {path} (set OBSERVATORY_MIRROR)")
    return path


@pytest.fixture(scope="session")
def sample_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded samples laid out as a mirror, to be copied and damaged by tests."""
    root = tmp_path_factory.mktemp("mirror")
    for folder in sorted((PROJECT / "sources").iterdir()):
        if (folder / "sample").is_dir():
            shutil.copytree(folder / "sample", root / folder.name)
    return root


def once(factory: pytest.TempPathFactory, name: str, *refresh: str | Path, readers: bool = True) -> tuple[Path, Answer]:
    """Return a home of this process's own on which the command `refresh` was called, and its answer.

    All processes of a run of the suite share the one refresh of a name, and each has a copy of its home. `readers`: whether
    all is made of the edition that readers are tested on.
    """
    base = factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    shared, said = root / f"once {name}", root / f"once {name}.json"
    with FileLock(root / f"once {name}.lock"):
        if not said.exists():
            shared.mkdir()
            said.write_text(
                json.dumps(
                    asdict(
                        observatory(
                            *refresh, "--home", shared / "home", "--json", env=WITH_READERS if readers else None
                        )
                    )
                )
            )
    # with the folder around it, in which nothing else may stand
    own = factory.mktemp(name)
    shutil.copytree(shared, own, symlinks=True, dirs_exist_ok=True)
    return own / "home", Answer(**json.loads(said.read_text()))


@pytest.fixture(scope="session")
def first_refresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A home with a first edition from the embedded samples, and what the command said."""
    return once(tmp_path_factory, "samples", "refresh")


@pytest.fixture
def home(first_refresh: tuple[Path, Answer], tmp_path: Path) -> Path:
    """A copy of the home with a first edition, for a test to write to."""
    target = tmp_path / "home"
    shutil.copytree(first_refresh[0], target, symlinks=True)
    return target


@pytest.fixture(scope="session")
def small_calculation(first_refresh: tuple[Path, Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dbt project and suites that mostly copy the first edition's tables (`bench/quick.py`), to be copied and changed.

    For tests of what a refresh does around a calculation: its 15 models take 2 s of processor, the product's 380 nodes 20.
    """
    # what it imports of a refresh costs 0.3 s, which most tests need not pay
    from bench import quick

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "small calculation"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            quick.house(first_refresh[0], folder)
            # in a process of its own: dbt, once it is imported, sets what holds for the whole process
            program = "import sys; from pathlib import Path; from bench import quick; quick.parsed(Path(sys.argv[1]))"
            subprocess.run([sys.executable, "-c", program, folder], cwd=PROJECT, check=True, capture_output=True)
    return folder
