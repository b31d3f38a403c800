"""What a label that spans rows, or the heading over them, makes of a row: `Total` is what its group is called.

A group's `Total` counts where it is the sum of its parts, or lies between them where it is a rate. Not here: which rows
are of which group (`groups`), labels of rows that say what they are (`rows`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from orchestration.filings.candidates import SUMS
from orchestration.filings.grids import Row, Table
from orchestration.filings.naming import METHOD, label_of, matching
from orchestration.filings.notions import metrics, plain
from orchestration.filings.numbers import read_cell

# the row of the whole, in a table whose title or whose columns say of what it is
WHOLE_ROW = re.compile(
    r"(?:total |ensemble )?(?:du |de l'|of the |the )?(?:groupe?|group)(?: total)?|(?:sous-|sub-?)?total(?: general)?|grand total|ensemble|overall|taux (?:global|total|moyen)|all (?:activities|divisions|entities|sites)"
)
_METHOD_ALONE = re.compile(
    r"\(?(?:location|market)[- ]based\)?(?: (?:method|approach))?\)?|(?:fondee?s? )?sur (?:la localisation|le marche)"
)
_TOTAL_EMISSIONS = re.compile(
    r"(?:total|overall) (?:ghg |greenhouse gas |co2e? )?emissions?|emissions totales|total des emissions"
)
# the sum of parts may differ from the whole by what rounding makes of it
_ROUNDING = 0.02


def in_its_group(row: Row, table: Table, fiscal_year: int | None, language: str) -> tuple[Row, bool]:
    """Return a row under the label that it has in its group, and whether it is a part of a group that has a whole."""
    label = label_of(row)
    if _METHOD_ALONE.fullmatch(label) and not row.group:
        return _by_method(row, table), False
    if not row.group:
        return (_under_heading(row, table, fiscal_year, language) if WHOLE_ROW.fullmatch(label) else row), False
    mates = [x for x in table.rows if x.group == row.group and x.part == row.part]
    whole = next((x for x in mates if WHOLE_ROW.fullmatch(label_of(x))), None)
    if label == plain(row.group):
        return row, False
    if whole is row:
        return replace(row, label=row.group), not _is_whole(
            row, [x for x in mates if x is not row], fiscal_year, language
        )
    if whole is not None and not METHOD.search(label):
        return replace(row, label=f"{row.group} – {row.label}"), True
    of_group = {x.metric_id for x in matching(plain(row.group))}
    if any(x.within is None for x in matching(label)) and (len(label.split()) > 2 or not of_group):
        return row, False
    together = replace(row, label=f"{row.group} {row.label}")
    named = {x.metric_id for x in matching(label_of(together))}
    others = {x.metric_id for o in mates if o is not row for x in matching(plain(f"{o.group} {o.label}"))}
    # « LTIFR | Employees 0.1 | Workers 0.3 »: neither is the whole
    return together, bool(named) and not named - others


def _by_method(row: Row, table: Table) -> Row:
    """Return a row that names a method alone under what it is the method of: « Scope 2 » over « Location-based »."""
    section = plain(row.section)
    if "scope" in section:
        return replace(row, label=f"{row.section} ({row.label})")
    of = {x.metric_id for x in matching(plain(table.title))}
    if (
        _TOTAL_EMISSIONS.fullmatch(section.strip(" :*"))
        and "ghg_scope1_2" in of
        and "scope 3" not in plain(table.title)
    ):
        return replace(row, label=f"Scope 1 + 2 ({row.label})")
    return row


def _under_heading(row: Row, table: Table, fiscal_year: int | None, language: str) -> Row:
    """Return a `Total` under the heading over its rows, where it is their whole: « Taux de fréquence » over three rows."""
    mates = [x for x in table.rows if x.section == row.section and x.part == row.part and not x.group]
    if not row.section or mates[-1] is not row or len(mates) < 3 or not matching(plain(row.section)):
        return row
    return replace(row, label=row.section) if _is_whole(row, mates[:-1], fiscal_year, language) else row


def _is_whole(row: Row, parts: list[Row], fiscal_year: int | None, language: str) -> bool:
    """Return whether a row's figure is the sum of its parts, or lies between them where these cannot be added."""
    if fiscal_year is None:
        return False
    own = read_cell(row.cells.get(fiscal_year, ""), language)
    held = [p.value for x in parts if (p := read_cell(x.cells.get(fiscal_year, ""), language))]
    if own is None or len(held) < 2:
        return own is not None
    named = matching(plain(row.group or row.section))
    if any(metrics()[x.metric_id].dimension in (*SUMS, "persons") for x in named):
        return abs(sum(held) - own.value) <= max(_ROUNDING * own.value, 1.0)
    return min(held) <= own.value <= max(held)
