"""Outlines of the home territory's communes as GeoJSON, turned back from the paths that the pages draw.

Source: RFC 7946 (longitude and latitude in WGS 84, outer rings counter-clockwise). A path has whole units of a frame of
600: a point is right to about 100 metres on a metropolis, which is enough for a map and for nothing else. EPCIs have no
outline in an edition, so there is no file of them.
"""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from orchestration.readers.open_data.describing import Describing

PATH = "geo/communes.geojson"
TABLE = "dim_territory_contour"
_SUBPATH = re.compile(r"M(-?\d+) (-?\d+)l([^z]*)z")
# five decimals are a metre
DECIMALS = 5
Point = tuple[float, float]


def write_geojson(say_of: Describing, folder: Path) -> list[str]:
    """Write the outlines and return their path; nothing where the edition has none."""
    table = say_of.edition.tables.get(TABLE)
    if table is None or table.rows == 0 or "north" not in {c.name for c in table.columns}:
        return []
    rows = say_of.edition.rows(
        "SELECT c.territory_code, t.name, c.path, c.frame_width, c.west, c.south, c.east, c.north, c.geometry_year, c.attribution "
        f"FROM {TABLE} AS c JOIN dim_territory AS t USING (territory_level, territory_code) ORDER BY 1"
    )
    features = [_feature(row) for row in rows]
    path = folder / PATH
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return [PATH]


def _feature(row: tuple[Any, ...]) -> dict[str, Any]:
    code, name, path, width, west, south, east, north, year, attribution = row
    degrees = (east - west) / width
    # the frame narrows degrees of longitude by the cosine of its middle latitude
    narrowed = math.cos(math.radians((south + north) / 2))

    def place(x: int, y: int) -> Point:
        return round(west + x * degrees, DECIMALS), round(north - y * degrees * narrowed, DECIMALS)

    return {
        "type": "Feature",
        "id": code,
        "properties": {
            "territory_level": "commune",
            "territory_code": code,
            "name": name,
            "geometry_year": year,
            "attribution": attribution,
        },
        "geometry": {"type": "MultiPolygon", "coordinates": polygons([[place(*p) for p in r] for r in rings(path)])},
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


def polygons(found: list[list[Point]]) -> list[list[list[Point]]]:
    """Return rings as polygons: a ring inside another is a hole of it; outer rings run counter-clockwise, holes clockwise."""
    made: list[list[list[Point]]] = []
    for ring in sorted(found, key=lambda r: -abs(area(r))):
        outer = next((p for p in made if _inside(ring[0], p[0])), None)
        turned = ring if (area(ring) > 0) == (outer is None) else ring[::-1]
        if outer is None:
            made.append([turned])
        else:
            outer.append(turned)
    return made


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
