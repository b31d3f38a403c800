"""The workbook of names to be matched: a template that comes with its rows, to be decided by drop-down and given back.

Written after a refresh into `HOME/review`, from a table of the warehouse whose columns are those of the team's own table of decisions; it comes
back through the inbox like any workbook of the team. Add here what helps whoever decides. Which names are asked about, and in which
words, is SQL (`dbt_project/models/matching/int_match_review.sql`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

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
        rows = connection.execute(
            f"SELECT {', '.join(names)} FROM {QUESTIONS} "
            "ORDER BY decision IS NOT NULL, siren_1 IS NULL, reviewed_source, company_name, name_key"
        ).fetchall()
    if not rows:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    known = as_written(folder)
    path = free_path(folder / template_name(source, table), known)
    write_template(source, table, path)
    fill(path, [header_of(source, table, name) for name in names], rows)
    noted = json.dumps((known or {}) | {path.name: digest(path)}, ensure_ascii=False, indent=1)
    begun = folder / f"{WRITTEN}.part"
    begun.write_text(noted, encoding="utf-8")
    begun.replace(folder / WRITTEN)
    return path
