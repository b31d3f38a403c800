"""The expectation files: where they lie, what they hold, how their checks are named.

Holds the reading of `expectations/sources/<source_id>.<table>.json` and `expectations/marts/<table>.json`
without Great Expectations, so that checks can be declared in a millisecond. Add a key here when every
expectation may need it; running the files belongs to `expectations`.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from orchestration.base.messages import Message, from_plain

# a table is judged by Great Expectations only where it is of territory size; SQL judges the national ones
LARGEST_VALIDATED = 500_000

FOLDERS = ("sources", "marts")

# Bounds that move with the calendar, written `{"$PARAMETER": "today"}` as Great Expectations has it.
PARAMETERS = ("today", "this_year", "next_year")
# where a row of a lake table came from
LINE = ("_file", "_row")


class SuiteError(Exception):
    """An expectation file that cannot be used: names the file, the key and what is wrong there."""

    def __init__(self, path: Path, key: str, problem: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}: {key}: {problem}")
        self.path = path
        self.key = key


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExpectationMeta(_Strict):
    """What people read of an expectation.

    `notes`: what it protects; `to_do`: what to do when it fails. `examples: false` keeps values out of the
    messages: names and identifiers of persons never leave the tables. `label` tells two expectations
    of one type on one column apart.
    """

    notes: Message
    to_do: Message
    examples: bool = True
    label: str | None = Field(default=None, pattern=r"^[a-z0-9_]+$")


class ExpectationSpec(_Strict):
    """One expectation as the file states it, in the format of Great Expectations."""

    type: str = Field(pattern=r"^expect_[a-z_]+$")
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["critical", "warning"]
    meta: ExpectationMeta

    @property
    def columns(self) -> list[str]:
        """Return the columns that it looks at; empty for one about the table as a whole."""
        kwargs = self.kwargs
        if "column" in kwargs:
            return [kwargs["column"]]
        if "column_A" in kwargs:
            return [kwargs["column_A"], kwargs["column_B"]]
        return list(kwargs.get("column_list", []))

    @property
    def condition(self) -> dict[str, Any] | None:
        """Return the condition that picks the rows (`column`, `operator`, `parameter`), if there is one."""
        return self.kwargs.get("row_condition")

    @property
    def all_columns(self) -> list[str]:
        """Return the columns that it looks at and that its condition looks at."""
        return self.columns + ([self.condition["column"]["name"]] if self.condition else [])

    @property
    def name(self) -> str:
        """Return the check's name, such as `expect_column_values_to_be_between__neet_rate`.

        Letters, digits and underscores only: Dagster accepts nothing else in the name of a check.
        """
        about = self.meta.label or "__".join(self.columns)
        return f"{self.type}__{about}" if about else self.type


class Suite(_Strict):
    """One expectation file. `meta.table` is the table that it is about (`insee_neet__rates`).

    `meta.keys`: the columns that name a row in a message, by default the file and line that every table of the lake has.
    """

    name: str
    expectations: list[ExpectationSpec] = Field(min_length=1)
    meta: dict[str, Any] = Field(default_factory=dict)

    @field_validator("meta")
    @classmethod
    def _meta(cls, value: dict[str, Any]) -> dict[str, Any]:
        if "notes" in value:
            from_plain(value["notes"])
        return value

    @model_validator(mode="after")
    def _names_differ(self) -> Suite:
        names = [expectation.name for expectation in self.expectations]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"'{name}' occurs twice; give one of them a meta.label")
        return self

    @property
    def keys(self) -> list[str]:
        """Return the columns by which a row is named."""
        return list(self.meta.get("keys", LINE))

    @property
    def notes(self) -> Message | None:
        """Return what the table is, in both languages."""
        return from_plain(self.meta["notes"]) if "notes" in self.meta else None


def asset_of(path: Path) -> str:
    """Return the table that a file is about: `insee_neet__rates` for `insee_neet.rates.json`."""
    return path.stem.replace(".", "__")


def suite_path(expectations_path: Path, asset: str) -> Path:
    """Return where the suite of a table lies: a lake table (`<source_id>__<table>`) or a mart."""
    if "__" in asset:
        return expectations_path / "sources" / f"{asset.replace('__', '.', 1)}.json"
    return expectations_path / "marts" / f"{asset}.json"


def has_suite(expectations_path: Path, asset: str) -> bool:
    """Return whether a table has an expectation file."""
    return suite_path(expectations_path, asset).is_file()


def read_suite(path: Path) -> Suite:
    """Return one expectation file as typed model. Raises SuiteError naming the file and the key."""
    try:
        stamp = path.stat()
    except OSError as error:
        raise SuiteError(path, "file", "cannot be read") from error
    return _read(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int, _size: int) -> Suite:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(path, "file", "cannot be read as UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise SuiteError(path, f"line {error.lineno}", f"is not JSON: {error.msg}") from error
    try:
        suite = Suite.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "file"
        raise SuiteError(path, key, first["msg"].removeprefix("Value error, ")) from error
    if suite.name != path.stem:
        raise SuiteError(path, "name", f"is '{suite.name}', expected '{path.stem}' as the file's name")
    for position, expectation in enumerate(suite.expectations):
        for key, value in expectation.kwargs.items():
            if key == "row_condition":
                _check_condition(path, position, value)
            elif isinstance(value, dict) and value.get("$PARAMETER") not in PARAMETERS:
                known = ", ".join(PARAMETERS)
                raise SuiteError(path, f"expectations.{position}.kwargs.{key}", f"$PARAMETER must be one of {known}")
        for pattern in _patterns(expectation):
            try:
                re.compile(pattern)
            except re.error as error:
                raise SuiteError(
                    path, f"expectations.{position}.kwargs.regex", f"is no regular expression: {error}"
                ) from error
    return suite


def resolved(kwargs: dict[str, Any], today: date) -> dict[str, Any]:
    """Return the arguments with `$PARAMETER` bounds replaced: a date as text, a year as number."""
    values = {"today": today.isoformat(), "this_year": today.year, "next_year": today.year + 1}
    return {
        key: values[value["$PARAMETER"]] if isinstance(value, dict) and key != "row_condition" else value
        for key, value in kwargs.items()
    }


def _check_condition(path: Path, position: int, value: Any) -> None:
    """Refuse a condition that is not a comparison of one column with a value.

    Text such as 'unit == "%"' is deprecated in Great Expectations and leaves with its version 2.
    """
    key = f"expectations.{position}.kwargs.row_condition"
    if not isinstance(value, dict) or value.get("type") != "comparison":
        raise SuiteError(path, key, 'must be {"type": "comparison", "column": {"name": …}, …}')
    column = value.get("column")
    if not isinstance(column, dict) or "name" not in column:
        raise SuiteError(path, f"{key}.column", 'must be {"name": …}')
    if value.get("operator") not in ("==", "!=", "<", "<=", ">", ">=", "IN", "NOT_IN"):
        raise SuiteError(path, f"{key}.operator", "must be one of == != < <= > >= IN NOT_IN")
    if "parameter" not in value:
        raise SuiteError(path, f"{key}.parameter", "is missing")


def _patterns(expectation: ExpectationSpec) -> list[str]:
    kwargs = expectation.kwargs
    return [str(p) for p in [kwargs.get("regex"), *kwargs.get("regex_list", [])] if p is not None]


def suite_files(expectations_path: Path) -> list[Path]:
    """Return every expectation file, those of sources first, in alphabetical order."""
    return [path for folder in FOLDERS for path in sorted((expectations_path / folder).glob("*.json"))]


def suite_names(expectations_path: Path) -> dict[str, list[str]]:
    """Return per table the names of the checks that running its file yields, in the file's order.

    Reads JSON only. Raises SuiteError when a file is invalid.
    """
    return {
        asset_of(path): [expectation.name for expectation in read_suite(path).expectations]
        for path in suite_files(expectations_path)
    }


def blocking(expectations_path: Path) -> set[tuple[str, str]]:
    """Return the (table, check name) pairs whose failure blocks an edition."""
    return {
        (asset_of(path), expectation.name)
        for path in suite_files(expectations_path)
        for expectation in read_suite(path).expectations
        if expectation.severity == "critical"
    }


def needed_columns(path: Path) -> list[str] | None:
    """Return the columns that a suite looks at, so that a caller reads no others; None for all.

    A table of national size (`insee_sirene__counts`, millions of rows) is thus read in part.
    """
    suite = read_suite(path)
    columns: dict[str, None] = dict.fromkeys(suite.keys)
    for expectation in suite.expectations:
        if expectation.type.startswith("expect_table_column"):
            return None
        columns.update(dict.fromkeys(expectation.all_columns))
    return list(columns)
