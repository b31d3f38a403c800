"""The workbook of names to be matched: a template that comes with its rows, to be decided by drop-down and given back.

Written after a refresh into `HOME/review`, from a table of the warehouse whose columns are those of the team's own table of decisions; it comes
back through the inbox like any workbook of the team. The same rows stand beside it as `.questions.json`, for a page that asks them one by one: what is
decided there becomes the same workbook (`write_decided`). Add here what helps whoever decides. Which names are asked about, and in which
words, is SQL (`dbt_project/models/matching/int_match_review.sql`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.base.duck import connect
from orchestration.catalog.models import Source
from orchestration.inbox.templates.workbook import (
    WRITTEN,
    as_written,
    digest,
    fill,
    free_path,
    header_of,
    team_tables,
    template_name,
    write_template,
)

# the columns by which a team's table is known to be the one of decisions on names
DECISION = {"name_key", "decision", "decided_by", "decided_on"}
QUESTIONS = "matching.int_match_review"
# what the newest workbook asks, as data
ASKED = ".questions.json"
CANDIDATES = range(1, 6)
# codes of communes have five signs, those of départements two or three
_PLACES = f"""
SELECT territory_code, any_value(name ORDER BY name) FROM marts.dim_territory
WHERE territory_level IN ('commune', 'department') AND territory_code IN (SELECT place FROM {QUESTIONS})
GROUP BY territory_code ORDER BY territory_code
"""


@dataclass(frozen=True)
class Doubt:
    """What is known of one candidate: how the register calls it (name, place, activity), its score (0 to 1), the code of what speaks against it."""

    called: str
    score: float | None
    doubt: str | None


@dataclass(frozen=True)
class Questions:
    """What the team is asked: rows of the table of decisions, by column; days are ISO texts, what is empty is None.

    `reasons`: the code of why a name is not matched, by `name_key`; `doubts`: the candidates of a name, by `name_key` and SIREN;
    `sentences`: the words of the codes, by language; `places`: names of communes and départements, by their codes.
    """

    source: str
    table: str
    rows: list[dict[str, str | None]]
    reasons: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, dict[str, Doubt]] = field(default_factory=dict)
    sentences: dict[str, dict[str, str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def find(self, name_key: str) -> dict[str, str | None] | None:
        """Return the row of one name; None where it is not asked about."""
        return next((row for row in self.rows if row["name_key"] == name_key), None)

    def words(self, code: str | None, language: str) -> str | None:
        """Return the sentence of a code; None where there is no code, or no sentence of it."""
        return self.sentences.get(code or "", {}).get(language)


def write_review(catalogue: Mapping[str, Source], warehouse: Path, folder: Path) -> Path | None:
    """Write the names to be decided, with their candidates and what was decided so far; return the workbook.

    catalogue: source_id -> source; warehouse: a DuckDB file that was built; folder: `HOME/review`, made where it is not there. None where
    nothing is asked, or where no table of the team takes decisions. A workbook that somebody has changed since is kept, and the new one
    written beside it (`rapprochements (2).xlsx`). Raises OSError where the folder cannot be written to.
    """
    found = next(
        ((s, t) for s, t in team_tables(dict(catalogue)) if {c.name for c in s.tables[t].columns} >= DECISION), None
    )
    if found is None:
        return None
    source, table = found
    names = [column.name for column in source.tables[table].columns]
    with connect(warehouse, read_only=True) as connection:
        found_rows = connection.execute(
            f"SELECT {', '.join(names)}, reason, doubts FROM {QUESTIONS} "
            "ORDER BY decision IS NOT NULL, siren_1 IS NULL, reviewed_source, company_name, name_key"
        ).fetchall()
        if not found_rows:
            return None
        said = connection.execute("SELECT code, fr, en FROM reference.match_reasons ORDER BY code").fetchall()
        places = dict(connection.execute(_PLACES).fetchall())
    folder.mkdir(parents=True, exist_ok=True)
    known = as_written(folder)
    path = free_path(folder / template_name(source, table), known)
    write_template(source, table, path)
    fill(path, [header_of(source, table, name) for name in names], [row[: len(names)] for row in found_rows])
    asked = Questions(
        source=source.source_id,
        table=table,
        rows=[{n: None if v is None else str(v) for n, v in zip(names, row, strict=False)} for row in found_rows],
        sentences={code: {"fr": fr, "en": en} for code, fr, en in said},
        places=places,
    )
    for cells, (*_, reason, doubts) in zip(asked.rows, found_rows, strict=True):
        key = cells["name_key"] or ""
        if reason:
            asked.reasons[key] = reason
        asked.doubts[key] = {
            cells[f"siren_{n}"] or "": Doubt(**known) for n, known in zip(CANDIDATES, doubts, strict=True) if known
        }
    _write(folder / ASKED, asdict(asked))
    _write(folder / WRITTEN, (known or {}) | {path.name: digest(path)})
    return path


def read_questions(folder: Path) -> Questions | None:
    """Return what the newest workbook of a folder asks; None where none was written, or an earlier version wrote it."""
    try:
        data = json.loads((folder / ASKED).read_bytes())
        # what an earlier version wrote knows no codes: its words are shown as they stand
        known = {one.name: data[one.name] for one in fields(Questions) if one.name in data}
        doubts = {
            key: {siren: Doubt(**one) for siren, one in some.items()} for key, some in data.get("doubts", {}).items()
        }
        return Questions(**{**known, "doubts": doubts})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def write_decided(source: Source, asked: Questions, decided: Mapping[str, Mapping[str, str | None]], path: Path) -> int:
    """Write the workbook of `asked` with what was decided in it, by `name_key`, and return how many rows it has.

    It holds every name that was decided before too: a delivery of the team's is complete.
    """
    names = [column.name for column in source.tables[asked.table].columns]
    rows = [row | dict(decided.get(row["name_key"] or "", {})) for row in asked.rows]
    write_template(source, asked.table, path)
    cells = [[_cell(name, row.get(name)) for name in names] for row in rows]
    fill(path, [header_of(source, asked.table, name) for name in names], cells)
    return len(rows)


def _cell(name: str, text: str | None) -> Any:
    return date.fromisoformat(text) if text and name == "decided_on" else text


def _write(path: Path, data: Any) -> None:
    begun = path.with_name(f"{path.name}.part")
    begun.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    begun.replace(path)
