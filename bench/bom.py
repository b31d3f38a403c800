"""What is installed, under which licence, with known holes: `make bom`.

Writes a software bill of materials (CycloneDX 1.5, JSON) from what Python itself knows of the installed packages; no
network, no other tool. Licences outside `ALLOWED` are named and end in exit 1. Known vulnerabilities are asked of
`pip-audit` where that is installed, since they are known to a server only; where it is not, that is said.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# permissive, or weak copyleft that a program may stand beside; EUPL is a tool of the tests
ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|Unlicense|CC0|Zlib|HPND|0BSD|LGPL|Lesser General|EUPL|Public Domain|ZPL|Artistic|W3C",
    re.IGNORECASE,
)

_ELSEWHERE = (
    "they are known to a server only:\n"
    "  pip install pip-audit, then again (names and versions of packages leave the machine), or hand the bill above\n"
    "  to whatever reads CycloneDX on a machine that may ask"
)


def licence_of(found: Distribution) -> str:
    """Return what a package says of its licence: the expression, the classifiers, else the first line of the text."""
    about: Any = found.metadata
    expression = about.get("License-Expression")
    if expression:
        return str(expression)
    classified = [
        c.rpartition("::")[2].strip() for c in about.get_all("Classifier") or [] if c.startswith("License ::")
    ]
    named = [c for c in classified if c != "OSI Approved"]
    text = (about.get("License") or "").strip().splitlines()
    return " AND ".join(named) or (text[0][:80] if text else "") or _from_files(found)


def _from_files(found: Distribution) -> str:
    for path in found.files or []:
        if re.search(r"(?i)licen[cs]e|copying", path.name) and path.locate().is_file():
            text = Path(str(path.locate())).read_text(encoding="utf-8", errors="replace")[:600]
            known = ALLOWED.search(text)
            return f"{known[0]} (by its text)" if known else "unknown"
    return "unknown"


def components() -> Iterator[dict[str, Any]]:
    """Yield each installed package as CycloneDX writes it."""
    for found in sorted({d.metadata["Name"].lower(): d for d in distributions()}.items()):
        name, package = found
        yield {
            "type": "library",
            "name": name,
            "version": package.version,
            "purl": f"pkg:pypi/{name}@{package.version}",
            "licenses": [{"license": {"name": licence_of(package)}}],
        }


def main(arguments: list[str] | None = None) -> int:
    """Write the bill, name licences to look at, ask for known vulnerabilities; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("bom.json"))
    asked = parser.parse_args(arguments)
    found = list(components())
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": datetime.now(UTC).isoformat(timespec="seconds")},
        "components": found,
    }
    asked.to.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    other = [(c["name"], c["licenses"][0]["license"]["name"]) for c in found]
    other = [(name, licence) for name, licence in other if not ALLOWED.search(licence)]
    print(f"{len(found)} packages: {asked.to}")
    for name, licence in other:
        print(f"  licence to look at: {name}: {licence}")
    known = vulnerabilities()
    return 1 if other or known else 0


def vulnerabilities() -> list[str]:
    """Ask pip-audit for known vulnerabilities, print them, and return them; words where nobody could be asked."""
    if find_spec("pip_audit") is None:
        print(f"known vulnerabilities: NOT ASKED. pip-audit is not installed here, and {_ELSEWHERE}")
        return []
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
    )
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = (asked.stderr.strip().splitlines() or ["no word"])[-1]
        print(f"known vulnerabilities: NOT ASKED. pip-audit had no answer ({said[:200]}), and {_ELSEWHERE}")
        return []
    found = [f"{p['name']} {p['version']}: {hole['id']}" for p in packages for hole in p.get("vulns", ())]
    print(f"known vulnerabilities: {len(found)} in {len(packages)} packages")
    for one in found:
        print(f"  {one}")
    return found


if __name__ == "__main__":
    sys.exit(main())
