"""The door of the room: names in, answers out.

Add here: nothing but the order of the steps. Each step has its module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import pandas as pd

from orchestration.matching.candidates import Wanted, candidates, frequencies
from orchestration.matching.deciding import Answer, decide
from orchestration.matching.folding import fold
from orchestration.matching.names import parse

ANSWERS = ["name_id", "siren", "match_method", "match_score", "no_match_reason", "telling_words"]
COLUMNS = {
    "name_id": "int32",
    "siren": "string",
    "match_method": "string",
    "match_score": "float64",
    "no_match_reason": "string",
    "telling_words": "int32",
    "rank": "Int32",
    "candidate_siren": "string",
    "candidate_name": "string",
    "candidate_place": "string",
    "candidate_activity": "string",
    "candidate_score": "float64",
    "doubt": "string",
}
CANDIDATES = ["name_id", "rank", "siren", "candidate_name", "place", "activity", "score", "doubt"]


def match_names(
    connection: duckdb.DuckDBPyConnection, names: str, reference: str, places: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (answers, candidates): one row a name, and the legal persons that each may mean, the likeliest first.

    names: a table or view with `name_id` (integer), `name` and, where known, `place` (commune code, or département code) and `activity`
    (NAF). reference: `siren`, `name`, `kind` (`legal`, or `usual`: often stale), `place`, `activity`; several rows a
    SIREN are several names of it; it holds no natural person. places: one column, `name`, of communes, départements and régions.
    Answers: `name_id`, `siren`, `match_method` (`name`, `name_and_place`, `acronym`), `match_score` (0 to 1), `no_match_reason` (a
    code, null where matched), `telling_words` (of how many words that tell who it is the name consists). Candidates: `name_id`, `rank`, `siren`, `candidate_name`, `place`, `activity`, `score`, `doubt` (a code).
    """
    rows = connection.execute(f"SELECT name_id, name, place, activity FROM {names} ORDER BY name_id").fetchall()
    answers = matched(connection, rows, reference, places)
    found = [
        (one.name_id, rank, c.siren, c.name, c.place, c.activity, c.score, c.doubt)
        for one in answers
        for rank, c in enumerate(one.candidates, start=1)
    ]
    told = [(one.name_id, one.siren, one.method, one.score, one.reason, one.telling_words) for one in answers]
    return pd.DataFrame(told, columns=ANSWERS), pd.DataFrame(found, columns=CANDIDATES)


def matched(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[tuple[int, str | None, str | None, str | None]],
    reference: str,
    places: str | None = None,
) -> list[Answer]:
    """Return the answer to each (name_id, name, place, activity), in their order."""
    folds = fold(connection, [name or "" for _, name, _, _ in rows])
    wanted = [
        Wanted(name_id, parse(folded), place, activity)
        for (name_id, _, place, activity), folded in zip(rows, folds, strict=True)
    ]
    known = frequencies(connection, reference)
    found = candidates(connection, wanted, reference, known)
    towns = _folded_places(connection, places)
    return [
        replace(decide(one, found.get(one.name_id, ()), known, towns), telling_words=len(set(one.name.core)))
        for one in wanted
    ]


def _folded_places(connection: duckdb.DuckDBPyConnection, places: str | None) -> frozenset[str]:
    if places is None:
        return frozenset()
    names = [
        row[0] for row in connection.execute(f"SELECT DISTINCT name FROM {places} WHERE name IS NOT NULL").fetchall()
    ]
    folds = fold(connection, names)
    return frozenset(folds) | {" ".join(parse(folded).words) for folded in folds}


def match_relations(
    connection: duckdb.DuckDBPyConnection,
    names: duckdb.DuckDBPyRelation,
    reference: duckdb.DuckDBPyRelation,
    places: duckdb.DuckDBPyRelation,
) -> pd.DataFrame:
    """Return answers and candidates in one frame, for a warehouse: relations of `connection` with the columns of `match_names`.

    One row a name and candidate, one without a candidate where there is none: `name_id`, `siren`, `match_method`, `match_score`,
    `no_match_reason`, `telling_words` (the answer, the same in each row of a name), `rank`, `candidate_siren`, `candidate_name`, `candidate_place`,
    `candidate_activity`, `candidate_score`, `doubt`.
    """
    for view, relation in (("match_names", names), ("match_reference", reference), ("match_places", places)):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {relation.sql_query()}")
    answers, found = match_names(connection, "match_names", "match_reference", "match_places")
    found = found.rename(columns={name: f"candidate_{name}" for name in ("siren", "place", "activity", "score")})
    # a column without a value has no type of its own
    return answers.merge(found, how="left", on="name_id").astype(COLUMNS)
