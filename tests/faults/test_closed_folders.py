"""Folders of a home that the account may no longer write to, or read: words and the exit code of the contract, and nothing is lost.

Each place at length, with the refresh that follows: `python -m bench.disk --only closed`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.base.duck import connect
from orchestration.base.homes import FolderUnusable, refuse_closed
from orchestration.base.settings import PROJECT
from orchestration.refresh.opening import WRITTEN

# root writes where the modes forbid it, unless it is without the rights that let it
LIKE_OTHERS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.fixture(scope="module", autouse=True)
def modes_count(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where this account cannot be made one for which modes count."""
    if LIKE_OTHERS and not shutil.which(LIKE_OTHERS[0]):
        pytest.skip("as root, and setpriv is not installed: no folder can be closed")
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o500)
    if subprocess.run([*LIKE_OTHERS, "touch", closed / "x"], capture_output=True).returncode == 0:
        pytest.skip("as root, whose rights cannot be taken away here: no folder can be closed")


def asked(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Return what the command line says to an account for which modes count."""
    command = [*LIKE_OTHERS, sys.executable, "-m", "orchestration.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)


@pytest.mark.parametrize("mode", [0o500, 0o000], ids=["not to be written", "not to be read"])
def test_a_refresh_does_not_begin_and_says_which_folder(tmp_path: Path, mode: int) -> None:
    """It read for minutes and then told of « une erreur imprévue: PermissionError », or of a process that had ended."""
    for place in WRITTEN:
        folder = tmp_path / place
        folder.mkdir()
        folder.chmod(mode)
        program = "import sys; from pathlib import Path; from orchestration.base.homes import refuse_closed; refuse_closed(Path(sys.argv[1]), sys.argv[2:])"
        done = subprocess.run(
            [*LIKE_OTHERS, sys.executable, "-c", program, tmp_path, *WRITTEN],
            capture_output=True,
            text=True,
            cwd=PROJECT,
        )
        assert FolderUnusable.__name__ in done.stderr and f"{folder})" in done.stderr, place
        folder.chmod(0o700)
    refuse_closed(tmp_path, WRITTEN)
    (tmp_path / "work").chmod(mode)
    answer = asked("refresh", "--home", tmp_path)
    assert answer.returncode == 2 and "Traceback" not in answer.stderr
    assert f"Le dossier {tmp_path / 'work'} ne peut pas être utilisé" in answer.stderr and "--home" in answer.stderr
    (tmp_path / "work").chmod(0o700)
    # nothing was begun that the next one would have to sweep
    assert not [*(tmp_path / "work").iterdir(), *(tmp_path / "editions").iterdir(), *(tmp_path / "lake").iterdir()]


@pytest.mark.parametrize("place", ["inbox", "inbox/taken", "work"])
def test_a_file_in_the_inbox_waits(tmp_path: Path, place: str) -> None:
    dropped = tmp_path / "inbox" / "labels.csv"
    (tmp_path / place).mkdir(parents=True)
    dropped.parent.mkdir(exist_ok=True)
    shutil.copy(PROJECT / "sources/lucie_labels/sample/2026-09/labels-rse.csv", dropped)
    os.utime(dropped, (0, 0))
    (tmp_path / place).chmod(0o500)
    answer = asked("inbox", "--home", tmp_path)
    (tmp_path / place).chmod(0o700)
    said = answer.stdout + answer.stderr
    assert answer.returncode in (0, 2) and "Traceback" not in said
    assert str(tmp_path / place) in said
    assert dropped.exists() and not list(dropped.parent.glob("*.csv.*"))


@pytest.mark.parametrize(
    "program",
    [
        # the lake's writing, and the warehouse's opening: DuckDB has words for it, and no number
        "from orchestration.lake.store import Lake; import pandas; Lake(home).write(pandas.DataFrame({'a': [1]}), [('a', 'INTEGER')], home / 'closed' / 'a.parquet')",
        "from orchestration.base.duck import connect; connect(home / 'closed' / 'a.duckdb')",
        "from orchestration.base.duck import connect; connect(home / 'shut.duckdb', read_only=True)",
    ],
    ids=["lake", "warehouse", "warehouse to be read"],
)
def test_what_duckdb_may_not_open_has_a_number_and_a_place(tmp_path: Path, program: str) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    connect(tmp_path / "shut.duckdb").close()
    (tmp_path / "shut.duckdb").chmod(0o000)
    around = f"""
import sys
from pathlib import Path
from orchestration.editions.errors import stopped_by
home = Path(sys.argv[1])
try:
    {program}
except Exception as error:
    print(stopped_by(error, home).reason.params["folder"])
"""
    done = subprocess.run(
        [*LIKE_OTHERS, sys.executable, "-c", around, tmp_path], capture_output=True, text=True, cwd=PROJECT, check=False
    )
    [place] = done.stdout.splitlines()
    assert Path(place).parent == (tmp_path if "shut" in program else tmp_path / "closed"), done.stderr


def test_a_missing_file_is_no_matter_of_permission(tmp_path: Path) -> None:
    with pytest.raises(duckdb.IOException):
        connect(tmp_path / "gone.duckdb", read_only=True)
