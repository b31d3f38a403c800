"""Maps of communes from their contours: five classes of equal number, those without a figure hatched.

Add a way to class values here. Where contours come from belongs to the mart `dim_territory_contour`, how a map is
written to `templates/map.j2`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orchestration.readers.site.edition import Edition, Figure

CLASSES = 5


@dataclass(frozen=True)
class Area:
    """One commune: its name with its value, its path, the class of its value (0 lowest), None where there is none."""

    code: str
    name: str
    path: str
    shade: int | None


@dataclass(frozen=True)
class Map:
    """Areas in one frame, and the lowest and highest value of each class that has some."""

    areas: list[Area]
    classes: list[tuple[float, float]]
    width: int
    height: int
    has_gaps: bool
    source: str


def choropleth(
    e: Edition, indicator_id: str, figures: Mapping[str, Figure], written: Callable[[Figure], str]
) -> Map | None:
    """Return the map of the home communes by their value, as `written`; None without contours or with fewer than five values."""
    codes = [c for _, c in e.communes() if c in e.contours]
    values = {c: f.value for c, f in figures.items() if f.value is not None and c in e.contours}
    if not codes or len(values) < CLASSES:
        return None
    bounds = classes(sorted(values.values()))
    areas = [
        Area(c, _named(e, c, figures.get(c), written), e.contours[c].path, _class(values.get(c), bounds)) for c in codes
    ]
    frame = e.contours[codes[0]]
    return Map(areas, bounds, frame.frame_width, frame.frame_height, len(values) < len(codes), frame.attribution)


def _named(e: Edition, code: str, figure: Figure | None, written: Callable[[Figure], str]) -> str:
    name = str(e.territories["commune", code].name)
    return f"{name} ({written(figure)})" if figure else name


def classes(values: list[float]) -> list[tuple[float, float]]:
    """Return the bounds of at most five classes of about equal number; equal values stay together."""
    groups: list[list[float]] = []
    for i, value in enumerate(values):
        wanted = i * CLASSES // len(values)
        if groups and (value == groups[-1][-1] or wanted < len(groups)):
            groups[-1].append(value)
        else:
            groups.append([value])
    return [(g[0], g[-1]) for g in groups]


def _class(value: float | None, bounds: list[tuple[float, float]]) -> int | None:
    if value is None:
        return None
    return next(i for i, (low, high) in enumerate(bounds) if low <= value <= high)
