"""How a goal's icon looks, as numbers: the number at the upper left, the pictogram below, three palettes.

`data/icon_shapes.csv` holds a mask of each goal (0: ground, 9: white), written by `bench/filings/icon_shapes.py` from
filings; no icon file is part of the project. Number and pictogram decide, the title between them changes with the
language and is left out; colour only settles what they leave open. Not here: where a page may have icons (`icons`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from orchestration.filings.notions import rows

SIDE = 48
_SHIFT = 2
# the parts of an icon, as shares of its side: left, top, right, bottom
_NUMBER = (0.03, 0.04, 0.34, 0.32)
_PICTOGRAM = (0.06, 0.36, 0.94, 0.95)
# of two that shape leaves open, the one in its goal's colour leads by so much: goal 7 drawn with short rays is no goal 2
_COLOURS_LEAD = 0.1
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Likeness:
    """The goal that a picture is likest to. `score`: correlation of number and pictogram, 2 at most; `lead`: over the next goal."""

    sdg_id: int
    score: float
    number: float
    pictogram: float
    lead: float
    colour: float


def mask_of(picture: NDArray[Any]) -> Floats | None:
    """Return how white each pixel of a picture is between the colour of its border (0) and white (1), 48 × 48.

    `picture`: rows × columns × (red, green, blue). None where it has no ground of one colour.
    """
    small = _resized(picture.astype(np.float32), SIDE)
    edge = _edge(small)
    ground = np.median(edge, axis=0)
    white = np.array([255, 255, 255], dtype=np.float32)
    if float(np.abs(white - ground).max()) < 40:
        # drawn in lines on white: what is dark is what would be white
        ground, white = white, np.percentile(small.reshape(-1, 3), 3, axis=0).astype(np.float32)
        if float(np.abs(white - ground).max()) < 60:
            return None
    way = white - ground
    if float(np.abs(edge - ground).mean()) > 60:
        return None
    return np.clip(((small - ground) @ way) / float(way @ way), 0, 1).astype(np.float32)


def whiteness(picture: Floats, ground: NDArray[Any]) -> Floats:
    """Return how white each pixel is between the colour of a ground (0) and white (1), in the picture's own size.

    On a ground that is nearly white, how dark each pixel is.
    """
    white = np.array([255, 255, 255], dtype=np.float32)
    if float(np.abs(white - ground).max()) < 40:
        ground, white = white, np.percentile(picture.reshape(-1, 3), 3, axis=0).astype(np.float32)
    way = white - ground
    found: Floats = np.clip(((picture - ground) @ way) / max(float(way @ way), 1.0), 0, 1).astype(np.float32)
    return found


def mask_of_whiteness(white: Floats) -> Floats:
    """Return a whiteness as a mask, 48 × 48."""
    return _resized(white[:, :, None], SIDE)[:, :, 0]


def ground_of(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the colour of a picture's border."""
    ground: NDArray[Any] = np.median(_edge(_resized(picture.astype(np.float32), SIDE)), axis=0)
    return ground


def _edge(small: Floats) -> Floats:
    """Return the pixels of the middle of each side: corners may be round."""
    a, b = SIDE // 4, 3 * SIDE // 4
    sides = (small[1:3, a:b], small[-3:-1, a:b], small[a:b, 1:3], small[a:b, -3:-1])
    return np.concatenate([side.reshape(-1, 3) for side in sides])


def _resized(picture: Floats, side: int) -> Floats:
    """Return a picture with `side` × `side` pixels: means where it shrinks, straight lines between pixels where it grows."""
    height, width = picture.shape[:2]
    factor = max(height, width) / side
    if factor > 1.5:
        picture = ndimage.uniform_filter(picture, size=(max(1, round(height / side)), max(1, round(width / side)), 1))
    ys = np.clip((np.arange(side) + 0.5) * height / side - 0.5, 0, height - 1)
    xs = np.clip((np.arange(side) + 0.5) * width / side - 0.5, 0, width - 1)
    y0, x0 = np.floor(ys).astype(int), np.floor(xs).astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    fy, fx = (ys - y0)[:, None, None], (xs - x0)[None, :, None]
    top = picture[y0][:, x0] * (1 - fx) + picture[y0][:, x1] * fx
    low = picture[y1][:, x0] * (1 - fx) + picture[y1][:, x1] * fx
    found: Floats = (top * (1 - fy) + low * fy).astype(np.float32)
    return found


