"""The expectations on the lake's tables (`expectations/sources/<source>.<table>.json`), written from the contract and from `expectations.yml`.

What a source's folder already says of a table (its key, the cells that must be filled, allowed values, bounds, the form of a code)
is written out as expectations. `sources/<source>/expectations.yml` says which of that is asked, in which words a steward is told, and what
goes beyond it; a table that it does not name is asked all that its contract says, in general words. Add a kind of demand here when the contract
learns to say another truth of a column. Not here: how a suite is run (`quality`), nor the suites of the marts, which are written by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestration.base.messages import Message, say
from orchestration.base.yaml_data import own
from orchestration.catalog.load import CatalogueError, load_catalogue
from orchestration.catalog.models import Column, Source, Table
from orchestration.catalog.words import form_of
from orchestration.generating.files import head
from orchestration.generating.staging import becomes_a_table
from orchestration.receipts.sentences import both

FILE = "expectations.yml"
# more than a steward reads through: what comes first tells most
MOST = 8
Demand = Literal["key", "filled", "allowed", "bounds", "form"]
ORDER: tuple[Demand, ...] = ("key", "form", "filled", "allowed", "bounds")

# what each protects, and what to do when it fails
WORDS: dict[Demand, tuple[Message, Message]] = {
    "key": (say("generating.key"), say("generating.key_to_do")),
    "filled": (say("generating.filled"), say("generating.filled_to_do")),
    "allowed": (say("generating.allowed"), say("generating.allowed_to_do")),
    "bounds": (say("generating.bounds"), say("generating.bounds_to_do")),
    "form": (say("generating.form"), say("generating.form_to_do")),
}


class Strict(BaseModel):
    """A model that refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid")


class Expectation(Strict):
    """One expectation in a source's folder: one that the contract says (`contract`, with its `column`), or one beyond it (`type`, `kwargs`)."""

    contract: Demand | Literal["all"] | None = None
    column: str | None = None
    type: str | None = None
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["critical", "warning"] = "critical"
    notes: Message | None = None
    to_do: Message | None = None
    examples: Any = None
    label: str | None = None


class TableExpectations(Strict):
    """What is asked of one table, in this order. `- contract: all` stands for all that its contract says, in general words."""

    about: Message | None = None
    keys: list[str] | None = None
    expectations: list[Expectation] = Field(default_factory=list)


def suite_files(project: Path) -> dict[Path, str]:
    """Return path -> text of the suites of the lake's tables. `project`: the folder that holds expectations and sources."""
    files, problems = {}, []
    for source in load_catalogue(project / "sources").values():
        try:
            said = _said(source)
            for name, table in source.tables.items():
                if becomes_a_table(table):
                    path = project / "expectations" / "sources" / f"{source.source_id}.{name}.json"
                    files[path] = _suite(source, name, table, said.pop(name, TableExpectations()))
            problems += [f"{source.source_id}/{FILE}: {name}: is no table of the lake" for name in said]
        except (ValidationError, ValueError) as error:
            problems.append(f"{source.source_id}/{FILE}: {error}")
    if problems:
        raise CatalogueError(problems)
    return files


def _said(source: Source) -> dict[str, TableExpectations]:
    path = source.path / FILE
    data = own(path) if path.is_file() else {}
    return {name: TableExpectations.model_validate(table) for name, table in data.items()}


def _suite(source: Source, name: str, table: Table, said: TableExpectations) -> str:
    beyond = sum(e.contract != "all" for e in said.expectations)
    chosen: list[Expectation] = []
    for expectation in said.expectations or [Expectation(contract="all")]:
        chosen += _all(table, MOST - beyond) if expectation.contract == "all" else [expectation]
    about = said.about or table.description
    suite = {
        "meta": {
            "generated": head(f"sources/{source.source_id}"),
            "notes": both(about),
            **({"keys": said.keys} if said.keys else {}),
        },
        "name": f"{source.source_id}.{name}",
        "expectations": [_written(table, e) for e in chosen],
    }
    return json.dumps(suite, ensure_ascii=False, indent=2) + "\n"


def _written(table: Table, said: Expectation) -> dict[str, Any]:
    if said.contract is None or said.contract == "all":
        kind, kwargs, words = said.type, said.kwargs, (said.notes, said.to_do)
    else:
        kind, kwargs = demanded(table, said.contract, said.column)
        words = WORDS[said.contract]
    label = said.label or ("row_key" if said.contract == "key" else None)
    notes, to_do = said.notes or words[0], said.to_do or words[1]
    if notes is None or to_do is None:
        raise ValueError(f"{kind}: `notes` (what it protects) and `to_do` (what to do when it fails) are needed")
    meta = {"notes": both(notes), "to_do": both(to_do), "examples": said.examples, "label": label}
    return {
        "type": kind,
        "kwargs": kwargs,
        "severity": said.severity,
        "meta": {k: v for k, v in meta.items() if v is not None},
    }


def demanded(table: Table, demand: Demand, column: str | None) -> tuple[str, dict[str, Any]]:
    """Return the type and the arguments of the expectation that a table's contract makes.

    Raises ValueError where the contract says no such thing.
    """
    if demand == "key":
        if not table.key:
            raise ValueError("the table has no key")
        # several files of one vintage may hold the same place, and the vintage before holds all of them
        return "expect_compound_columns_to_be_unique", {"column_list": [*table.key, "_vintage", "_file"]}
    found = next((c for c in table.columns if c.name == column), None)
    kwargs = _arguments(found, demand) if found else None
    if kwargs is None:
        raise ValueError(f"the contract says nothing of the kind '{demand}' of '{column}'")
    kind = {
        "filled": "expect_column_values_to_not_be_null",
        "allowed": "expect_column_values_to_be_in_set",
        "bounds": "expect_column_values_to_be_between",
        "form": "expect_column_values_to_match_regex",
    }[demand]
    return kind, {"column": column, **kwargs}


def _arguments(column: Column, demand: Demand) -> dict[str, Any] | None:
    """Return what is asked of a column beside its name; None where its contract says no such thing."""
    if demand == "filled":
        return {} if column.key or column.required else None
    if demand == "allowed":
        return {"value_set": column.allowed} if column.allowed else None
    if demand == "form":
        form = form_of(column.type)
        return {"regex": form} if form else None
    bounds = {"min_value": _plain(column.minimum), "max_value": _plain(column.maximum)}
    bounds = {k: v for k, v in bounds.items() if v is not None}
    return bounds if bounds and column.type in ("integer", "number") else None


def _all(table: Table, most: int) -> list[Expectation]:
    found = [Expectation(contract="key")] if table.key else []
    for demand in ORDER[1:]:
        for column in table.columns:
            # a required column may be empty in single rows: that costs no vintage, but should be seen
            required = demand == "filled" and not column.key
            if _arguments(column, demand) is not None:
                found.append(
                    Expectation(contract=demand, column=column.name, severity="warning" if required else "critical")
                )
    return found[: max(most, 1)]


def _plain(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number
