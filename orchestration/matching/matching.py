"""The door of the room: names in, answers out.

Add here: nothing but the order of the steps. Each step has its module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from orchestration.matching.candidates import Wanted, candidates, frequencies
from orchestration.matching.deciding import Answer, decide
from orchestration.matching.folding import fold
from orchestration.matching.identifying import READERS, Known, identified, known_identifiers
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
# signs of a name that are looked at: the longest of Sirene has 120, and a dropped file may say anything
LONGEST = 1_000
CANDIDATES = ["name_id", "rank", "siren", "candidate_name", "place", "activity", "score", "doubt"]


def match_names(
    connection: duckdb.DuckDBPyConnection,
    names: str,
    reference: str,
    places: str | None = None,
    identifiers: str | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (answers, candidates): one row a name, and the legal persons that each may mean, the likeliest first.

    names: a table or view with `name_id` (integer), `name` and, where known, `place` (commune code, or département code) and `activity`
    (NAF); with `identifiers`, also `vat_number`, `rna`, `lei`, `website` as the register writes them. reference: `siren`, `name`, `kind`
    (`legal`, or `usual`: often stale), `place`, `activity`; several rows a SIREN are several names of it; it holds no natural person.
    places: one column, `name`, of communes, départements and régions. identifiers: `kind`, `identifier`, `siren`, `name`.
    Answers: `name_id`, `siren`, `match_method` (an identifier's name, `name`, `name_and_place`, `name_and_activity`, `acronym`),
    `match_score` (0 to 1), `no_match_reason` (a code, null where matched), `telling_words` (on how many words that tell who it is
    the answer rests). Candidates: `name_id`, `rank`, `siren`, `candidate_name`, `place`, `activity`, `score`, `doubt` (a code).
    """
    more = f", {', '.join(READERS)}" if identifiers else ""
    rows = connection.execute(f"SELECT name_id, name, place, activity{more} FROM {names} ORDER BY name_id").fetchall()
    answers = matched(connection, rows, reference, places, identifiers)
    found = [
        (one.name_id, rank, c.siren, c.name, c.place, c.activity, c.score, c.doubt)
        for one in answers
        for rank, c in enumerate(one.candidates, start=1)
    ]
    told = [(one.name_id, one.siren, one.method, one.score, one.reason, one.telling_words) for one in answers]
    return pd.DataFrame(told, columns=ANSWERS), pd.DataFrame(found, columns=CANDIDATES)


def matched(
    connection: duckdb.DuckDBPyConnection,
    rows: Sequence[tuple[Any, ...]],
    reference: str,
    places: str | None = None,
    identifiers: str | None = None,
) -> list[Answer]:
    """Return the answer to each (name_id, name, place, activity[, identifiers in the order of `READERS`]), in their order."""
    folds = fold(connection, [(row[1] or "")[:LONGEST] for row in rows])
    wanted = [Wanted(row[0], parse(folded), row[2], row[3]) for row, folded in zip(rows, folds, strict=True)]
    known = frequencies(connection, reference)
    found = candidates(connection, wanted, reference, known)
    towns = _folded_places(connection, places)
    holders = known_identifiers(connection, identifiers) if identifiers else Known()
    return [
        _by_identifier(row, one, decide(one, found.get(one.name_id, ()), known, towns), holders)
        for row, one in zip(rows, wanted, strict=True)
    ]


def _by_identifier(row: tuple[Any, ...], one: Wanted, answer: Answer, holders: Known) -> Answer:
    """Return what an identifier beside the name says, or stands in the name's place (« 41243174400298 »); else what the name says."""
    given = row[4:] or (None,) * len(READERS)
    in_place = row[1] if one.name.folded.replace(" ", "").isdecimal() else None
    told = identified((given[0] or in_place, *given[1:]), one.name.folded, holders)
    if told is None:
        return answer
    siren, method = told
    shown = tuple(replace(c, doubt=None if c.siren == siren else "other_company") for c in answer.candidates)
    return replace(answer, siren=siren, method=method, score=1.0, reason=None, candidates=shown)


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
    identifiers: duckdb.DuckDBPyRelation,
) -> pd.DataFrame:
    """Return answers and candidates in one frame, for a warehouse: relations of `connection` with the columns of `match_names`.

    One row a name and candidate, one without a candidate where there is none: `name_id`, `siren`, `match_method`, `match_score`,
    `no_match_reason`, `telling_words` (the answer, the same in each row of a name), `rank`, `candidate_siren`, `candidate_name`, `candidate_place`,
    `candidate_activity`, `candidate_score`, `doubt`.
    """
    given = {
        "match_names": names,
        "match_reference": reference,
        "match_places": places,
        "match_identifiers": identifiers,
    }
    for view, relation in given.items():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {relation.sql_query()}")
    answers, found = match_names(connection, *given)
    found = found.rename(columns={name: f"candidate_{name}" for name in ("siren", "place", "activity", "score")})
    # a column without a value has no type of its own
    return answers.merge(found, how="left", on="name_id").astype(COLUMNS)
