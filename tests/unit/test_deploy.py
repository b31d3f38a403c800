"""The units of `deploy/`: each starts a command that there is, with settings that there are, as one account that owns nothing but the home.

What systemd itself says of them is asked where `systemd-analyze` is installed. nginx and Apache: `tests/integration/test_nginx.py`.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from typer.main import get_command

from orchestration.base.settings import CHANNELS, PROJECT, Settings
from orchestration.cli.answering import REFUSED
from orchestration.cli.app import app

DEPLOY = PROJECT / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
TIMERS = sorted(DEPLOY.glob("*.timer"))
# of a service, what it is for; all others say what it may not do, and are the same in each
OWN = {
    "Type",
    "ExecStart",
    "TimeoutStartSec",
    "SuccessExitStatus",
    "Restart",
    "RestartSec",
    "TimeoutStopSec",
    "KillMode",
}
PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """Return section → key → values, as systemd reads a unit: a key may stand several times."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line.strip() and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[section][key].append(value)
    return found


def environment(service: dict[str, list[str]]) -> dict[str, str]:
    return dict(pair.split("=", 1) for line in service["Environment"] for pair in line.split())


def test_there_is_a_service_for_each_timer_and_one_that_stays() -> None:
    assert {p.stem for p in TIMERS} == {"observatory-refresh", "observatory-heartbeat"}
    assert {p.stem for p in SERVICES} - {p.stem for p in TIMERS} == {"observatory-serve"}
    for path in SERVICES:
        assert ("Install" in unit(path)) == (path.stem == "observatory-serve"), path.name
    for path in TIMERS:
        timer = unit(path)
        # a machine that was off at that hour makes up for it
        assert timer["Timer"]["Persistent"] == ["true"] and timer["Install"]["WantedBy"] == ["timers.target"]


@pytest.mark.parametrize("path", SERVICES, ids=lambda p: p.stem)
def test_each_starts_a_command_that_there_is_with_options_that_it_has(path: Path) -> None:
    service = unit(path)["Service"]
    [line] = service["ExecStart"]
    program, command, *arguments = shlex.split(line)
    assert program == "/opt/observatoire/.venv/bin/observatory"
    known = get_command(app).commands[command]  # type: ignore[attr-defined]
    with known.make_context(command, [*arguments]) as context:
        assert context.params.get("home") is None, "the home is the environment's, for which alone writing is allowed"
        assert context.params.get("channel") in (None, *CHANNELS)
    # a refused source is no failed service; one that never published is
    assert (service["SuccessExitStatus"] == [str(REFUSED)]) == (command == "refresh")


@pytest.mark.parametrize("path", SERVICES, ids=lambda p: p.stem)
def test_its_settings_are_known_and_it_may_write_to_the_home_alone(path: Path) -> None:
    service = unit(path)["Service"]
    said = environment(service)
    assert {name.removeprefix("OBSERVATORY_").lower() for name in said} <= {
        *Settings.model_fields,
        *(str(f.alias) for f in Settings.model_fields.values()),
        "from",
    }
    assert service["ReadWritePaths"] == [said["OBSERVATORY_HOME"]] and said["OBSERVATORY_FROM"] == "live"
    # what is secret is in no unit, which everybody may read
    [secrets] = service["EnvironmentFile"]
    assert secrets.startswith("-") and f"`{secrets[1:]}`" in PAGE
    assert not re.search(r"(?i)notify|secret|token|password|postgres", " ".join(said))
    assert service["User"] == service["Group"] == ["observatory"]
    assert (service["CapabilityBoundingSet"], service["UMask"], service["NoNewPrivileges"]) == (
        [""],
        ["0077"],
        ["true"],
    )


def test_what_they_may_not_do_is_the_same_in_each() -> None:
    held = [{k: v for k, v in unit(path)["Service"].items() if k not in OWN} for path in SERVICES]
    assert held[0] == held[1] == held[2]


def test_the_pages_name_the_folders_of_the_units() -> None:
    [home] = {environment(unit(path)["Service"])["OBSERVATORY_HOME"] for path in SERVICES}
    named = set()
    for page in (PROJECT / "docs").iterdir():
        if page.is_file():
            named |= set(re.findall(r"/(?:opt|srv|etc)/observ\w+", page.read_text(encoding="utf-8")))
    assert named == {"/opt/observatoire", home, "/etc/observatoire"}


def installed(folder: Path) -> list[Path]:
    """Return copies of the units whose program is one that is installed here: systemd looks for it."""
    for path in (*SERVICES, *TIMERS):
        text = path.read_text(encoding="utf-8").replace("/opt/observatoire/.venv/bin/observatory", sys.executable)
        (folder / path.name).write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


@systemd
def test_systemd_understands_each_line(tmp_path: Path) -> None:
    for path in installed(tmp_path):
        done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
        # what it says of the units of this machine is not ours
        assert not [line for line in done.stderr.splitlines() if path.name in line], done.stderr
    # and a line that it does not know would have been told
    wrong = tmp_path / "observatory-wrong.service"
    wrong.write_text(f"[Service]\nExecStart={sys.executable}\nProtectSytem=strict\n", encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", wrong], capture_output=True, text=True, check=False)
    assert "ProtectSytem" in done.stderr


@systemd
@pytest.mark.parametrize("path", TIMERS, ids=lambda p: p.stem)
def test_systemd_knows_when_each_timer_comes(path: Path) -> None:
    [when] = unit(path)["Timer"]["OnCalendar"]
    done = subprocess.run(["systemd-analyze", "calendar", when], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "Next elapse" in done.stdout


@systemd
@pytest.mark.parametrize("path", SERVICES, ids=lambda p: p.stem)
def test_each_is_as_closed_as_the_page_says(path: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd does not judge units that are not installed")
    exposed = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    said = re.search(r"security --offline=true deploy/observatory-serve\.service`: ([\d.]+)", PAGE)
    assert exposed is not None and said is not None
    # systemd's later versions ask for more; none may find them open
    assert float(exposed[1]) <= float(said[1]) + 0.3


@pytest.mark.parametrize("path", SERVICES, ids=lambda p: p.stem)
def test_the_readers_behind_the_wall_may_leave_the_network(path: Path) -> None:
    """With every namespace forbidden, the children would read with the service's network."""
    [left] = unit(path)["Service"]["RestrictNamespaces"]
    assert set(left.split()) == {"user", "net"}
