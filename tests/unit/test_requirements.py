"""What `make` installs is held to its bytes: the lists of hashes are those of the pinned versions, whole, and name no place."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench.locking import FOLDER, SETS, needed
from orchestration.base.settings import PROJECT

PINNED = {
    canonicalize_name(name): version
    for name, _, version in (line.partition("==") for line in (PROJECT / "constraints.txt").read_text().splitlines())
}
LINE = re.compile(r"([a-z0-9-]+)==(\S+)((?: --hash=sha256:[0-9a-f]{64})+)")


def listed(name: str) -> dict[str, str]:
    head, *lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert head.startswith("# Written by")
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found)
    return {match[1]: match[2] for match in found if match}


def test_each_list_holds_the_pinned_versions_and_nothing_twice() -> None:
    seen: set[str] = set()
    for name in SETS:
        of_list = listed(name)
        assert of_list and {n: PINNED[n] for n in of_list} == of_list
        assert not seen & set(of_list)
        seen |= set(of_list)
        assert "://" not in (FOLDER / f"{name}.txt").read_text()


def test_what_the_project_needs_here_is_listed() -> None:
    """Followed through what is installed, so that a dependency that somebody adds is missed here and not on a new machine."""
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*about["build-system"]["requires"], *about["project"]["dependencies"]]
    environment = {k: str(v) for k, v in default_environment().items()}

    class Installed(dict[str, dict[str, list[str]]]):
        def __missing__(self, name: str) -> dict[str, list[str]]:
            return {"requires_dist": list(distribution(name).requires or [])}

    there = needed(map(Requirement, wanted), Installed(), environment)
    assert there - set(listed("run")) == set() and len(there) > 50
