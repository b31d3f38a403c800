"""Which metrics words name: labels of data, what bars them, what the head above a row adds.

Labels and barriers are data (`notions`); add a rule here where a label's meaning hangs on the words above it. Not here:
figures (`rows`, `stated`).
"""

from __future__ import annotations

import re

from orchestration.filings.grids import Row
from orchestration.filings.notions import Label, is_barred, labels, metrics, plain

METHOD = re.compile(r"\b(?:location|market)[- ]based\b|\bfondee?s? sur (?:la localisation|le marche)\b")


def with_method(label: str, *heads: str) -> str:
    """Return the label of a scope 2 with the method that the nearest head names for it."""
    if "scope" in label and not METHOD.search(label):
        for head in heads:
            named = set(METHOD.findall(head))
            if named:
                return f"{label} ({named.pop()})" if len(named) == 1 else label
    return label


def matching(label: str, head: str = "") -> list[Label]:
    """Return the labels that plain text bears and that nothing bars; the best of each metric.

    `head`: what stands above a row. A label of a word or two (`Femmes`, `Employees`) is what its head makes of it.
    """
    best: dict[str, Label] = {}
    is_bare = len(label.split()) <= 2
    for one in labels():
        found = one.pattern.search(label) if one.within is None or one.within.search(head) else None
        if (
            found
            and not (metrics()[one.metric_id].dimension == "persons" and OF_SHARES.search(head))
            and not is_barred(one.metric_id, label)
            and not (is_bare and is_barred(one.metric_id, _heading(label, head), is_head=True))
        ):
            held = best.get(one.metric_id)
            if held is None or one.rank < held.rank:
                best[one.metric_id] = one
    return list(best.values())


BY = re.compile(
    r"\b(?:repartition|breakdown|evolution|distribution|split)\b|\b(?:par|by) (?!rapport)[a-z' ]{3,40}?(?=$|[(,|.:0-9])"
)


def _heading(label: str, head: str) -> str:
    """Return a head without how its table is split, over a label that names the whole (`EFFECTIF TOTAL`)."""
    return BY.sub(" ", head) if re.search(r"\b(?:total|global)\w*\b|^ensemble$", label) else head


# rows under « Part des femmes (en %) » are no headcounts
OF_SHARES = re.compile(
    r"% (?:of |de |des )?(?:women|femmes)\b|\b(?:part|proportion|pourcentage|share|percentage) (?:des? |d'|of )|\(en %\)|\((?:in )?%\)"
)


_FOOTNOTE = re.compile(r" ?\((?:\d|[a-z]|\*)\)(?! ?[/+&])|[¹²³⁴⁵⁶⁷⁸⁹]|\*+$")


# « Scope 1 (direct) and Scope 2 (indirect) emissions » are both together
_DIRECT = re.compile(r"(?<=scope [12]) \((?:in)?direct[^)]*\)")


def label_of(row: Row) -> str:
    """Return a row's words as labels are written, without the marks of notes."""
    return _FOOTNOTE.sub("", _DIRECT.sub("", plain(row.label))).strip(" :-")
