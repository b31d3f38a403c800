"""`python -m bench.practice [--mirror DIR] [--benchmark FILE] [--texts FILE] [--companies]`: print the measures of the practice terms.

DIR holds `un_sdg` and `insee_odd_national` as a mirror does. FILE is benchmark.csv of sdgclassification-benchmark 1.0.0 (MIT), out of
its wheel: `pip download --no-deps sdgclassification-benchmark==1.0.0`, then unzip; it need not be installed. TEXTS is a file of
French texts with their goals (one JSON a line: `text`, `goals`), which you bring; docs/practice.md says which were measured. `--companies` measures the invented paragraphs beside this file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.practice import measures
from bench.practice.reading import goals_of


def main() -> None:
    """Print one line a measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.practice", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--mirror", type=Path)
    parser.add_argument("--benchmark", type=Path)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--companies", action="store_true")
    options = parser.parse_args()
    if options.companies:
        for half, file in measures.COMPANIES.items():
            for language in ("fr", "en"):
                paragraphs = measures.company_paragraphs(file, language)
                of = measures.of_companies(paragraphs, goals_of([p.text for p in paragraphs], language))
                print(
                    f"{of.texts} paragraphs of companies, {language}, half {half}: first goal right {of.first_right:.3f} (or allowed "
                    f"{of.first_allowed:.3f}), F1 {of.counts.f1:.3f}, empty where nothing is to be found {of.empty:.3f}, contribution "
                    f"right {of.contribution:.3f} (harms {of.harms:.3f}) ({of.counts})"
                )
    if options.benchmark:
        for read in (True, False):
            counts = measures.english_benchmark(options.benchmark, read)
            print(
                f"English benchmark, half {'read' if read else 'not read'}: accuracy {counts.accuracy:.3f}, F1 {counts.f1:.3f} ({counts})"
            )
    if options.texts:
        for read in (True, False):
            true, found = measures.labelled_texts(options.texts, read)
            counts = measures.asked_of_all(true, found)
            print(f"{len(true)} French texts, half {'read' if read else 'not read'}: F1 {counts.f1:.3f} ({counts})")
    if options.mirror:
        for language in ("fr", "en"):
            for what in ("indicators", "targets"):
                goals, found = measures.official_texts(options.mirror, language, what)
                pairs = measures.asked_in_pairs(goals, found)
                print(
                    f"{len(goals)} {what}, {language}: first goal right {measures.assigned_share(goals, found):.3f}, "
                    f"among those found {measures.found_share(goals, found):.3f}, "
                    f"asked in pairs: accuracy {pairs.accuracy:.3f}, F1 {pairs.f1:.3f}"
                )
        for read in (True, False):
            counts = measures.national_labels(options.mirror, read)
            print(f"Labels of the French State, half {'read' if read else 'not read'}: F1 {counts.f1:.3f} ({counts})")


if __name__ == "__main__":
    main()
