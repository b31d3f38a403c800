"""Do the links of the site lead somewhere: to a page that is made, to an anchor that it has.

Add here what holds between pages. Links that leave the site are not followed: a build asks no network.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache

_ADDRESS = re.compile(r"[a-z]+:")


def lost(pages: Mapping[str, str], beside: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield each page with a link of it that leads nowhere; `beside`: files of the site that are no pages."""

    @cache
    def anchors(path: str) -> frozenset[str]:
        # taken apart by the one text that all anchors have: three times as fast as a pattern
        return frozenset(part.partition('"')[0] for part in pages[path].split(' id="')[1:])

    @cache
    def reached(folder: str, file: str) -> str:
        return posixpath.normpath(posixpath.join(folder, file))

    for path, html in pages.items():
        folder = posixpath.dirname(path)
        # every address that the page names, that of its feed too
        for target in dict.fromkeys(part.partition('"')[0] for part in html.split(' href="')[1:]):
            if _ADDRESS.match(target):
                continue
            file, _, anchor = target.partition("#")
            to = reached(folder, file) if file else path
            if to not in pages:
                if to not in beside:
                    yield path, target
            elif anchor and anchor not in anchors(to):
                yield path, target
