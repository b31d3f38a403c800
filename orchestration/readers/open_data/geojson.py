"""Outlines of communes and EPCIs as GeoJSON, turned back from the paths that the pages draw.

Source: RFC 7946 (longitude and latitude in WGS 84, outer rings counter-clockwise). A path has whole units of a frame of
600 for each EPCI: a point is right to about 100 metres on a metropolis, which is enough for a map and for nothing else. An EPCI's
outline is what remains of its communes' once the borders that two of them share are taken away; an EPCI of which a commune lacks is
left out.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from orchestration.readers.open_data.describing import Describing

COMMUNES, EPCIS = "geo/communes.geojson", "geo/epcis.geojson"
TABLE = "dim_territory_contour"
_SUBPATH = re.compile(r"M(-?\d+) (-?\d+)l([^z]*)z")
# five decimals are a metre
DECIMALS = 5
Point = tuple[float, float]
Node = tuple[int, int]


def write_geojson(say_of: Describing, folder: Path) -> list[str]:
    """Write the outlines and return their paths; nothing where the edition has none."""
    table = say_of.edition.tables.get(TABLE)
    if table is None or table.rows == 0 or not {"north", "epci_code"} <= {c.name for c in table.columns}:
        return []
    found = say_of.edition.rows(
        "SELECT t.epci_code, e.name, c.territory_code, t.name, c.path, c.frame_width, c.west, c.south, c.east, c.north, c.geometry_year, "
        "c.attribution "
        f"FROM dim_territory AS t LEFT JOIN {TABLE} AS c USING (territory_level, territory_code) "
        "JOIN dim_territory AS e ON e.territory_level = 'epci' AND e.is_current AND e.territory_code = t.epci_code "
        "WHERE t.territory_level = 'commune' AND t.is_current "
        f"AND t.epci_code IN (SELECT epci_code FROM {TABLE}) ORDER BY t.epci_code, t.territory_code"
    )
    communes: list[dict[str, Any]] = []
    epcis: list[dict[str, Any]] = []
    for _, members in groupby(found, key=lambda r: r[0]):
        rows = list(members)
        drawn = [r for r in rows if r[4] is not None]
        communes += [_feature("commune", r[2], r[3], rings(r[4]), r[5:]) for r in drawn]
        if len(drawn) == len(rows):
            whole = [ring for r in rows for ring in rings(r[4])]
            epcis.append(_feature("epci", rows[0][0], rows[0][1], whole, rows[0][5:]))
    communes.sort(key=lambda f: str(f["id"]))
    (folder / COMMUNES).parent.mkdir(parents=True, exist_ok=True)
    written = {path: features for path, features in ((COMMUNES, communes), (EPCIS, epcis)) if features}
    for path, features in written.items():
        content = {"type": "FeatureCollection", "features": features}
        (folder / path).write_text(
            json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
        )
    return list(written)


def _feature(level: str, code: str, name: str, drawn: list[list[Node]], frame: tuple[Any, ...]) -> dict[str, Any]:
    width, west, south, east, north, year, attribution = frame
    degrees = (east - west) / width
    # the frame narrows degrees of longitude by the cosine of its middle latitude
    narrowed = math.cos(math.radians((south + north) / 2))

    def place(x: float, y: float) -> Point:
        return round(west + x * degrees, DECIMALS), round(north - y * degrees * narrowed, DECIMALS)

    # north is up: in the frame heights grow downwards, in degrees upwards
    shapes = polygons([[(x, -y) for x, y in ring] for ring in dissolved(drawn)])
    return {
        "type": "Feature",
        "id": code,
        "properties": {
            "territory_level": level,
            "territory_code": code,
            "name": name,
            "geometry_year": year,
            "attribution": attribution,
        },
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[[place(x, -y) for x, y in ring] for ring in shape] for shape in shapes],
        },
    }


def rings(path: str) -> list[list[tuple[int, int]]]:
    """Return the closed rings of a path in units of its frame; each ends where it begins."""
    found = []
    for x, y, steps in _SUBPATH.findall(path):
        points = [(int(x), int(y))]
        numbers = [int(n) for n in re.findall(r"-?\d+", steps)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        if points[-1] != points[0]:
            points.append(points[0])
        found.append(points)
    return found


def dissolved(found: Iterable[list[Node]]) -> list[list[Node]]:
    """Return the closed rings around the union of areas that share borders on one grid; a border of two of them goes.

    A side that one area draws in one stroke and its neighbour in two is the same side: all are cut at every point of the
    grid that they pass through. What is left is taken up ring by ring, none of which meets itself.
    """
    beside: dict[Node, set[Node]] = defaultdict(set)
    for ring in found:
        for a, b in _steps(ring):
            if b in beside[a]:
                beside[a].remove(b)
                beside[b].remove(a)
            else:
                beside[a].add(b)
                beside[b].add(a)
    return [_straightened(ring) for start in sorted(beside) for ring in _taken_up(beside, start)]


def _steps(ring: list[Node]) -> Iterator[tuple[Node, Node]]:
    for (x1, y1), (x2, y2) in pairwise(ring):
        count = math.gcd(x2 - x1, y2 - y1)
        if count:
            dx, dy = (x2 - x1) // count, (y2 - y1) // count
            for i in range(count):
                yield (x1 + i * dx, y1 + i * dy), (x1 + (i + 1) * dx, y1 + (i + 1) * dy)


def _taken_up(beside: dict[Node, set[Node]], start: Node) -> Iterator[list[Node]]:
    """Yield the rings that pass through `start`, and those that hang on them; their sides are taken out of `beside`."""
    while beside[start]:
        way, place_of = [start], {start: 0}
        came: Node | None = None
        while beside[way[-1]]:
            here = way[-1]
            following = _turned(here, came, beside[here])
            came = here
            beside[here].remove(following)
            beside[following].remove(here)
            if following in place_of:
                ring = way[place_of[following] :]
                yield [*ring, following]
                for node in ring[1:]:
                    del place_of[node]
                way = way[: place_of[following] + 1]
            else:
                place_of[following] = len(way)
                way.append(following)


def _turned(here: Node, came: Node | None, onward: set[Node]) -> Node:
    """Return where a ring goes on: where areas touch by a corner it turns left as sharply as it can, and crosses no other ring."""
    if came is None or len(onward) == 1:
        return min(onward)
    back = math.atan2(came[1] - here[1], came[0] - here[0])
    return min(onward, key=lambda to: (back - math.atan2(to[1] - here[1], to[0] - here[0])) % math.tau)


def _straightened(ring: list[Node]) -> list[Node]:
    """Return a closed ring without the points that lie on a straight line between their neighbours."""
    open_ = ring[:-1]
    kept = [
        (x, y)
        for (a, b), (x, y), (c, d) in zip([open_[-1], *open_[:-1]], open_, [*open_[1:], open_[0]], strict=True)
        if (x - a) * (d - y) != (y - b) * (c - x)
    ]
    return [*kept, kept[0]] if len(kept) >= 3 else []


def polygons(found: list[list[Point]]) -> list[list[list[Point]]]:
    """Return rings as polygons: a ring within another is a hole of it, one within the hole an area again.

    Outer rings run counter-clockwise, holes clockwise.
    """
    made: list[list[list[Point]]] = []
    around: list[list[list[Point]] | None] = []
    ordered = sorted((r for r in found if r), key=lambda r: -abs(area(r)))
    for i, ring in enumerate(ordered):
        within = [j for j in range(i) if _inside(_on(ring), ordered[j])]
        is_outer = len(within) % 2 == 0
        turned = ring if (area(ring) > 0) == is_outer else ring[::-1]
        shape = None if is_outer else around[within[-1]]
        if shape is None:
            shape = [turned]
            made.append(shape)
        else:
            shape.append(turned)
        around.append(shape)
    return made


def _on(ring: list[Point]) -> Point:
    """Return a point of a ring that no other ring passes through: they may share corners, and no side."""
    (x1, y1), (x2, y2) = ring[0], ring[1]
    return x1 + (x2 - x1) * 0.0123, y1 + (y2 - y1) * 0.0123


def area(ring: list[Point]) -> float:
    """Return the signed area of a closed ring: positive where it runs counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _inside(point: Point, ring: list[Point]) -> bool:
    x, y = point
    crossed = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed
