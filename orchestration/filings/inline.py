"""Facts tagged in a document (Inline XBRL 1.1): name, context, unit, scale, sign and format of each `ix:nonFraction`.

Read as a stream and without a taxonomy; entities are not resolved and nothing is fetched. Source: Inline XBRL 1.1,
section 10; Transformation Registry 4 and 5 for `num-dot-decimal` and `num-comma-decimal`.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from orchestration.filings.evidence import Fact, Reading
from orchestration.filings.facts import metrics_of_facts

_IX = "{http://www.xbrl.org/2013/inlineXBRL}"
_IX10 = "{http://www.xbrl.org/2008/inlineXBRL}"
_XBRLI = "{http://www.xbrl.org/2003/instance}"
_DIMENSIONS = ("{http://xbrl.org/2006/xbrldi}explicitMember", "{http://xbrl.org/2006/xbrldi}typedMember")


def read_inline(path: Path, *, fiscal_year: int | None = None) -> Reading:
    """Return the facts that a document tags. Marks: `not_inline` where it tags none, `damaged` where it is no XML."""
    from lxml import etree

    reading = Reading(kind="inline")
    contexts: dict[str, tuple[str | None, str | None, str | None]] = {}
    units: dict[str, str] = {}
    raw: list[tuple[str, str, str, str, str, str, int]] = []
    try:
        events = etree.iterparse(
            str(path), events=("end",), resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
        )
        for _, element in events:
            tag = element.tag
            if not isinstance(tag, str):
                continue
            if tag == f"{_XBRLI}context":
                contexts[element.get("id", "")] = _context(element)
            elif tag == f"{_XBRLI}unit":
                units[element.get("id", "")] = _unit(element)
            elif tag in (f"{_IX}nonFraction", f"{_IX10}nonFraction"):
                raw.append(_raw(element))
            elif tag.rpartition("}")[2] in ("p", "td", "div", "tr", "table") and not _holds_header(element):
                element.clear(keep_tail=True)
    except etree.XMLSyntaxError:
        reading.marks.append("damaged")
        return reading
    for name, reference, unit, scale, sign, form, line in raw:
        starts, ends, dimension = contexts.get(reference, (None, None, None))
        value = _value(form, scale, sign)
        if value is not None:
            place = f"line {line}"
            reading.facts.append(Fact(name.rpartition(":")[2], value, units.get(unit), starts, ends, place, dimension))
    if not reading.facts:
        reading.marks.append("not_inline")
    reading.fiscal_year = fiscal_year or _newest(reading.facts)
    current = [f for f in reading.facts if (f.period_end or "")[:4] == str(reading.fiscal_year)]
    reading.metrics, reading.silences = metrics_of_facts(current, reading.fiscal_year, method="tag")
    return reading


def _holds_header(element: Any) -> bool:
    return next(element.iter(f"{_XBRLI}context", f"{_XBRLI}unit"), None) is not None


def _context(element: Any) -> tuple[str | None, str | None, str | None]:
    def at(name: str) -> str | None:
        found = element.find(f".//{_XBRLI}{name}")
        return found.text.strip()[:10] if found is not None and found.text else None

    members = [(m.text or "".join(m.itertext())).strip() for tag in _DIMENSIONS for m in element.iter(tag)]
    return at("startDate"), at("endDate") or at("instant"), ";".join(members) or None


def _unit(element: Any) -> str:
    return "/".join((m.text or "").strip() for m in element.iter(f"{_XBRLI}measure"))


def _raw(element: Any) -> tuple[str, str, str, str, str, str, int]:
    text = "".join(element.itertext())
    form = f"{element.get('format', '')}|{text}"
    return (
        element.get("name", ""),
        element.get("contextRef", ""),
        element.get("unitRef", ""),
        element.get("scale", "0"),
        element.get("sign", ""),
        form,
        element.sourceline or 0,
    )


def _value(form: str, scale: str, sign: str) -> str | None:
    """Return the value of a tagged number, by its format, scale and sign; None where it is no number."""
    kind, _, text = form.partition("|")
    kind = kind.rpartition(":")[2].replace("-", "").lower()
    if kind in ("fixedzero", "zerodash", "numdash"):
        return "0"
    bare = re.sub(r"[\s\u00a0\u202f'’]", "", text)
    if kind in ("numcommadecimal", "numdotcomma", "numcomma"):
        bare = bare.replace(".", "").replace(",", ".")
    else:
        bare = bare.replace(",", "")
    try:
        value = float(bare) * 10.0 ** int(scale or 0)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(value):
        return None
    value = -value if sign == "-" else value
    return repr(int(value)) if value.is_integer() else repr(round(value, 12))


def _newest(facts: list[Fact]) -> int | None:
    years = [
        int(f.period_end[:4]) for f in facts if f.period_end and f.period_end[:4].isdigit() and f.dimension is None
    ]
    return max(years, default=None)
