"""splink (Fellegi–Sunter on DuckDB) on the same real names, as a yardstick: precision, recall, absences, seconds, memory.

    python -m venv /tmp/yardstick && /tmp/yardstick/bin/pip install splink==5.0.0 rapidfuzz
    PYTHONPATH=. /tmp/yardstick/bin/python -m bench.matching.splink_beside --mirror DIR [--half develop|report] [--task ademe]

splink (MIT) is no dependency of the observatory: where it is not installed this says so and ends. It is given the names as our room has
prepared them (folded, without legal forms and articles, abbreviations spelled out), which is more than its documentation's
example of company names does: blocking by the two rarest words and by the first letters, comparison by Jaro–Winkler, by shared words and by the rarest word,
frequencies of whole names. Its threshold is the lowest one whose precision on the half for tuning is 0.99, or the best there is: `splink` knows
no review, so what lies below is silence.
"""

from __future__ import annotations

import argparse
import logging
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.matching.pairs import DEVELOP, REPORT, TASKS, Task, half, load
from orchestration.matching.folding import fold
from orchestration.matching.names import parse

# what the documentation's demonstration of company names takes
THRESHOLDS = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999]
WANTED = 0.99


def prepared(
    connection: Any, rows: list[tuple[str, str]], counts: Counter[str] | None
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """Return the names as splink is given them, and how often each word stands in the reference."""
    names = [parse(folded) for folded in fold(connection, [name for _, name in rows])]
    known = counts or Counter(word for name in names for word in set(name.words))
    found = []
    for number, ((siren, _), name) in enumerate(zip(rows, names, strict=True)):
        words = sorted(set(name.words), key=lambda word: (known[word] or 1, word))
        found.append(
            {
                "unique_id": number,
                "siren": siren,
                "name": " ".join(name.words) or name.folded,
                "rare_1": words[0] if words else None,
                "rare_2": words[1] if len(words) > 1 else None,
                "words": words,
                "begins": "".join(name.words)[:4] or None,
            }
        )
    return found, known


def linked(connection: Any, task: Task, which: int) -> tuple[list[tuple[str, int, str, float]], list[str], set[str]]:
    """Return (SIREN of the left, its number, SIREN of the right, probability) of each pair, the SIRENs asked for, and those in the reference."""
    import pyarrow
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    reference = connection.execute(
        f"SELECT DISTINCT siren, name FROM ({task.reference}) WHERE name IS NOT NULL ORDER BY ALL"
    ).fetchall()
    asked = [row for row in connection.execute(f"{task.asked} ORDER BY ALL").fetchall() if half(row[0]) == which]
    right, known = prepared(connection, reference, None)
    left, _ = prepared(connection, asked, known)
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="unique_id",
        blocking_rules_to_generate_predictions=[
            block_on("name"),
            block_on("rare_1"),
            block_on("rare_2"),
            "l.rare_1 = r.rare_2",
            "l.rare_2 = r.rare_1",
            block_on("begins"),
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.97, 0.92, 0.85]).configure(term_frequency_adjustments=True),
            cl.ArrayIntersectAtSizes("words", [3, 2, 1]),
            cl.ExactMatch("rare_1").configure(term_frequency_adjustments=True),
        ],
        additional_columns_to_retain=["siren"],
    )
    api = DuckDBAPI(connection)
    tables = [
        api.register(pyarrow.Table.from_pylist(rows), dataset_display_name=name)
        for rows, name in ((left, "asked_names"), (right, "reference_names"))
    ]
    linker = Linker(tables, settings)
    linker.training.estimate_probability_two_random_records_match([block_on("name")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=7)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("rare_1"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("begins"))
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    rows = connection.execute(
        f"SELECT siren_l, unique_id_l, siren_r, match_probability FROM {pairs.physical_name} WHERE source_dataset_l = 'asked_names'"
        f" UNION ALL SELECT siren_r, unique_id_r, siren_l, match_probability FROM {pairs.physical_name} WHERE source_dataset_r = 'asked_names'"
    ).fetchall()
    return rows, [siren for siren, _ in asked], {siren for siren, _ in reference}


def told(rows: list[tuple[str, int, str, float]]) -> dict[int, tuple[str, float]]:
    """Return the likeliest SIREN of each name; none where two are as likely, as in our room."""
    best: dict[int, dict[str, float]] = {}
    for _, number, siren, probability in rows:
        of = best.setdefault(number, {})
        of[siren] = max(of.get(siren, 0.0), probability)
    found = {}
    for number, of in best.items():
        ranked = sorted(of.items(), key=lambda one: -one[1])
        if len(ranked) == 1 or ranked[0][1] > ranked[1][1] + 1e-9:
            found[number] = ranked[0]
    return found


def measures(
    answers: dict[int, tuple[str, float]], truth: list[str], known: set[str], threshold: float
) -> tuple[float, float, float]:
    """Return (precision, recall, share of the absent that were matched) at a threshold."""
    right = wrong = absent = 0
    for number, (siren, probability) in answers.items():
        if probability < threshold:
            continue
        if truth[number] not in known:
            absent += 1
        elif siren == truth[number]:
            right += 1
        else:
            wrong += 1
    present = sum(siren in known for siren in truth)
    return right / max(1, right + wrong), right / max(1, present), absent / max(1, len(truth) - present)


def main() -> None:
    """Print splink's measures at each threshold, and at the one that the half for tuning chooses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--half", choices=["develop", "report"], default="develop")
    parser.add_argument("--task", choices=[task.name for task in TASKS], default="ademe")
    given = parser.parse_args()
    try:
        import splink
    except ImportError:
        print("splink is not installed here; it is a yardstick only, see the head of bench/matching/splink_beside.py")
        return
    logging.getLogger("splink").setLevel(logging.ERROR)
    task = next(task for task in TASKS if task.name == given.task)
    print("splink", splink.__version__, task.name)
    connection = load(given.mirror)
    tuned = told(linked(load(given.mirror), task, DEVELOP)[0]) if given.half == "report" else None
    start, cpu = time.perf_counter(), time.process_time()
    rows, truth, known = linked(connection, task, REPORT if given.half == "report" else DEVELOP)
    answers = told(rows)
    spent = time.perf_counter() - start, time.process_time() - cpu
    tuning = tuned if tuned is not None else answers
    tuning_truth = (
        truth
        if tuned is None
        else [s for s, _ in connection.execute(f"{task.asked} ORDER BY ALL").fetchall() if half(s) == DEVELOP]
    )
    at = {t: measures(tuning, tuning_truth, known, t) for t in THRESHOLDS}
    enough = [t for t in THRESHOLDS if at[t][0] >= WANTED]
    chosen = min(enough) if enough else max(THRESHOLDS, key=lambda t: at[t][0])
    for threshold in sorted({0.5, 0.95, chosen}):
        precision, recall, absent = measures(answers, truth, known, threshold)
        print(
            f"  at {threshold}{' (chosen)' if threshold == chosen else ''}: precision {precision:.4f}, recall {recall:.4f}, absent matched {absent:.2%}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {len(truth)} names, {spent[0]:.1f} s, {spent[1]:.1f} s of processor, peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
