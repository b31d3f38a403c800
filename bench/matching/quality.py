"""How good matching is on real pairs: precision, recall, absences, and the errors, by the half of the companies that is asked for.

    python -m bench.matching.quality --mirror DIR [--half develop|report] [--errors 10] [--unguarded]

precision: of the names matched whose company is in the reference, those matched to it. precision of all counts a match of a company that
the reference lacks as an error too. recall: of the names whose company is there, those matched to it. absent: names whose company is
not there and that were matched all the same. Measured on what reaches the marts, behind the model `int_match_answer`, which holds
back what a partial reference cannot bear (all of these references are partial); `--unguarded`: what the room alone says.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from jinja2 import Template

from bench.matching.pairs import DEVELOP, PERTURBED, REPORT, TASKS, Task, half, load
from orchestration.matching.deciding import Answer
from orchestration.matching.matching import matched

WAREHOUSE = Path(__file__).parents[2] / "dbt_project"
SEEDS = ("mappings/match_thresholds", "geography/departments")


@dataclass(frozen=True)
class Measure:
    """What one task gave. `told`: (true SIREN, name, answer) of each name; `known`: SIRENs of the reference."""

    told: list[tuple[str, str, Answer]]
    known: set[str]

    @property
    def present(self) -> list[tuple[str, str, Answer]]:
        return [one for one in self.told if one[0] in self.known]

    @property
    def absent(self) -> list[tuple[str, str, Answer]]:
        return [one for one in self.told if one[0] not in self.known]

    @property
    def right(self) -> int:
        return sum(siren == answer.siren for siren, _, answer in self.present)

    @property
    def wrong(self) -> list[tuple[str, str, Answer]]:
        return [one for one in self.present if one[2].siren not in (None, one[0])]

    @property
    def absent_matched(self) -> list[tuple[str, str, Answer]]:
        return [one for one in self.absent if one[2].siren]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def precision_of_all(self) -> float:
        return self.right / max(1, self.right + len(self.wrong) + len(self.absent_matched))

    @property
    def recall(self) -> float:
        return self.right / max(1, len(self.present))


def guarded(connection: duckdb.DuckDBPyConnection, answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers to one register's names as the warehouse's model leaves them, by its own SQL, without Sirene at hand."""
    for seed in SEEDS:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {Path(seed).name} AS FROM read_csv('{WAREHOUSE / 'seeds' / seed}.csv')"
        )
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE practice_sources (source_id VARCHAR, territory_code VARCHAR);
        CREATE OR REPLACE TEMP TABLE int_territories (territory_level VARCHAR, territory_code VARCHAR, department_code VARCHAR, is_home BOOLEAN);
        CREATE OR REPLACE TEMP TABLE stg_insee_sirene__establishments (commune_code VARCHAR);
        CREATE OR REPLACE TEMP TABLE int_never_named (siren VARCHAR);
        CREATE OR REPLACE TEMP TABLE int_company_name (name_id INTEGER, source_id VARCHAR, place VARCHAR, activity VARCHAR);
        CREATE OR REPLACE TEMP TABLE int_company_candidate (name_id INTEGER, siren VARCHAR, match_method VARCHAR, match_score DOUBLE,
            no_match_reason VARCHAR, telling_words INTEGER, candidate_siren VARCHAR, candidate_place VARCHAR, candidate_activity VARCHAR)
    """)
    given = [(a.name_id, a.siren, a.method, a.score, a.reason, a.telling_words) for a in answers]
    columns = [list(column) for column in zip(*given, strict=True)]
    connection.execute(
        "INSERT INTO int_company_candidate BY NAME SELECT *, siren AS candidate_siren FROM (SELECT unnest(?) AS name_id, "
        "unnest(?) AS siren, unnest(?) AS match_method, unnest(?) AS match_score, unnest(?) AS no_match_reason, unnest(?) AS telling_words)",
        columns,
    )
    connection.execute("INSERT INTO int_company_name SELECT name_id, 'register', NULL, NULL FROM int_company_candidate")
    model = (WAREHOUSE / "models" / "matching" / "int_match_answer.sql").read_text(encoding="utf-8")
    # with the macros that the model calls, as dbt puts them before it
    macros = (WAREHOUSE / "macros" / "geography" / "names.sql").read_text(encoding="utf-8")
    rows = connection.execute(Template(macros + model).render(ref=lambda name: name)).fetchall()
    said = {name_id: (siren, reason) for name_id, siren, _, _, reason, _ in rows}
    return [replace(a, siren=said[a.name_id][0], reason=said[a.name_id][1]) for a in answers]


def measure(connection: duckdb.DuckDBPyConnection, task: Task, which: int, is_guarded: bool = True) -> Measure:
    """Return what matching gives for the names of a task whose company is in the half `which`."""
    place = "place" if task.is_placed else "CAST(NULL AS VARCHAR) AS place"
    connection.execute(f"""
        CREATE OR REPLACE TABLE reference AS
        SELECT DISTINCT siren, name, 'legal' AS kind, {place}, CAST(NULL AS VARCHAR) AS activity
        FROM ({task.reference}) LEFT JOIN declared_in USING (siren, name) WHERE name IS NOT NULL
    """)
    known = {row[0] for row in connection.execute("SELECT DISTINCT siren FROM reference").fetchall()}
    names = f"SELECT siren, name, {place} FROM ({task.asked}) LEFT JOIN declared_in USING (siren, name) ORDER BY ALL"
    asked = [row for row in connection.execute(names).fetchall() if half(row[0]) == which]
    answers = matched(connection, [(i, name, p, None) for i, (_, name, p) in enumerate(asked)], "reference", "place")
    if is_guarded:
        answers = guarded(connection, answers)
    return Measure([(siren, name, a) for (siren, name, _), a in zip(asked, answers, strict=True)], known)


def main() -> None:
    """Print the measures of each task, the reasons of silence, and the errors surest of themselves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--half", choices=["develop", "report"], default="develop")
    parser.add_argument("--errors", type=int, default=10)
    parser.add_argument("--unguarded", action="store_true")
    given = parser.parse_args()
    connection = load(given.mirror)
    for task in (*TASKS, PERTURBED):
        found = measure(connection, task, REPORT if given.half == "report" else DEVELOP, not given.unguarded)
        print(f"{task.name}: {task.about}")
        print(
            f"  names {len(found.told)}, present {len(found.present)}, absent {len(found.absent)};"
            f" precision {found.precision:.4f}, of all {found.precision_of_all:.4f}, recall {found.recall:.4f},"
            f" absent matched {len(found.absent_matched)} ({len(found.absent_matched) / max(1, len(found.absent)):.2%})"
        )
        print("  silence:", dict(Counter(a.reason for _, _, a in found.present if a.reason).most_common()))
        errors = sorted(found.wrong + found.absent_matched, key=lambda one: (-(one[2].score or 0), one[1]))
        for siren, name, answer in errors[: given.errors]:
            print(
                f"  error: {name!r} is {siren}, was told {answer.siren} ({answer.candidates[0].name!r}, {answer.score})"
            )


if __name__ == "__main__":
    main()
