"""How good matching is on real pairs: precision, recall, absences, and the errors, by the half of the companies that is asked for.

    python -m bench.matching.quality --mirror DIR [--half develop|report] [--errors 10]

precision: of the names matched whose company is in the reference, those matched to it. precision of all counts a match of a company that
the reference lacks as an error too. recall: of the names whose company is there, those matched to it. absent: names whose company is
not there and that were matched all the same.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.matching.pairs import DEVELOP, REPORT, TASKS, Task, half, load
from orchestration.matching.deciding import Answer
from orchestration.matching.matching import matched


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


def measure(connection: duckdb.DuckDBPyConnection, task: Task, which: int) -> Measure:
    """Return what matching gives for the names of a task whose company is in the half `which`."""
    connection.execute(f"""
        CREATE OR REPLACE TABLE reference AS
        SELECT DISTINCT siren, name, 'legal' AS kind, CAST(NULL AS VARCHAR) AS place, CAST(NULL AS VARCHAR) AS activity
        FROM ({task.reference}) WHERE name IS NOT NULL
    """)
    known = {row[0] for row in connection.execute("SELECT DISTINCT siren FROM reference").fetchall()}
    asked = [row for row in connection.execute(f"{task.asked} ORDER BY ALL").fetchall() if half(row[0]) == which]
    answers = matched(connection, [(i, name, None, None) for i, (_, name) in enumerate(asked)], "reference", "place")
    return Measure([(siren, name, a) for (siren, name), a in zip(asked, answers, strict=True)], known)


def main() -> None:
    """Print the measures of each task, the reasons of silence, and the errors surest of themselves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--half", choices=["develop", "report"], default="develop")
    parser.add_argument("--errors", type=int, default=10)
    given = parser.parse_args()
    connection = load(given.mirror)
    for task in TASKS:
        found = measure(connection, task, REPORT if given.half == "report" else DEVELOP)
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
