"""Right, wrong and silent figures on real reports: `python -m bench.filings_real --folder FOLDER [--half read] [--list]`.

`documents.csv`: reports in public GitHub repositories (repository and path), each known by its hash, so that FOLDER may hold them
under any name; none is kept here. `figures.csv`: what each prints for the whole group and its own year, with page and words as
printed; `asked` = no: right where told, not counted where silent. A `note` may say `unspecified` (scope 2 may be told as any of the
three), `alt:31` or `alt_year:2022` (right too).

Half `read` was learned from: no measure any more. Half `kept` is kept unread, so that it can measure: `--list` names the errors of
the other only. Both were written down in one reading by one person; what is told beside them is counted as `other`, and has to be
looked at page by page before it is called invented.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

from orchestration.filings.evidence import Metric, Reading
from orchestration.filings.pdf import read_pdf

HERE = Path(__file__).parent
KINDS = ("right", "wrong", "silent", "other")
SCOPE_2 = ("ghg_scope2", "ghg_scope2_location", "ghg_scope2_market")
# what is rounded differently on two pages of one report is the same figure
NEAR = 0.006


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the two files."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def metrics_of(figure: dict[str, str]) -> tuple[str, ...]:
    """Return the metrics by which a figure may be told."""
    return SCOPE_2 if figure["metric_id"] in SCOPE_2 and "unspecified" in figure["note"] else (figure["metric_id"],)


def is_right(figure: dict[str, str], told: Metric) -> bool:
    """Return whether a metric that was told is this figure, of its year."""
    note = figure["note"]
    values = [float(figure["value"]), *map(float, re.findall(r"alt:(\d[\d.]*)", note))]
    years = {int(y) for y in [figure["year"], *re.findall(r"alt_year:(\d{4})", note)]}
    is_near = any(abs(told.value - value) <= max(abs(value) * NEAR, 1e-9) for value in values)
    return is_near and told.fiscal_year in years and told.metric_id in metrics_of(figure)


def judged(figures: list[dict[str, str]], reading: Reading) -> Iterator[tuple[str, str, str]]:
    """Yield what became of each figure of a document and of each metric told beside: its kind, the metric, what there is to say."""
    told = [m for m in reading.metrics if m.is_chosen]
    known: set[int] = set()
    for figure in figures:
        near = [k for k, m in enumerate(told) if m.metric_id in metrics_of(figure)]
        right = [k for k in near if is_right(figure, told[k])]
        known |= set(right)
        if figure["asked"] == "no":
            continue
        wanted = f"{figure['printed']} (page {figure['page']}, {figure['place']})"
        if right:
            yield "right", figure["metric_id"], wanted
        elif near:
            known |= set(near)
            one = told[near[0]]
            yield "wrong", figure["metric_id"], f"{wanted}; told {one.value:g}, page {one.page}: {one.evidence}"
        else:
            yield "silent", figure["metric_id"], wanted
    for k, metric in enumerate(told):
        if k not in known:
            yield "other", metric.metric_id, f"{metric.value:g}, page {metric.page}: {metric.evidence}"


def main() -> None:
    """Print the counts by document and metric, and with `--list` the errors of the half that may be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the PDFs are, under any name")
    parser.add_argument("--half", choices=["read", "kept"], default="read")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args()
    files = {hashlib.sha256(p.read_bytes()).hexdigest(): p for p in sorted(given.folder.rglob("*.pdf"))}
    figures = defaultdict(list)
    for figure in rows("figures.csv"):
        figures[figure["file"]].append(figure)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for document in rows("documents.csv"):
        if document["half"] != given.half:
            continue
        path = files.get(document["sha256"])
        if path is None:
            print(f"absent: {document['file']} ({document['repository']}: {document['path']})")
            continue
        reading = read_pdf(pypdfium2.PdfDocument(path), name=document["file"])
        for kind, metric, words in judged(figures[document["file"]], reading):
            counts[document["file"]][kind] += 1
            counts[metric][kind] += 1
            counts["all"][kind] += 1
            if given.list and given.half == "read" and kind != "right":
                print(f"{kind}: {document['file']}: {metric}: {words[:240]}")
    print(f"{'':34}" + "".join(f"{kind:>8}" for kind in KINDS))
    for name, count in counts.items():
        if name != "all":
            print(f"{name:34}" + "".join(f"{count[kind]:>8}" for kind in KINDS))
    print(f"{'all':34}" + "".join(f"{counts['all'][kind]:>8}" for kind in KINDS))


if __name__ == "__main__":
    main()
