"""Expectations in plain words: what each demands, and by how much it was missed.

Holds one sentence per type of expectation, in French and English. Add a sentence here when a suite
uses a type that has none (until then its name and arguments are shown). What an expectation is *for*
stands in its file, under `meta.notes`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from orchestration.base.messages import Language, Message
from orchestration.catalog.words import forms
from orchestration.quality.suites import ExpectationSpec, resolved

_THIN_SPACE = "\u202f"
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00:00)?")

# where a row comes from, which every table of the lake says in the same columns
_PROVENANCE = {"_vintage": ("millésime", "vintage"), "_file": ("fichier", "file")}


def figure(value: Any, language: Language, *, plain: bool = False) -> str:
    """Return a number as people write it; `plain` for years and codes (no thousands separator)."""
    if isinstance(value, bool):
        return {"fr": "oui" if value else "non", "en": "yes" if value else "no"}[language]
    if not isinstance(value, (int, float)):
        day = _ISO_DAY.fullmatch(str(value))
        if day is None:
            return str(value)
        return "/".join(reversed(day.groups())) if language == "fr" else "-".join(day.groups())
    if value != value:
        return "vide" if language == "fr" else "empty"
    text = f"{value:.6g}" if isinstance(value, float) and not float(value).is_integer() else f"{int(value):,}"
    if plain:
        text = text.replace(",", "")
    if language == "fr":
        text = text.replace(",", _THIN_SPACE).replace(".", ",")
    return text


def percent(value: float, language: Language) -> str:
    """Return a percentage (0 to 100) with at most two decimals."""
    if 0 < value < 0.01:
        return "< 0,01 %" if language == "fr" else "< 0.01%"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{text.replace('.', ',')} %" if language == "fr" else f"{text}%"


def _both(french: str, english: str) -> Message:
    return Message(fr=french, en=english)


def _bounds(kwargs: dict[str, Any], language: Language, plain: bool) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    words = {
        "fr": ("entre {} et {}", "au moins {}", "au plus {}", "exactement {}"),
        "en": ("between {} and {}", "at least {}", "at most {}", "exactly {}"),
    }[language]
    if low is not None and high is not None:
        if low == high:
            return words[3].format(figure(low, language, plain=plain))
        return words[0].format(figure(low, language, plain=plain), figure(high, language, plain=plain))
    if low is not None:
        return words[1].format(figure(low, language, plain=plain))
    return words[2].format(figure(high, language, plain=plain))


def _values(kwargs: dict[str, Any], language: Language) -> str:
    values = [figure(value, language, plain=True) for value in kwargs.get("value_set") or []]
    return ", ".join(values)


def _tolerance(kwargs: dict[str, Any], language: Language) -> str:
    mostly = kwargs.get("mostly", 1)
    if mostly >= 1:
        return ""
    share = percent(round(mostly * 100, 4), language)
    return f" (pour au moins {share} des lignes)" if language == "fr" else f" (for at least {share} of the rows)"


def _condition(condition: dict[str, Any], language: Language) -> str:
    column, operator = condition["column"]["name"], condition["operator"]
    parameter = condition["parameter"]
    values = parameter if isinstance(parameter, list) else [parameter]
    value = ", ".join(figure(one, language, plain=True) for one in values)
    words = {
        "==": ("est", "is"),
        "!=": ("n'est pas", "is not"),
        "IN": ("est l'un de", "is one of"),
        "NOT_IN": ("n'est aucun de", "is none of"),
    }.get(operator, (operator, operator))
    if language == "fr":
        return f", là où « {column} » {words[0]} {value}"
    return f", where '{column}' {words[1]} {value}"


def _is_year(column: str) -> bool:
    return column == "year" or column.endswith("_year") or column == "sdg_id"


def describe(expectation: ExpectationSpec, *, today: date | None = None) -> Message:
    """Return what an expectation demands, as one sentence in French and English."""
    kwargs = resolved(expectation.kwargs, today or date.today())
    text = {language: _demand(expectation, kwargs, language) for language in ("fr", "en")}
    return Message(**text)


def _demand(expectation: ExpectationSpec, kwargs: dict[str, Any], language: Language) -> str:
    french = language == "fr"
    columns = expectation.columns
    column = columns[0] if columns else ""
    quoted = [f"« {c} »" if french else f"'{c}'" for c in columns]
    form = forms().get(str(kwargs.get("regex")), (str(kwargs.get("regex")),) * 2)[0 if french else 1]
    named = quoted[0] if quoted else ""
    bounds = _bounds(kwargs, language, _is_year(column)) if {"min_value", "max_value"} & set(kwargs) else ""
    listed = ", ".join(_PROVENANCE.get(c, (c, c))[0 if french else 1] for c in columns)
    match expectation.type:
        case "expect_column_values_to_not_be_null":
            said = f"{named} est rempli" if french else f"{named} is filled"
        case "expect_column_values_to_be_null":
            said = f"{named} est vide" if french else f"{named} is empty"
        case "expect_column_values_to_match_regex":
            said = f"{named} a la forme {form}" if french else f"{named} has the form {form}"
        case "expect_column_values_to_not_match_regex":
            said = f"{named} n'a pas la forme {form}" if french else f"{named} does not have the form {form}"
        case "expect_column_values_to_be_between":
            said = f"{named} vaut {bounds}" if french else f"{named} is {bounds}"
        case "expect_column_values_to_be_in_set":
            values = _values(kwargs, language)
            said = f"{named} est l'une des valeurs {values}" if french else f"{named} is one of {values}"
        case "expect_column_values_to_be_unique":
            said = f"{named} ne se répète pas" if french else f"{named} does not repeat"
        case "expect_compound_columns_to_be_unique":
            said = f"une seule ligne par {listed}" if french else f"one row for each {listed}"
        case "expect_column_value_lengths_to_be_between":
            said = f"{named} compte {bounds} caractères" if french else f"{named} is {bounds} characters long"
        case "expect_column_pair_values_a_to_be_greater_than_b":
            or_equal = kwargs.get("or_equal")
            said = (
                f"{quoted[0]} est supérieur {'ou égal ' if or_equal else ''}à {quoted[1]}"
                if french
                else f"{quoted[0]} is greater than {'or equal to ' if or_equal else ''}{quoted[1]}"
            )
        case "expect_column_distinct_values_to_contain_set":
            values = _values(kwargs, language)
            said = f"{named} contient {values}" if french else f"{named} holds {values}"
        case "expect_column_unique_value_count_to_be_between":
            said = (
                f"{named} compte {bounds} valeurs différentes" if french else f"{named} has {bounds} different values"
            )
        case "expect_column_sum_to_be_between":
            said = f"la somme de {named} vaut {bounds}" if french else f"the sum of {named} is {bounds}"
        case "expect_column_mean_to_be_between":
            said = f"la moyenne de {named} vaut {bounds}" if french else f"the mean of {named} is {bounds}"
        case "expect_column_median_to_be_between":
            said = f"la médiane de {named} vaut {bounds}" if french else f"the median of {named} is {bounds}"
        case "expect_table_row_count_to_be_between":
            said = f"la table compte {bounds} lignes" if french else f"the table has {bounds} rows"
        case "expect_table_columns_to_match_set":
            wanted = ", ".join(kwargs.get("column_set") or [])
            said = f"les colonnes {wanted} sont présentes" if french else f"the columns {wanted} are there"
        case _:
            said = f"{expectation.type} {json.dumps(kwargs, ensure_ascii=False, default=str)}"
    if expectation.condition:
        said += _condition(expectation.condition, language)
    said += _tolerance(kwargs, language)
    return said[0].upper() + said[1:] if not said.startswith(("«", "'", "expect_")) else said


def missing_columns(columns: list[str]) -> Message:
    """Return that columns are not in the table at all."""
    listed = ", ".join(columns)
    return _both(f"colonne absente de la table : {listed}", f"column missing from the table: {listed}")


def finding(
    expectation: ExpectationSpec, result: dict[str, Any], *, passed: bool, places: Sequence[dict[str, Any]] = ()
) -> Message:
    """Return what was found, with the figures: how many values missed, which share, up to 3 examples.

    `result` is the `result` of Great Expectations. `places`: the keys of the rows of its examples, in their order.
    Examples are left out where the file says `examples: false`.
    """
    return Message(
        fr=_found(expectation, result, passed, "fr", places), en=_found(expectation, result, passed, "en", places)
    )


def _found(
    expectation: ExpectationSpec,
    result: dict[str, Any],
    passed: bool,
    language: Language,
    places: Sequence[dict[str, Any]],
) -> str:
    french = language == "fr"
    plain = bool(expectation.columns) and _is_year(expectation.columns[0])
    if "unexpected_count" in result:
        looked_at = int(result.get("element_count", 0)) - int(result.get("missing_count") or 0)
        unexpected = int(result["unexpected_count"])
        total = figure(looked_at, language)
        if not unexpected:
            one = looked_at < 2
            if french:
                return f"{total} valeur{'' if one else 's'} vérifiée{'' if one else 's'}"
            return f"{total} value{'' if looked_at == 1 else 's'} checked"
        share = percent(float(result.get("unexpected_percent") or 0), language)
        count = figure(unexpected, language)
        said = f"{count} sur {total} ({share})" if french else f"{count} of {total} ({share})"
        if french:
            said += " s'en écarte" if unexpected == 1 else " s'en écartent"
        else:
            said += " deviates" if unexpected == 1 else " deviate"
        examples = _examples(result, language, plain, () if passed else places) if expectation.meta.examples else []
        if examples:
            said += (", par exemple " if french else ", for example ") + ", ".join(examples)
        if passed:
            said += ", dans la tolérance" if french else ", within the tolerance"
        return said
    mismatched = (result.get("details") or {}).get("mismatched") or {}
    if mismatched.get("missing"):
        listed = ", ".join(map(str, mismatched["missing"]))
        return f"absentes : {listed}" if french else f"missing: {listed}"
    if result.get("partial_missing_list"):
        listed = ", ".join(figure(v, language, plain=True) for v in result["partial_missing_list"])
        return f"absentes : {listed}" if french else f"missing: {listed}"
    observed = result.get("observed_value")
    if isinstance(observed, (int, float)) and observed == observed:
        return ("observé " if french else "observed ") + figure(observed, language)
    if passed:
        return "vérifié" if french else "checked"
    return "aucune valeur" if french else "no value"


def _examples(result: dict[str, Any], language: Language, plain: bool, places: Sequence[dict[str, Any]]) -> list[str]:
    shown: dict[str, None] = {}
    for position, value in enumerate(result.get("partial_unexpected_list") or []):
        place = _place(places[position], language) if position < len(places) else ""
        if isinstance(value, dict):
            cells = [f"{k}={figure(v, language, plain=True)}" for k, v in value.items()]
            text = " & ".join(cells)
        elif isinstance(value, (list, tuple)):
            text = " / ".join(figure(v, language, plain=True) for v in value)
        elif value is None or value != value:
            if not place:
                continue
            text = "vide" if language == "fr" else "empty"
        else:
            text = figure(value, language, plain=plain)
        shown[(text if len(text) <= 60 else text[:57] + "…") + (f" ({place})" if place else "")] = None
    return list(shown)[:3]


def _place(keys: dict[str, Any], language: Language) -> str:
    """Return where a row stands: file and line of a table of the lake, or the key of a mart's row."""
    file, line = keys.get("_file"), keys.get("_row")
    if file:
        if line is None or line != line:  # a national file has no line of its own
            return str(file)
        return f"{file}, {'ligne' if language == 'fr' else 'line'} {int(line)}"
    return ", ".join(f"{k} = {v}" for k, v in keys.items() if v is not None and v == v)
