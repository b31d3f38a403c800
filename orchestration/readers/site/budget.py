"""What a page may weigh, and what it weighs: nodes, bytes, EcoIndex, and the faults that keep it back.

Add a rule here when something must hold on every page; what holds between pages (links) stands in `links`. A page that
breaks a rule is not written, and the site as a whole is not either: the budget is no advice.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

# one round trip: a server's first window is ten segments, about 14.6 kB
MAX_COMPRESSED = 14_000
MAX_NODES = 400
MAX_SCRIPT = 8_000
BEST_GRADE = 80.0

# EcoIndex (Green IT analysis): 20-quantiles of what pages of the web hold; weights: nodes 3, requests 2, kB 1
_NODES = (
    0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603, 674, 753, 843, 949, 1076, 1237, 1459, 1801, 2479, 594601,
)  # fmt: skip
_REQUESTS = (0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78, 86, 95, 105, 117, 130, 147, 170, 205, 281, 3920)
_SIZES = (
    0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32, 1648.27, 1876.08, 2142.06,
    2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54, 223212.26,
)  # fmt: skip

_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
# what makes a browser ask for more than the page: sources of pictures and frames, style sheets, imports
_FETCHED = re.compile(
    r"<(?!script)[a-z]+\b[^>]*\bsrc(?:set)?=(?!\"data:)|<link\b[^>]*\brel=\"?(?:stylesheet|preload|prefetch|icon)\b(?![^>]*href=\"data:)"
    r"|@import|url\(\s*['\"]?(?!data:|#)"
)
_ICON = re.compile(r"<link rel=\"icon\"(?! href=\"data:)")
# without one of these words there is nothing to look for, and looking costs half a millisecond a page
_SUSPECT = ("src=", "srcset=", "stylesheet", "preload", "prefetch", "@import", "url(")


class Weight(NamedTuple):
    """What one page weighs: bytes as written and compressed, elements outside drawings, requests, EcoIndex (0–100)."""

    bytes: int
    compressed: int
    nodes: int
    requests: int
    ecoindex: float


def _quantile(value: float, quantiles: tuple[float, ...]) -> float:
    for i in range(1, len(quantiles)):
        if value < quantiles[i]:
            return i - 1 + (value - quantiles[i - 1]) / (quantiles[i] - quantiles[i - 1])
    return len(quantiles) - 1


def ecoindex(nodes: int, requests: int, kilobytes: float) -> float:
    """Return the EcoIndex of a page, 0 to 100 (best), by its published formula."""
    weighed = 3 * _quantile(nodes, _NODES) + 2 * _quantile(requests, _REQUESTS) + _quantile(kilobytes, _SIZES)
    return 100 - 5 * weighed / 6


def grade(index: float) -> str:
    """Return the class of an EcoIndex, A (best) to G."""
    return next((g for g, least in zip("ABCDEF", (80, 70, 55, 40, 25, 10), strict=True) if index > least), "G")


def nodes(html: str) -> int:
    """Return how many elements a page has, those within `<svg>` left out, as EcoIndex counts them."""
    bare = _without_data(_DRAWING.sub("<svg>", html))
    # a sign of less stands in no text of ours but as `&lt;`: what begins, and neither ends nor declares, is an element
    return bare.count("<") - bare.count("</") - bare.count("<!")


def _without_data(html: str) -> str:
    # a block of JSON or script is one element, whatever it holds
    return _SCRIPT.sub("<script>", html)


def requests(html: str) -> int:
    """Return how many requests a browser makes for a page: the page, and what it fetches."""
    if not any(word in html for word in _SUSPECT):
        return 1 + len(_ICON.findall(html))
    return 1 + len(_FETCHED.findall(_without_data(html))) + len(re.findall(r"<script\b[^>]*\bsrc=", html))


@cache
def _counted(head: str) -> tuple[int, int]:
    return nodes(head), requests(head)


def counted(head: str, rest: str) -> tuple[int, int]:
    """Return nodes and requests of a page; `head`: how it begins, with whole elements, as many other pages do."""
    count, asked = _counted(head)
    return count + nodes(rest), asked + requests(rest) - 1


def scripts(html: str) -> list[str]:
    """Return the scripts of a page; blocks of data are none."""
    return [body for attributes, body in _SCRIPT.findall(html) if "application/" not in attributes]


def weigh(page: bytes, compressed: int, *, counted: tuple[int, int] | None = None) -> Weight:
    """Return what a page weighs; `compressed` are the bytes of its gzip file, `counted` its nodes and requests where they are known."""
    count, asked = counted or (nodes(page.decode()), requests(page.decode()))
    return Weight(len(page), compressed, count, asked, round(ecoindex(count, asked, compressed / 1000), 1))


def faults(html: str, weight: Weight, *, may_script: bool = False) -> list[tuple[str, dict[str, float | str]]]:
    """Return what breaks the budget: the code of a sentence and what fills it; empty where the page holds it."""
    found: list[tuple[str, dict[str, float | str]]] = []
    if weight.compressed > MAX_COMPRESSED:
        found.append(("site.too_heavy", {"bytes": weight.compressed, "most": MAX_COMPRESSED}))
    if weight.nodes > MAX_NODES:
        found.append(("site.too_many_nodes", {"nodes": weight.nodes, "most": MAX_NODES}))
    if weight.requests > 1:
        found.append(("site.too_many_requests", {"requests": weight.requests}))
    if weight.ecoindex <= BEST_GRADE:
        found.append(("site.not_class_a", {"index": weight.ecoindex}))
    written = scripts(html)
    if written and not may_script:
        found.append(("site.script_refused", {"scripts": len(written)}))
    if sum(len(s.encode()) for s in written) > MAX_SCRIPT:
        found.append(("site.script_too_long", {"most": MAX_SCRIPT}))
    if not _LANGUAGE.search(html):
        found.append(("site.lacks_language", {}))
    # the style sheet is half of a page and holds none of this: to look through it again for each costs more than the rest
    behind = max(html.find("</style>"), 0)
    return found + [(code, {}) for code, pattern in _WANTED.items() if not pattern.search(html, behind)]


# what every page has, whoever wrote its template
_LANGUAGE = re.compile(r"<html lang=\"(?:fr|en)\">")
_WANTED = {
    "site.lacks_title": re.compile(r"<title>[^<]{10,}</title>"),
    "site.lacks_description": re.compile(r"<meta name=\"description\" content=\"[^\"]{30,}\">"),
    "site.lacks_canonical": re.compile(r"<link rel=\"canonical\" href=\"https?://[^\"]+\">"),
    "site.lacks_translation": re.compile(r"<link rel=\"alternate\" hreflang=\"(?:fr|en)\" href=\"https?://[^\"]+\">"),
    "site.lacks_skip_link": re.compile(r"<a class=\"skip\" href=\"#main\">"),
    "site.lacks_main": re.compile(r"<main id=\"main\"[^>]*>"),
    "site.lacks_heading": re.compile(r"<h1[ >]"),
}
