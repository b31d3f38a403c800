"""Every page of a site in a real browser, in every way of looking at it: what axe, the window and the W3C's checker find.

    .venv/bin/python -m bench.site_looks --site HOME/site [--only fr/objectif]… [--few | --one] [--vnu VNU.JAR] [--jobs 2]
    .venv/bin/python -m bench.site_looks --site HOME/site --seen SEEN [--minutes 5]      # in pieces: again and again until 0 are left

Prints a line a fault, then a summary as JSON: pages, looks, faults by kind, seconds. Exit code 1 where something was found. The
suite looks at one page of each kind by the same function; this walks all of them, at about two seconds of processor time a page,
half of it with `--few`, a quarter with `--one`. How far it is stands on standard error. With `--seen`, pages that were looked at in
these ways without a fault, and have not changed since, are noted in that file and left out the next time.
Needs Debian's chromium and the test extras; the checker needs Java and vnu.jar (npm's `vnu-jar`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from orchestration.readers.site.serving import server

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# pages between two words of how far it is; a new window each time, so that nothing piles up
STEP = 10


class Look(NamedTuple):
    """A way to look at a page: width of the window, and what the browser says of colours and medium."""

    width: int
    scheme: str = "light"
    forced: str = "none"
    medium: str = "screen"


LOOKS = tuple(
    Look(width, *rest)
    for width in (1280, 320)
    for rest in (("light",), ("dark",), ("light", "active"), ("light", "none", "print"))
)


# of very many pages: the narrowest window in the colours that are chosen least by those who draw
ONE = (Look(320, "dark"),)
# each width, scheme, set of colours and medium once
FEW = (Look(1280), Look(320, "dark"), Look(1280, "light", "active"), Look(320, "light", "none", "print"))


class Fault(NamedTuple):
    """What is wrong with a page, in which look, and where."""

    path: str
    look: str
    what: str
    where: str


def chromium() -> str | None:
    """Return the browser's program, None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Give the address under which the pages answer for a while."""
    pages = server(site, "127.0.0.1", 0)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{pages.server_address[1]}/"
    finally:
        pages.shutdown()
        pages.server_close()


@contextmanager
def browsing() -> Iterator[Any]:
    """Give a browser. ImportError without playwright, RuntimeError without chromium."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    if program is None:
        raise RuntimeError("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as p:
        opened = p.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


def faults(browser: Any, address: str, paths: Sequence[str], looks: Sequence[Look] = LOOKS) -> Iterator[Fault]:
    """Yield what is wrong with these pages: axe's violations, and those that scroll sideways on a screen.

    A page is opened once and looked at in every way.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    # axe is put into the page, which its own policy forbids to anybody else
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    for path in paths:
        answer = page.goto(address + path)
        if not answer.ok:
            yield Fault(path, "", "no answer", str(answer.status))
            continue
        page.evaluate(AXE_SCRIPT)
        for look in looks:
            page.set_viewport_size({"width": look.width, "height": 900})
            page.emulate_media(media=look.medium, color_scheme=look.scheme, forced_colors=look.forced)
            said = "-".join(map(str, look))
            for v in page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations)"):
                yield Fault(path, said, v["id"], v["nodes"][0]["html"][:160])
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > look.width and look.medium == "screen":
                yield Fault(path, said, "scrolls sideways", f"{width} px")
    context.close()


def checked(files: Sequence[Path], vnu: Path) -> list[str]:
    """Return the errors that the W3C's checker finds in these files, a line each."""
    done = subprocess.run(
        ["java", "-Xss4m", "-jar", str(vnu), "--errors-only", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in done.stderr.split("\n") if line.strip()]


def pages_of(site: Path, only: Sequence[str] = ()) -> list[str]:
    """Return the pages of a site, those that begin so where `only` names some; pieces for other sites are none."""
    found = sorted(p.relative_to(site).as_posix() for p in site.rglob("*.html") if "fragments" not in p.parts)
    return [p for p in found if not only or p.startswith(tuple(only))]


class Seen:
    """Pages that were looked at and found well, a line each: their content as a hash, and in how many looks."""

    def __init__(self, file: Path | None, site: Path, looks: Sequence[Look]) -> None:
        self.file, self.site, self.looks = file, site, hashlib.sha256(repr(looks).encode()).hexdigest()[:8]
        self.lines = set(file.read_text(encoding="utf-8").split("\n")) if file and file.exists() else set()

    def _line(self, path: str) -> str:
        return f"{hashlib.sha256((self.site / path).read_bytes()).hexdigest()} {self.looks} {path}"

    def left(self, paths: Sequence[str]) -> list[str]:
        """Return the pages that are still to be looked at."""
        return [p for p in paths if self._line(p) not in self.lines]

    def note(self, paths: Sequence[str]) -> None:
        """Note pages that were found well."""
        if self.file:
            with self.file.open("a", encoding="utf-8") as out:
                out.writelines(f"{self._line(p)}\n" for p in paths)


def _walk(
    address: str, paths: Sequence[str], looks: Sequence[Look], seen: Seen, until: float
) -> tuple[list[Fault], int]:
    """Return what was found, and how many pages were looked at before the time was over."""
    found, done = [], 0
    with browsing() as browser:
        while done < len(paths) and time.monotonic() < until:
            some = paths[done : done + STEP]
            here = list(faults(browser, address, some, looks))
            for fault in here:
                print(*fault, sep=" · ", flush=True)
            found += here
            seen.note([p for p in some if p not in {f.path for f in here}])
            done += len(some)
            print(f"{done} of {len(paths)}: {some[-1]}", file=sys.stderr, flush=True)
    return found, done


def main() -> int:
    """Look at every page and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--only", action="append", default=[], help="pages that begin so")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--few", action="store_true", help="each width, scheme, set of colours and medium once")
    how.add_argument("--one", action="store_true", help="320 pixels in dark colours alone")
    parser.add_argument("--vnu", type=Path, help="vnu.jar; without it the W3C's checker is not asked")
    parser.add_argument("--seen", type=Path, help="file that remembers which pages were found well")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no further pages after so long")
    parser.add_argument("--jobs", type=int, default=1, help="browsers beside each other")
    given = parser.parse_args()
    looks = FEW if given.few else ONE if given.one else LOOKS
    begun, every = time.monotonic(), pages_of(given.site, given.only)
    seen = Seen(given.seen, given.site, looks)
    paths, until = seen.left(every), begun + 60 * given.minutes
    with served(given.site) as address, ThreadPoolExecutor(given.jobs) as pool:
        parts = [paths[i :: given.jobs] for i in range(given.jobs)]
        walked = list(pool.map(lambda p: _walk(address, p, looks, seen, until), parts))
    found = [f for faults_of, _ in walked for f in faults_of]
    errors = checked([given.site / p for p in every], given.vnu) if given.vnu else None
    for line in errors or []:
        print(line)
    summary = {
        "pages": len(every),
        "looked_at": (done := sum(count for _, count in walked)),
        "seen_before": len(every) - len(paths),
        "left": len(paths) - done,
        "looks": len(looks),
        "faults": Counter(f.what for f in found),
        "checker": "not asked" if errors is None else len(errors),
        "seconds": round(time.monotonic() - begun),
    }
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if found or errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
