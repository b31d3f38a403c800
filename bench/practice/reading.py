"""The matcher of the dbt project on texts in memory: its macros rendered, its seed read, DuckDB and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import jinja2

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MACROS = DBT_PROJECT / "macros" / "practice" / "terms.sql"
TERMS = DBT_PROJECT / "seeds" / "practice" / "practice_terms.csv"


@dataclass(frozen=True)
class Found:
    """A goal of a text: the sum of its words' weights, what they say of it (positive, negative, mixed or None), and the words."""

    score: float
    contribution: str | None
    evidence: str


def goals_of(texts: Sequence[str], language: str) -> list[dict[int, Found]]:
    """Return for each text the goals that its words speak of. `language`: fr or en."""
    # SQL is rendered, and no page of the web
    macros = jinja2.Environment(autoescape=False).from_string(MACROS.read_text(encoding="utf-8")).module  # noqa: S701
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE terms AS SELECT * REPLACE (CAST(sdg_id AS INTEGER) AS sdg_id, CAST(weight AS DOUBLE) AS weight) "
            "FROM read_csv(?, all_varchar = true)",
            [TERMS.as_posix()],
        )
        connection.execute("CREATE TABLE texts (text_id INTEGER, language VARCHAR, text VARCHAR)")
        connection.executemany(
            "INSERT INTO texts VALUES (?, ?, ?)", [(n, language, text) for n, text in enumerate(texts)]
        )
        connection.execute("CREATE TABLE places AS " + macros.term_places("texts", "terms"))  # type: ignore[attr-defined]
        rows = connection.execute(macros.goals_of_texts("places")).fetchall()  # type: ignore[attr-defined]
    found: list[dict[int, Found]] = [{} for _ in texts]
    for text_id, sdg_id, score, contribution, evidence in rows:
        found[text_id][sdg_id] = Found(score, contribution, evidence)
    return found
