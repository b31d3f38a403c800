"""Answers of an interface that are one page of several: what they hold beside what they say there is.

No interface is known by name: data-fair (`total`, `next`), Opendatasoft (`nhits`, `total_count`), Melodi (`paging`), CKAN,
OData, GeoJSON, Sirene's `header` and many more say it in a few words that are all alike. Add a word when another interface
says it otherwise. Asking for the further pages is the business of `landing.live`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from orchestration.base.messages import Message, Refusal, say
from orchestration.reading.refusing import refusal

_TOTALS = {
    "total",
    "totalcount",
    "totalresults",
    "totalrecords",
    "totalitems",
    "totalelements",
    "totalhits",
    "totalrows",
    "totalfeatures",
    "totallines",
    "nhits",
    "count",
    "numbermatched",
    "numfound",
    "odatacount",
    "recordstotal",
    "nbtotal",
    "nombretotal",
}
_LINKS = {"next", "suivant", "nextpage", "nexturl", "nextpageurl", "nextlink"}
_TOKENS = {"odatanextlink", "nextcursor", "nextpagetoken", "curseursuivant"}
_MORE = {"hasmore", "hasnext", "hasnextpage", "exceededtransferlimit"}
_LAST = {"islast", "last", "lastpage"}
# what the rows are usually called; without one of these the longest list counts (Melodi's `title` is a list, too)
_ROWS = {
    "results",
    "records",
    "data",
    "observations",
    "features",
    "items",
    "value",
    "values",
    "rows",
    "lines",
    "content",
    "hits",
}
# where an interface puts its account of the pages, beside the rows
_BESIDE = {"paging", "pagination", "page", "pages", "meta", "metadata", "header", "links", "result", "hits", "odata"}
# a total stands at the top of the answer, or one step below; deeper ones count other things
_DEPTH = 2

_ALL_PAGES = say("reading.ask_for_all_pages")


@dataclass
class _Said:
    total: int | None = None
    more: bool = False


def refuse_single_page(value: Any, label: str) -> None:
    """Raise a Refusal when the JSON `value` (an answer, or an array of answers) says that there are more rows than it holds."""
    pages = value if isinstance(value, list) else [value]
    seen = [found for page in pages if isinstance(page, dict) and (found := _page(page, _Said(), 0)) is not None]
    if not seen or (isinstance(value, list) and len(seen) < len(pages)):
        return
    held = sum(rows for rows, _ in seen)
    total = max((said.total for _, said in seen if said.total is not None), default=None)
    if total is not None:
        if held < total:
            raise _partial(label, say("reading.rows_announced", held=held, total=total))
    elif all(said.more for _, said in seen):
        raise _partial(
            label,
            say("reading.next_page_named", held=held),
        )


def _partial(label: str, what: Message) -> Refusal:
    return refusal(
        say("reading.part_of_the_answer", file=label, what=what),
        _ALL_PAGES,
    )


def _page(node: dict[str, Any], said: _Said, depth: int) -> tuple[int, _Said] | None:
    """Return the rows of an answer's list of records, and what is said beside or above it."""
    said = _hear(node, said)
    lists = {_plain(k): len(v) for k, v in node.items() if isinstance(v, list) and _plain(k) != "links" and _records(v)}
    named = [n for k, n in lists.items() if k in _ROWS]
    if named:
        return max(named), said
    found = [(n, said) for n in lists.values()]
    if depth < _DEPTH:
        deeper = (_page(v, said, depth + 1) for v in node.values() if isinstance(v, dict))
        found += [d for d in deeper if d is not None]
    return max(found, key=lambda f: f[0], default=None)


def _records(rows: list[Any]) -> bool:
    return all(isinstance(r, (dict, list)) for r in rows[:50])


def _hear(node: dict[str, Any], above: _Said) -> _Said:
    said = _Said(above.total, above.more)
    beside = [v for k, v in node.items() if isinstance(v, dict) and _plain(k) in _BESIDE]
    links = [v for k, v in node.items() if isinstance(v, list) and _plain(k) == "links"]
    for key, value in (item for part in [node, *beside] for item in part.items()):
        name = _plain(key)
        if name in _TOTALS and (number := _number(value)) is not None:
            said.total = max(said.total or 0, number)
        said.more |= (
            (name in _LINKS and _is_link(value))
            or (name in _TOKENS and isinstance(value, str) and value != "")
            or (name in _MORE and value is True)
            or (name in _LAST and value is False)
        )
    said.more |= any(isinstance(link, dict) and link.get("rel") == "next" for part in links for link in part)
    return said


def _plain(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def _number(value: Any) -> int | None:
    if isinstance(value, dict):  # Elasticsearch: {"value": 10000, "relation": "gte"}
        value = value.get("value")
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() and len(value) < 12 else None


def _is_link(value: Any) -> bool:
    # `next` may also be a date of publication
    target = value.get("href") if isinstance(value, dict) else value
    return isinstance(target, str) and target.startswith(("http", "/", "?"))
