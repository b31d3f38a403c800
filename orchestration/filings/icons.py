"""Where a page shows icons of goals: square pictures among its objects, then squares inside of flattened pictures.

Objects cost no rendering; only what they point at is rendered. What an icon looks like is `shapes`. A page with so
many goals that they are all of them, and the wheel, are banners: decoration, no commitment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from orchestration.filings.characters import Shape
from orchestration.filings.evidence import Box, Mention
from orchestration.filings.goals import BANNER
from orchestration.filings.layout import Page
from orchestration.filings.shapes import (
    Floats,
    Likeness,
    colour_distances,
    ground_of,
    lab,
    likeness,
    mask_of,
    mask_of_whiteness,
    palettes,
    whiteness,
)

Picture = NDArray[np.uint8]
_SMALLEST, _LARGEST = 11.0, 220.0
_SMALL, _TINY = 26.0, 13.0
# what is certain by its shape alone; what the colour has to speak for; what a turned picture must reach
_SURE, _LIKELY, _TURNED = 0.95, 0.72, 1.15
_PART = 1.25
_LEAD = 0.12
_COLOUR = 12.0
_PIXELS = 44
_MOST_DPI, _LEAST_DPI = 220, 72
# squares are looked for in each second pixel of a picture that is wider than that: four times as fast
_WIDE = 300.0
_MOST_CANDIDATES = 400
_PHOTOGRAPH = 0.9
_TONES = 0.45
# pictures are compared in no more pixels than that; their masks are of 48
_MOST_SIDE = 112


@dataclass(frozen=True)
class _Icon:
    goal: int
    box: Box
    score: float


def candidates_of(page: Page) -> tuple[list[Box], list[Box]]:
    """Return the boxes that may be icons, and those of pictures that may hold some."""
    squares, pictures = [], []
    seen = set[tuple[int, ...]]()
    for shape in page.shapes:
        box = _within(shape.box, page)
        key = tuple(round(side / 2) for side in box)
        if key in seen or box.width < _SMALLEST or box.height < _SMALLEST:
            continue
        near_square = abs(box.width - box.height) < 0.12 * max(box.width, box.height)
        if (
            near_square
            and max(box.width, box.height) < _LARGEST
            and (shape.kind == "image" or _is_coloured(shape) or _is_frame(shape, box, page))
        ):
            # a white square may lie under a coloured one: only what comes into question takes the place
            squares.append(box)
            seen.add(key)
        if shape.kind == "image" and (not near_square or box.width > 60):
            pictures.append(box)
            seen.add(key)
    return squares[:_MOST_CANDIDATES], pictures[:40]


def _within(box: Box, page: Page) -> Box:
    return Box(max(box.left, 0), max(box.top, 0), min(box.right, page.width), min(box.bottom, page.height))


def _is_coloured(shape: Shape) -> bool:
    if shape.fill is None:
        return False
    low, high = min(shape.fill), max(shape.fill)
    return high - low > 50 or (50 < high < 215 and shape.box.width < 120)


# an icon drawn in lines stands in a frame of so many points, of so many coloured pieces
_FRAME, _PIECES = (16.0, 120.0), 6


def _is_frame(shape: Shape, box: Box, page: Page) -> bool:
    """Return whether a square without a ground is the frame of something drawn in colours: icons may be lines on white."""
    if shape.fill is not None or not _FRAME[0] <= max(box.width, box.height) <= _FRAME[1]:
        return False
    inside = (
        s
        for s in page.shapes
        if s.box.left >= box.left - 2
        and s.box.right <= box.right + 2
        and s.box.top >= box.top - 2
        and s.box.bottom <= box.bottom + 2
        and s.box.width < 0.7 * box.width
    )
    return sum(_is_coloured(s) for s in inside) >= _PIECES


@dataclass
class Furniture:
    """Places of squares and pictures that many pages have: chapter tabs, logos, a ground; or icons at the head of each page.

    What was no icon on the first pages that have it is not looked at again.
    """

    tries: dict[tuple[int, ...], int]

    def is_known(self, box: Box) -> bool:
        """Return whether a place was looked at twice in vain."""
        return self.tries.get(_key(box), 0) >= 2

    def note(self, box: Box, *, is_icon: bool) -> None:
        """Note what a place of several pages turned out to be."""
        key = _key(box)
        if key in self.tries:
            self.tries[key] = -1_000_000 if is_icon else self.tries[key] + 1


def furniture(pages: list[Page]) -> Furniture:
    """Return the places that many pages have in common."""
    counted: dict[tuple[int, ...], int] = {}
    for page in pages:
        for key in {_key(_within(s.box, page)) for s in page.shapes}:
            counted[key] = counted.get(key, 0) + 1
    return Furniture({key: 0 for key, count in counted.items() if count > max(4, 0.2 * len(pages))})


def _key(box: Box) -> tuple[int, ...]:
    return tuple(round(side / 3) for side in box)


def icons_of(raw: Any, page: Page, everywhere: Furniture) -> list[Mention]:
    """Return the goals whose icons a page shows, each once. `raw`: the page of pypdfium2; `everywhere`: see `furniture`."""
    squares, pictures = candidates_of(page)
    found: list[_Icon] = []
    squares = [b for b in squares if not everywhere.is_known(b)]
    if squares:
        found += _among(raw, page, squares)
    for box in squares:
        everywhere.note(box, is_icon=any(i.box == box for i in found))
    for box in pictures:
        if not everywhere.is_known(box) and not any(_overlap(box, i.box) > 0.5 for i in found):
            inside = _inside(raw, page, box)
            everywhere.note(box, is_icon=bool(inside))
            found += inside
    return _mentions(page, _apart(found))


def _mentions(page: Page, found: list[_Icon]) -> list[Mention]:
    goals = {i.goal for i in found}
    if len(goals) < BANNER and _is_wheel(page):
        box = Box(0, 0, page.width, page.height)
        return [Mention(page.number, g, "banner", "wheel", box.spelt(), 0.8) for g in range(1, 18)]
    method = "banner" if len(goals) >= BANNER else "icon"
    best: dict[int, _Icon] = {}
    for icon in found:
        if icon.goal not in best or best[icon.goal].score < icon.score:
            best[icon.goal] = icon
    shown = ", ".join(str(g) for g in sorted(goals))
    return [
        Mention(
            page.number, g, method, f"icon {g} ({shown})", i.box.spelt(), round(min(0.99, 0.55 + 0.28 * i.score), 2)
        )
        for g, i in sorted(best.items())
    ]


def _rendered(raw: Any, page: Page, box: Box, scale: float) -> Picture:
    """Return a part of a page as rows × columns × (red, green, blue)."""
    cut = (box.left, max(page.height - box.bottom, 0), max(page.width - box.right, 0), box.top)
    bitmap = raw.render(scale=scale, crop=cut, may_draw_forms=False)
    try:
        return np.ascontiguousarray(bitmap.to_numpy()[:, :, 2::-1])
    finally:
        bitmap.close()


def _among(raw: Any, page: Page, squares: list[Box]) -> list[_Icon]:
    """Return the icons among squares; a page is not rendered at the scale of its bullets for a few large ones."""
    small = [b for b in squares if min(b.width, b.height) < _SMALL]
    large = [b for b in squares if min(b.width, b.height) >= _SMALL]
    return [icon for part in (small, large) if part for icon in _among_alike(raw, page, part)]


def _among_alike(raw: Any, page: Page, squares: list[Box]) -> list[_Icon]:
    smallest = min(min(b.width, b.height) for b in squares)
    scale = min(max(_PIXELS / smallest, _LEAST_DPI / 72), _MOST_DPI / 72)
    around = squares[0]
    for box in squares[1:]:
        around = around.around(box)
    picture = _rendered(raw, page, around, scale)
    found = []
    for box in squares:
        part = _cut(picture, box, around, scale)
        icon = _recognised(part, box) if min(part.shape[:2]) >= 8 else None
        # a scrap of a map or of a letter is soon like something: Orano's report of 2018 had two such
        if icon and (icon.score >= _TURNED or min(box.width, box.height) >= _TINY):
            found.append(icon)
    return found


def _cut(picture: Picture, box: Box, around: Box, scale: float) -> Picture:
    left, top = (box.left - around.left) * scale, (box.top - around.top) * scale
    right, bottom = (box.right - around.left) * scale, (box.bottom - around.top) * scale
    return picture[max(round(top), 0) : round(bottom), max(round(left), 0) : round(right)]


def _recognised(picture: Picture, box: Box, *, is_part: bool = False) -> _Icon | None:
    """Return the icon that a picture is, upright, round, or turned; None where it is none.

    `is_part`: a square that was found inside of a picture. Photographs have many of these (the doors of a lorry looked
    like goal 15): one in no goal's colour must be plainer.
    """
    step = max(1, min(picture.shape[:2]) // _MOST_SIDE)
    picture = _trimmed(picture[::step, ::step])
    if min(picture.shape[:2]) < 8 or float(picture.std()) < 8:
        return None
    ground = ground_of(picture)
    mask = mask_of(picture)
    if mask is None or not 0.04 < float((mask > 0.5).mean()) < 0.65:
        return None
    like = likeness(mask, ground)
    distances = colour_distances(ground)
    if is_part and like.score < _PART and float(distances[like.sdg_id - 1]) > _COLOUR:
        return None
    if _is_icon(like):
        return _Icon(like.sdg_id, box, like.score)
    is_grey = float(np.ptp(ground)) < 30
    # white on a company's own colour: then the number must be plain
    is_own = float(distances.min()) > 16 and not is_grey
    if is_own and like.number < 0.75:
        return None
    return _looked_at_again(picture, mask, ground, None if is_grey or is_own else distances < 22, like, box)


def _looked_at_again(
    picture: Picture, mask: Floats, ground: NDArray[Any], within: NDArray[Any] | None, first: Likeness, box: Box
) -> _Icon | None:
    """Return the icon that a picture is moved, smaller, round or turned; its ground is a goal's colour, or grey."""
    if first.number > 0.45:
        # a title of three lines moves the pictogram down and makes it smaller
        for size in (1.0, 0.86, 1.14):
            like = likeness(mask, ground, size=size, reach=5, within=within)
            if like.score >= _SURE + 0.15 and min(like.number, like.pictogram) > 0.45 and like.lead >= _LEAD:
                return _Icon(like.sdg_id, box, like.score - 0.1)
    if float(((mask > 0.25) & (mask < 0.75)).mean()) > _TONES:
        # an icon has two tones, a photograph many
        return None
    for turned in _variants(picture, mask, ground):
        like = likeness(turned, ground, within=within)
        if like.score >= _TURNED and min(like.number, like.pictogram) > 0.4 and like.lead >= 2 * _LEAD:
            return _Icon(like.sdg_id, box, like.score - 0.2)
    return None


