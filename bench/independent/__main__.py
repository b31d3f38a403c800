"""Hold every figure of the home territory in an edition against its recomputation from the raw files.

    python -m bench.independent --mirror DIR --edition HOME/editions/current/observatory.duckdb [--json]

Prints, an indicator a line: figures of the edition, equal, different, that only one side has, withheld. Ends with 1 where one differs.
An indicator, or its breakdown by age or sex, without a figure of the home territory is compared on all its territories.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import duckdb

import bench.independent
from bench.independent.home import Home
from bench.independent.raw import Figure, Mirror

Key = tuple[str, str, str, str]  # level, code, period, breakdown
# sums of floats differ in their last digits
RELATIVE = 1e-9


def recomputed(mirror: Mirror, home: Home) -> Iterable[Figure]:
    """Yield the figures of every module beside this one that has `recipes`."""
    for module in pkgutil.iter_modules(bench.independent.__path__):
        found = importlib.import_module(f"bench.independent.{module.name}") if module.name != "__main__" else None
        for recipe in getattr(found, "recipes", list)():
            yield from recipe(mirror, home)


def newest(figures: Iterable[Figure], main: dict[str, str]) -> dict[str, dict[Key, float | None]]:
    """Return indicator -> key -> value: the catalogue's own source before a second one, then the newest vintage."""
    chosen: dict[tuple[str, Key], Figure] = {}
    for figure in figures:
        key = (figure.indicator_id, (figure.level, figure.code, figure.period, figure.breakdown))
        order = (figure.source_id == main.get(figure.indicator_id), figure.vintage)
        if key not in chosen or order >= (chosen[key].source_id == main.get(figure.indicator_id), chosen[key].vintage):
            chosen[key] = figure
    found: dict[str, dict[Key, float | None]] = defaultdict(dict)
    for (indicator, key), figure in chosen.items():
        found[indicator][key] = figure.value
    return found


def compared(
    published: dict[Key, tuple[float | None, str]], expected: dict[Key, float | None], home: Home
) -> dict[str, list]:
    """Return the keys that are equal, different, or on one side only.

    `withheld`: neither side shows a value; `withheld_here`: the publisher does, and the edition keeps it back.
    """
    keys: set[Key] = set()
    # breakdowns that have no figure at home (an extract of another EPCI) are compared where they have one
    by_kind: dict[str, set[Key]] = defaultdict(set)
    for key in (*published, *expected):
        by_kind[key[3].split("=")[0]].add(key)
    for kind in by_kind.values():
        keys |= {k for k in kind if home.holds(k[0], k[1])} or kind
    result: dict[str, list] = {
        "equal": [],
        "different": [],
        "only_published": [],
        "only_recomputed": [],
        "withheld": [],
        "withheld_here": [],
    }
    for key in sorted(keys):
        if key not in published:
            if expected[key] is not None:
                result["only_recomputed"].append(key)
            continue
        value, other = published[key][0], expected.get(key)
        if value is None:
            result["withheld" if other is None else "withheld_here"].append(key)
        elif other is None:
            result["only_published"].append(key)
        elif abs(value - other) <= RELATIVE * max(1.0, abs(other)):
            result["equal"].append(key)
        else:
            result["different"].append((*key, value, other))
    return result


def held_against(folder: Path, path: Path) -> dict[str, dict[str, list]]:
    """Return indicator -> what `compared` says of an edition (`path`) beside the raw files of a mirror (`folder`)."""
    with duckdb.connect(str(path), read_only=True) as edition:
        (territory,) = edition.execute(
            "select territory_code from dim_territory where is_home and territory_level = 'epci'"
        ).fetchone()  # type: ignore[misc]
        main_source = dict(edition.execute("select indicator_id, source_id from dim_indicator").fetchall())
        rows = edition.execute(
            "select indicator_id, territory_level, territory_code, period, breakdown, value, status from fct_indicator_value"
        ).fetchall()
    published: dict[str, dict[Key, tuple[float | None, str]]] = defaultdict(dict)
    for indicator, level, code, period, breakdown, value, status in rows:
        published[indicator][level, code, period, breakdown] = (value, status)
    mirror = Mirror(folder)
    home = Home(mirror, territory)
    expected = newest(recomputed(mirror, home), main_source)
    # what the edition's catalogue does not hold is not compared
    return {
        i: compared(published[i], expected.get(i, {}), home)
        for i in sorted(main_source)
        if i in published or i in expected
    }


def main(arguments: list[str] | None = None) -> int:
    """Compare and print; return 0 where nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--edition", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", type=int, default=3, help="how many differences of an indicator are printed")
    options = parser.parse_args(arguments)
    results = held_against(options.mirror, options.edition)
    if options.json:
        print(json.dumps({i: {k: len(v) for k, v in r.items()} for i, r in results.items()}, indent=1))
    else:
        for indicator, result in results.items():
            counts = ", ".join(f"{len(v)} {k.replace('_', ' ')}" for k, v in result.items() if v or k == "equal")
            print(f"{indicator}: {counts}")
            for kind in ("different", "only_published", "only_recomputed"):
                for shown in result[kind][: options.show]:
                    print(f"    {kind.replace('_', ' ')}: {shown}")
    failed = sum(len(r[k]) for r in results.values() for k in ("different", "only_published", "only_recomputed"))
    print(f"{sum(len(r['equal']) for r in results.values())} equal, {failed} not", file=sys.stderr)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
