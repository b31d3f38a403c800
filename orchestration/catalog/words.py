"""Words and forms that stand as data beside the project: units, breakdowns, the forms of codes.

Add a row there, not a line here: `dbt_project/catalogue/units.csv`, `dbt_project/catalogue/breakdowns.csv`, `expectations/forms.csv`.
Not here: sentences, which belong to the room that says them.
"""

from __future__ import annotations

import csv
from functools import cache

from orchestration.base.settings import PROJECT


def _rows(path: str) -> list[dict[str, str]]:
    with (PROJECT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def forms() -> dict[str, tuple[str, str]]:
    """Return regular expression -> the form that it asks for, in French and English: « a la forme » …."""
    return {row["regex"]: (row["fr"], row["en"]) for row in _rows("expectations/forms.csv")}


@cache
def _forms_of_types() -> dict[str, str]:
    return {kind: row["regex"] for row in _rows("expectations/forms.csv") for kind in row["types"].split()}


def form_of(column_type: str) -> str | None:
    """Return the regular expression that a code of this type matches; None for a type that is no code of one form."""
    return _forms_of_types().get(column_type)


@cache
def units() -> dict[str, tuple[str, str]]:
    """Return unit -> what stands behind a number, in French and English; empty for a pure number."""
    return {row["unit"]: (row["behind_fr"], row["behind_en"]) for row in _rows("dbt_project/catalogue/units.csv")}


@cache
def breakdowns() -> dict[str, tuple[str, str]]:
    """Return breakdown -> whom a figure is about, in French and English."""
    return {row["breakdown"]: (row["fr"], row["en"]) for row in _rows("dbt_project/catalogue/breakdowns.csv")}