def _is_icon(like: Likeness) -> bool:
    if like.number < 0.2 or like.pictogram < 0.3 or like.lead < _LEAD:
        return False
    return like.score >= _SURE or (like.score >= _LIKELY and like.colour < _COLOUR)


def _trimmed(picture: Picture) -> Picture:
    """Return a picture without a white margin."""
    inked = (picture < 225).any(axis=2)
    if not inked.any():
        return picture
    ys, xs = np.flatnonzero(inked.mean(axis=1) > 0.3), np.flatnonzero(inked.mean(axis=0) > 0.3)
    if len(ys) < 8 or len(xs) < 8:
        return picture
    cut = picture[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
    height, width = cut.shape[:2]
    return cut if abs(height - width) < 0.12 * max(height, width) and height > 0.5 * picture.shape[0] else picture


def _variants(picture: Picture, mask: Floats, ground: NDArray[Any]) -> Iterator[Floats]:
    """Yield the masks that a picture would have inside of a circle, after a slight turn, and after a quarter one."""
    side = min(picture.shape[:2])
    corners = picture[[1, 1, -2, -2], [1, -2, 1, -2]].astype(float)
    if np.abs(corners - ground).max(axis=1).min() > 40:
        # one number a pixel is turned and cut, not three
        white = whiteness(picture.astype(np.float32), ground)
        for share in (0.72, 0.8, 0.88):
            inset = round(side * (1 - share) / 2)
            yield mask_of_whiteness(white[inset : side - inset, inset : side - inset])
        for angle in (-12, -8, -4, 4, 8, 12):
            turned = ndimage.rotate(white, angle, reshape=False, order=1, mode="nearest")
            share = 1 / (np.cos(np.radians(abs(angle))) + np.sin(np.radians(abs(angle))))
            inset = round(side * (1 - share) / 2)
            yield mask_of_whiteness(turned[inset : side - inset, inset : side - inset])
    for quarters in (1, 2, 3):
        yield np.rot90(mask, quarters)


def _inside(raw: Any, page: Page, box: Box) -> list[_Icon]:
    """Return the icons in a flattened picture: squares of one of the goals' colours, or of anything that is not white."""
    scale = min(max(400 / max(box.width, box.height), 110 / 72), 200 / 72)
    picture = _rendered(raw, page, box, scale)
    if float(picture[::4, ::4].std()) < 8:
        return []
    if max(box.width, box.height) <= _WIDE:
        return _searched(picture, box, scale, 1)
    found = _searched(picture, box, scale, 2)
    # where one is, the pixels between may hold others
    return _searched(picture, box, scale, 1) if found else []


def _searched(picture: Picture, box: Box, scale: float, step: int) -> list[_Icon]:
    """Return the icons among the squares of each `step`th pixel of a picture."""
    found: list[_Icon] = []
    done = set[tuple[int, ...]]()
    for left, top, right, bottom in _squares(picture[::step, ::step], scale / step):
        left, top, right, bottom = left * step, top * step, right * step, bottom * step
        place = Box(box.left + left / scale, box.top + top / scale, box.left + right / scale, box.top + bottom / scale)
        if _key(place) in done or any(_overlap(place, i.box) > 0.6 for i in found):
            continue
        done.add(_key(place))
        icon = _recognised(picture[top:bottom, left:right], place, is_part=True)
        if icon:
            found.append(icon)
    return found


def _squares(picture: Picture, scale: float) -> Iterator[tuple[int, int, int, int]]:
    """Yield the squares of a picture: connected pixels of one colour of a goal, of like colours, of any colour."""
    least = _SMALLEST * scale
    classes: NDArray[np.uint8] = _classes()[picture[:, :, 0] >> 3, picture[:, :, 1] >> 3, picture[:, :, 2] >> 3]
    if np.count_nonzero(classes) > 0.5 * least * least:
        yield from _boxes(classes, least)
        alike: NDArray[np.uint8] = np.take(_LIKE, classes)
        yield from _boxes(alike, least)
    darkest = np.minimum(np.minimum(picture[:, :, 0], picture[:, :, 1]), picture[:, :, 2])
    inked: NDArray[np.uint8] = (darkest < 215).astype(np.uint8)
    # a photograph has no white that would part squares
    if float(inked.mean()) < _PHOTOGRAPH:
        yield from _boxes(inked, least)


def _boxes(classes: NDArray[np.uint8], least: float) -> Iterator[tuple[int, int, int, int]]:
    """Yield the boxes, near to squares, of connected pixels of one class.

    A pixel counts where it is of the class of its left and its upper neighbour: then those of two classes never touch.
    """
    inner = classes > 0
    inner[1:] &= classes[1:] == classes[:-1]
    inner[:, 1:] &= classes[:, 1:] == classes[:, :-1]
    labels, _ = ndimage.label(inner)
    sizes = np.bincount(labels.ravel())
    # an icon's ground fills a third of its square at least
    large = np.flatnonzero(sizes > 0.33 * least * least)
    large = large[large > 0][:200]
    if not len(large):
        return
    names = np.zeros(len(sizes), dtype=np.int32)
    names[large] = np.arange(1, len(large) + 1)
    for k, part in enumerate(ndimage.find_objects(names[labels])):
        height, width = part[0].stop - part[0].start, part[1].stop - part[1].start
        is_square = min(height, width) >= least and abs(height - width) < 0.15 * max(height, width)
        if is_square and max(height, width) < _LARGEST * 3 and sizes[large[k]] > 0.33 * height * width:
            yield max(part[1].start - 1, 0), max(part[0].start - 1, 0), part[1].stop, part[0].stop


# goals whose grounds a compressed picture mixes up, as one class: reds, yellows, greens, blues
_LIKE = np.array([0, 1, 2, 3, 1, 1, 4, 5, 6, 5, 6, 5, 2, 7, 4, 3, 8, 8], dtype=np.uint8)


@cache
def _classes() -> NDArray[np.uint8]:
    """Return the goal whose colour is nearest to each colour of 5 bits a channel; 0 where none is near."""
    steps = np.arange(32) * 8.0 + 4
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    points, known = lab(grid), lab(palettes().reshape(-1, 3))
    squared = (points**2).sum(axis=1)[:, None] + (known**2).sum(axis=1)[None] - 2 * points @ known.T
    distances = np.nanmin(squared.reshape(len(grid), 3, 17), axis=1)
    near = np.where(distances.min(axis=1) < 20**2, distances.argmin(axis=1) + 1, 0).astype(np.uint8)
    return near.reshape(32, 32, 32)


def _apart(found: list[_Icon]) -> list[_Icon]:
    """Return the likeliest of icons at one place."""
    kept: list[_Icon] = []
    for icon in sorted(found, key=lambda i: -i.score):
        if all(_overlap(icon.box, other.box) < 0.3 for other in kept):
            kept.append(icon)
    return kept


def _overlap(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / max(min(one.width * one.height, other.width * other.height), 1e-6)


def _is_wheel(page: Page) -> bool:
    """Return whether a page draws the wheel: pieces in most of the goals' colours around one middle."""
    pieces = [s for s in page.shapes if s.kind == "path" and s.fill and 3 < max(s.box.width, s.box.height) < 120]
    if not BANNER <= len(pieces) <= 600:
        return False
    held: dict[int, Box] = {}
    for shape in pieces:
        distances = colour_distances(np.array(shape.fill))
        if float(distances.min()) < 4:
            held.setdefault(int(distances.argmin()) + 1, shape.box)
    if len(held) < BANNER:
        return False
    around = next(iter(held.values()))
    for box in held.values():
        around = around.around(box)
    return around.width < 300 and 0.8 < around.width / max(around.height, 1) < 1.25
