"""The ten EPCIs most like each other one, worked out from the publishers' raw files in plain Python.

Written from docs/comparison.md, not from the SQL: no DuckDB, no table of ours. Communes are carried to the geography of 2025 by
INSEE's yearly passage table (`insee_passage`), where the product follows the movements.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import openpyxl

PARTS = {
    "population": "P18_POP",
    "area": "SUPERF",
    "jobs": "P18_EMPLT",
    "adults": "P18_POP1564",
    "active": "P18_ACT1564",
    "unemployed": "P18_CHOM1564",
    "dwellings": "P18_LOG",
    "second_homes": "P18_RSECOCC",
    "establishments": "ETTOT18",
    "agriculture": "ETAZ18",
    "industry": "ETBE18",
    "construction": "ETFZ18",
    "services": "ETGU18",
    "public": "ETOQ18",
}
SECTORS = ("agriculture", "industry", "construction", "services", "public")


def heirs(path: Path) -> dict[str, str]:
    """Return code of a commune in 2021 -> its code in 2025 (the passage table's newest year), where that is one."""
    found: dict[str, set[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            found.setdefault(row["Ancien Code Officiel"], set()).add(row["Code Courant Officiel"])
    return {old: next(iter(new)) for old, new in found.items() if len(new) == 1}


def compositions(path: Path) -> dict[str, str]:
    """Return commune -> EPCI, as the DGCL lists them."""
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    header = [str(c) for c in next(sheet)]
    rows = (dict(zip(header, row, strict=False)) for row in sheet)
    return {str(r["insee"]): str(r["siren"]) for r in rows if r["insee"]}


def is_arrondissement(code: str) -> bool:
    """Return whether a code is an arrondissement of Paris, Lyon or Marseille, listed beside its commune."""
    return code[:3] == "751" or "69381" <= code <= "69389" or "13201" <= code <= "13216"


def profiles(mirror: Path) -> dict[str, list[float]]:
    """Return EPCI -> its variables, unscaled, in the order of the mart's columns; an EPCI lacking a part is left out."""
    today = heirs(mirror / "insee_passage/geocodes_passage_annuel.csv")
    # after a merger across two EPCIs the commune that kept its code decides: it comes last
    listed = sorted(
        compositions(mirror / "dgcl_epci/2024/epcicom2024.xlsx").items(), key=lambda row: today.get(row[0]) == row[0]
    )
    epci = {today.get(commune, commune): siren for commune, siren in listed}
    sums: dict[str, dict[str, float]] = {}
    lacking: set[str] = set()
    with (mirror / "insee_comparateur/2018/base_cc_comparateur.CSV").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            place = epci.get(today.get(row["CODGEO"], row["CODGEO"]))
            if place is None or is_arrondissement(row["CODGEO"]):
                continue
            total = sums.setdefault(place, dict.fromkeys(PARTS, 0.0))
            for part, header in PARTS.items():
                if row[header] == "":
                    lacking.add(place)
                else:
                    total[part] += float(row[header])
    return {
        place: variables(total) for place, total in sums.items() if place not in lacking and total["population"] > 0
    }


def variables(p: dict[str, float]) -> list[float]:
    """Return the variables of one EPCI from its parts."""
    return [
        math.log(p["population"]),
        math.log(p["population"] / p["area"]),
        100 * p["adults"] / p["population"],
        100 * p["jobs"] / (p["active"] - p["unemployed"]),
        100 * p["second_homes"] / p["dwellings"],
        *(math.sqrt(p[s] / p["establishments"]) for s in SECTORS),
    ]


def quantile(values: list[float], share: float) -> float:
    """Return the quantile by linear interpolation between the two nearest."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def scaled(raw: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return EPCI -> its variables cut at the 2nd and 98th percentile, in standard deviations from the mean."""
    columns = []
    for values in zip(*raw.values(), strict=True):
        low, high = quantile(list(values), 0.02), quantile(list(values), 0.98)
        cut = [min(max(v, low), high) for v in values]
        mean = sum(cut) / len(cut)
        deviation = math.sqrt(sum((v - mean) ** 2 for v in cut) / len(cut))
        columns.append([(v - mean) / deviation for v in cut])
    return {place: [column[n] for column in columns] for n, place in enumerate(raw)}


def nearest(scores: dict[str, list[float]], place: str, without: int | None = None) -> list[tuple[float, str]]:
    """Return the ten nearest as (distance, EPCI), the nearest first; `without`: a variable that is left out."""
    mine = scores[place]
    found = [
        (math.sqrt(sum((a - b) ** 2 for n, (a, b) in enumerate(zip(mine, theirs, strict=True)) if n != without)), other)
        for other, theirs in scores.items()
        if other != place
    ]
    return sorted(found)[:10]