def likeness(
    mask: Floats, ground: NDArray[Any], *, size: float = 1.0, reach: int = _SHIFT, within: NDArray[Any] | None = None
) -> Likeness:
    """Return the goal whose icon a mask is likest to.

    `size`: how large pictograms are compared, beside the known ones; `reach`: by how many pixels they may have moved;
    `within`: the goals that come into question.
    """
    numbers = _best(mask, _NUMBER, 1.0, reach)
    pictograms = _best(mask, _PICTOGRAM, size, reach)
    total = numbers + pictograms
    distances = colour_distances(ground)
    if within is not None:
        total = np.where(within, total, total - 1.0)
    # colour settles what shape leaves open, and never more
    order = np.argsort(-(total - 0.02 * np.minimum(distances, 10) / 10))
    first, second = int(order[0]), int(order[1])
    return Likeness(
        first + 1,
        float(total[first]),
        float(numbers[first]),
        float(pictograms[first]),
        float(total[first] - total[second]) + _COLOURS_LEAD * bool(distances[first] < 6 and distances[second] > 12),
        float(distances[first]),
    )


def _best(mask: Floats, part: tuple[float, float, float, float], size: float, reach: int) -> Floats:
    """Return for each goal the highest correlation of a part of the mask, over all moves."""
    (left, top, right, bottom), templates = _windows(part, size)
    padded = np.pad(mask, reach, mode="edge")
    height, width = bottom - top, right - left
    moves = range(2 * reach + 1)
    moved = np.stack(
        [padded[top + dy : top + dy + height, left + dx : left + dx + width].ravel() for dy in moves for dx in moves]
    )
    moved = moved - moved.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(moved, axis=1, keepdims=True)
    found: Floats = ((moved / np.maximum(norm, 1e-3)) @ templates.T).max(axis=0)
    return found


@cache
def masks() -> Floats:
    """Return the masks of the 17 goals, 17 × 48 × 48, from 0 (ground) to 1 (white)."""
    held = np.zeros((17, SIDE, SIDE), dtype=np.float32)
    for row in rows("icon_shapes.csv"):
        digits = np.frombuffer(row["mask"].encode("ascii"), dtype=np.uint8) - 48
        held[int(row["sdg_id"]) - 1] = digits.reshape(SIDE, SIDE) / 9.0
    return held


@cache
def _windows(part: tuple[float, float, float, float], size: float) -> tuple[tuple[int, int, int, int], Floats]:
    """Return a part of the masks, drawn `size` times as large around its middle, ready to be correlated."""
    left, top, right, bottom = (round(x * SIDE) for x in part)
    cut = masks()[:, top:bottom, left:right]
    if size != 1.0:
        height, width = cut.shape[1:]
        ys = np.clip((np.arange(height) - height / 2) / size + height / 2, 0, height - 1)
        xs = np.clip((np.arange(width) - width / 2) / size + width / 2, 0, width - 1)
        cut = np.stack([ndimage.map_coordinates(m, np.meshgrid(ys, xs, indexing="ij"), order=1) for m in cut])
    flat = cut.reshape(17, -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    return (left, top, right, bottom), (flat / np.linalg.norm(flat, axis=1, keepdims=True)).astype(np.float32)


@cache
def palettes() -> NDArray[Any]:
    """Return the colours of the goals in three palettes, 3 × 17 × 3: of the web, of print files, as CMYK is shown."""
    held = np.full((3, 17, 3), np.nan)
    names = ("web", "print", "cmyk")
    for row in rows("icon_colours.csv"):
        held[names.index(row["palette"]), int(row["sdg_id"]) - 1] = [
            int(row["colour"][k : k + 2], 16) for k in (0, 2, 4)
        ]
    return held


def colour_distances(ground: NDArray[Any]) -> NDArray[Any]:
    """Return the distance in Lab of a colour to each goal's nearest one, 17 numbers."""
    here = lab(np.asarray(ground, dtype=float)[None, :])[0]
    found: NDArray[Any] = np.nanmin(np.linalg.norm(_known() - here, axis=2), axis=0)
    return found


@cache
def _known() -> NDArray[Any]:
    """Return the palettes as CIE Lab."""
    return lab(palettes().reshape(-1, 3)).reshape(3, 17, 3)


def lab(rgb: NDArray[Any]) -> NDArray[Any]:
    """Return sRGB colours as CIE Lab under D65 (IEC 61966-2-1, CIE 15)."""
    linear = rgb / 255.0
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
