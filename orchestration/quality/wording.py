"""Expectations in plain words: what each demands, and by how much it was missed.

Holds one message per type of expectation. Add one here (and its sentence to the catalogue of this room) when a suite
uses a type that has none; until then its name and arguments are shown. What an expectation is *for*
stands in its file, under `meta.notes`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from orchestration.base.messages import Message, say
from orchestration.catalog.words import forms
from orchestration.quality.suites import ExpectationSpec, resolved

# where a row comes from, which every table of the lake says in the same columns
_PROVENANCE = {"_vintage": say("quality.column_vintage"), "_file": say("quality.column_file")}
_OPERATORS = {
    "==": "quality.where_is",
    "!=": "quality.where_is_not",
    "IN": "quality.where_is_one_of",
    "NOT_IN": "quality.where_is_none_of",
}
_EXAMPLES = 3


def _bounds(kwargs: dict[str, Any], plain: bool) -> Message:
    low, high = (_value(kwargs.get(bound), plain) for bound in ("min_value", "max_value"))
    if low is not None and high is not None:
        return say("quality.exactly", value=low) if low == high else say("quality.between", low=low, high=high)
    return say("quality.at_least", value=low) if low is not None else say("quality.at_most", value=high)


def _value(value: Any, plain: bool) -> Any:
    """Return a value as a sentence takes it: a year or a code (`plain`) as text, which no thousands separator comes into."""
    if value is not None and value != value:
        return None
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer()
    return str(int(value)) if plain and whole else value


def _values(values: Any) -> list[Any]:
    return [_value(value, True) for value in values or []]


def _tolerance(kwargs: dict[str, Any]) -> Message | None:
    mostly = kwargs.get("mostly", 1)
    return None if mostly >= 1 else say("quality.tolerance", share=round(mostly * 100, 4))


def _condition(condition: dict[str, Any]) -> Message:
    column, operator, parameter = condition["column"]["name"], condition["operator"], condition["parameter"]
    values = _values(parameter if isinstance(parameter, list) else [parameter])
    if operator in _OPERATORS:
        return Message(_OPERATORS[operator], {"column": column, "values": values})
    return say("quality.where_compared", column=column, operator=operator, values=values)


def _is_year(column: str) -> bool:
    return column == "year" or column.endswith("_year") or column == "sdg_id"


# the sentence of each type of expectation, where its columns, bounds, form or values are all that fills it
_DEMANDS = {
    "expect_column_values_to_not_be_null": "quality.is_filled",
    "expect_column_values_to_be_null": "quality.is_empty",
    "expect_column_values_to_match_regex": "quality.has_form",
    "expect_column_values_to_not_match_regex": "quality.has_not_form",
    "expect_column_values_to_be_between": "quality.is_within",
    "expect_column_values_to_be_in_set": "quality.is_one_of",
    "expect_column_values_to_be_unique": "quality.does_not_repeat",
    "expect_compound_columns_to_be_unique": "quality.one_row_for_each",
    "expect_column_value_lengths_to_be_between": "quality.length_within",
    "expect_column_pair_values_a_to_be_greater_than_b": "quality.is_greater",
    "expect_column_distinct_values_to_contain_set": "quality.holds",
    "expect_column_unique_value_count_to_be_between": "quality.different_values_within",
    "expect_column_sum_to_be_between": "quality.sum_within",
    "expect_column_mean_to_be_between": "quality.mean_within",
    "expect_column_median_to_be_between": "quality.median_within",
    "expect_table_row_count_to_be_between": "quality.rows_within",
    "expect_table_columns_to_match_set": "quality.columns_are_there",
}


def describe(expectation: ExpectationSpec, *, today: date | None = None) -> Message:
    """Return what an expectation demands, as one sentence."""
    kwargs = resolved(expectation.kwargs, today or date.today())
    code = _DEMANDS.get(expectation.type)
    where = _condition(expectation.condition) if expectation.condition else None
    if code is None:
        arguments = json.dumps(kwargs, ensure_ascii=False, default=str)
        said = say("quality.unknown_demand", type=expectation.type, arguments=arguments)
        return say("quality.demand_as_it_is", said=said, where=where, tolerance=_tolerance(kwargs))
    if kwargs.get("or_equal"):
        code = "quality.is_greater_or_equal"
    columns = expectation.columns
    given = {
        "column": columns[0] if columns else None,
        "columns": [_PROVENANCE.get(c, c) for c in columns],
        "other": columns[1] if len(columns) > 1 else None,
        "form": _form(str(kwargs["regex"])) if "regex" in kwargs else None,
        "bounds": _bounds(kwargs, bool(columns) and _is_year(columns[0]))
        if {"min_value", "max_value"} & set(kwargs)
        else None,
        "values": _values(kwargs.get("value_set")),
        "wanted": kwargs.get("column_set"),
    }
    said = Message(code, {name: value for name, value in given.items() if value is not None and value != []})
    return say("quality.demand", said=said, where=where, tolerance=_tolerance(kwargs))


def _form(pattern: str) -> Message | str:
    """Return in words what a pattern asks for: it means nothing to a data steward, and a test holds that each has words."""
    fr, en = forms().get(pattern, ("", ""))
    return Message.of(fr=fr, en=en) if fr else pattern


def missing_columns(columns: list[str]) -> Message:
    """Return that columns are not in the table at all."""
    return say("quality.columns_missing", columns=columns)


def finding(
    expectation: ExpectationSpec, result: dict[str, Any], *, passed: bool, places: Sequence[dict[str, Any]] = ()
) -> Message:
    """Return what was found, with the figures: how many values missed, which share, up to 3 examples.

    `result` is the `result` of Great Expectations. `places`: the keys of the rows of its examples, in their order.
    Examples are left out where the file says `examples: false`.
    """
    plain = bool(expectation.columns) and _is_year(expectation.columns[0])
    if "unexpected_count" in result:
        total = int(result.get("element_count", 0)) - int(result.get("missing_count") or 0)
        unexpected = int(result["unexpected_count"])
        if not unexpected:
            return say("quality.values_checked", count=total)
        return say(
            "quality.values_deviate",
            count=unexpected,
            total=total,
            share=float(result.get("unexpected_percent") or 0),
            examples=_examples(result, plain, () if passed else places) if expectation.meta.examples else [],
            is_tolerated=passed,
        )
    mismatched = (result.get("details") or {}).get("mismatched") or {}
    if mismatched.get("missing"):
        return say("quality.values_missing", values=list(map(str, mismatched["missing"])))
    if result.get("partial_missing_list"):
        return say("quality.values_missing", values=_values(result["partial_missing_list"]))
    observed = result.get("observed_value")
    if isinstance(observed, (int, float)) and observed == observed:
        return say("quality.observed", value=observed)
    return say("quality.checked" if passed else "quality.no_value")


def _examples(result: dict[str, Any], plain: bool, places: Sequence[dict[str, Any]]) -> list[Message]:
    shown: dict[Message, None] = {}
    for position, value in enumerate(result.get("partial_unexpected_list") or []):
        place = _place(places[position]) if position < len(places) else None
        if isinstance(value, dict):
            cells = [say("quality.cell", name=k, value=_value(v, True)) for k, v in value.items()]
            found = say("quality.example_cells", cells=cells, place=place)
        elif isinstance(value, (list, tuple)):
            found = say("quality.example_pair", values=_values(value), place=place)
        elif (value is None or value != value) and not place:
            continue
        else:
            found = say("quality.example", value=_value(value, plain), place=place)
        shown[found] = None
    return list(shown)[:_EXAMPLES]


def _place(keys: dict[str, Any]) -> Message | str | None:
    """Return where a row stands: file and line of a table of the lake, or the key of a mart's row."""
    file, line = keys.get("_file"), keys.get("_row")
    if file:
        # a national file has no line of its own
        return str(file) if line is None or line != line else say("quality.place", file=file, line=int(line))
    return ", ".join(f"{k} = {v}" for k, v in keys.items() if v is not None and v == v) or None
