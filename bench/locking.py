"""The hashes of what `make` installs: `python -m bench.locking` writes `requirements/*.txt` anew from `constraints.txt`.

`constraints.txt` says which version of each package; these files say which bytes, so that a package that turned bad on its way,
or a release that was replaced, is not installed. pip is asked for each Python and machine that we install on
(`pip install --dry-run --report`: the index that pip is set to, nothing is installed and no address is kept), and what the
project needs is followed from package to package. `run.txt` is what `make setup` installs, `test.txt` and `check.txt` what comes
on top. Add a Python or a machine here when the project is to be installed there; versions belong to `constraints.txt`.

The project itself bears no hash, and pip takes none for what is installed in place: the Makefile installs it afterwards without
its dependencies, and with the setuptools of `run.txt` rather than one that pip would fetch.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / "requirements"
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
# the names under which Linux's C libraries are written, the newest first: a machine has all that are not newer than its own
LIBRARIES = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
OLD = ("manylinux_2_12", "manylinux2010", "manylinux_2_5", "manylinux1")
# what a set is made of: extras of the project; None, what it always needs
SETS: dict[str, str | None] = {"run": None, "test": "test", "check": "check"}
HEAD = "# Written by `python -m bench.locking` from constraints.txt: which bytes `make` installs.\n"


def report(python: str, machine: str) -> dict[str, Any]:
    """Return what pip would install of `constraints.txt` for a Python on a machine. Raises CalledProcessError where a wheel is missing."""
    tags = [*LIBRARIES, *(OLD if machine == "x86_64" else ())]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "report.json"
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--quiet",
            "--dry-run",
            "--ignore-installed",
            "--no-deps",
        ]
        command += ["--only-binary=:all:", "--python-version", python, "--target", scratch, "--report", str(out)]
        command += [part for tag in tags for part in ("--platform", f"{tag}_{machine}")]
        subprocess.run([*command, "--requirement", str(PROJECT / "constraints.txt")], check=True)
        found: dict[str, Any] = json.loads(out.read_bytes())
    return found


def needed(
    wanted: Iterable[Requirement], packages: Mapping[str, dict[str, Any]], environment: Mapping[str, str]
) -> set[str]:
    """Return the names of what `wanted` needs, followed from package to package. Raises KeyError for one without a pinned version."""
    open_ = [(requirement, "") for requirement in wanted]
    met: set[tuple[str, str]] = set()
    while open_:
        requirement, extra = open_.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for asked in ("", *requirement.extras):
            if (name, asked) not in met:
                met.add((name, asked))
                open_ += [(Requirement(r), asked) for r in packages[name].get("requires_dist", [])]
    return {name for name, _ in met}


def locked(reports: Mapping[tuple[str, str], dict[str, Any]]) -> dict[str, str]:
    """Return the text of each file, from what pip said for each Python and machine."""
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    always = [*about["build-system"]["requires"], *about["project"]["dependencies"]]
    hashes: dict[str, set[str]] = {}
    of_set: dict[str, set[str]] = {name: set() for name in SETS}
    for (python, machine), said in reports.items():
        packages = {canonicalize_name(i["metadata"]["name"]): i for i in said["install"]}
        for item in packages.values():
            pin = f"{canonicalize_name(item['metadata']['name'])}=={item['metadata']['version']}"
            hashes.setdefault(pin, set()).add(item["download_info"]["archive_info"]["hashes"]["sha256"])
        there = {"python_version": python, "python_full_version": f"{python}.0", "platform_machine": machine}
        environment = {**{k: str(v) for k, v in default_environment().items()}, **there}
        metadata = {name: i["metadata"] for name, i in packages.items()}
        for name, extra in SETS.items():
            wanted = [*always, *(about["project"]["optional-dependencies"][extra] if extra else ())]
            of_set[name] |= needed(map(Requirement, wanted), metadata, environment)
    files, before = {}, set[str]()
    for name, members in of_set.items():
        lines = [
            f"{pin} " + " ".join(f"--hash=sha256:{h}" for h in sorted(found))
            for pin, found in sorted(hashes.items())
            if pin.partition("==")[0] in members - before
        ]
        files[f"{name}.txt"] = HEAD + "\n".join(lines) + "\n"
        before |= members
    return files


def main() -> int:
    """Ask pip and write the files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    reports = {}
    for python in PYTHONS:
        for machine in MACHINES:
            print(f"Python {python}, {machine} …", file=sys.stderr, flush=True)
            reports[python, machine] = report(python, machine)
    FOLDER.mkdir(exist_ok=True)
    for name, text in locked(reports).items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"{name}: {text.count('==')} packages, {text.count('--hash')} files", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
