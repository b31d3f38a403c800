"""Characters and shapes of a page, as pdfium places them: runs of text with their boxes, rules, images.

The only module that asks pdfium for positions. What runs mean (lines, columns, tables) belongs to `layout`.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from orchestration.filings.evidence import Box

# pdfium stands in for a hyphen at a line's end with U+FFFE
_HYPHENS = {0xFFFE: "-", 0x02: "-", 0x2011: "-", 0x2010: "-", 0xAD: ""}
_BLANK = {0x20, 0x09, 0x0A, 0x0D, 0xA0, 0x202F, 0x2007, 0x2009, 0x200A, 0x2002, 0x2003, 0x2008, 0x3000, 0x0}
# a page of so many characters is no page that people read
MAX_CHARACTERS = 60_000
MAX_SHAPES = 20_000
_DEPTH = 3


@dataclass(slots=True)
class Run:
    """Characters that touch each other: a word, or a part of one. `is_spaced`: a blank stands before it in the content."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    is_spaced: bool = False

    @property
    def height(self) -> float:
        """Height of the font's line in points."""
        return self.bottom - self.top

    @property
    def box(self) -> Box:
        """Its box."""
        return Box(self.left, self.top, self.right, self.bottom)


@dataclass(slots=True)
class Shape:
    """An image or a path. `fill`: red, green, blue of a path that is filled."""

    kind: str
    box: Box
    fill: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Frame:
    """How the coordinates of a page's content become points from the top left corner of what is shown."""

    left: float
    bottom: float
    width: float
    height: float
    rotation: int

    def place(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a box of the content as it is shown."""
        x0, x1, y0, y1 = left - self.left, right - self.left, bottom - self.bottom, top - self.bottom
        if self.rotation == 90:
            return Box(y0, x0, y1, x1)
        if self.rotation == 180:
            return Box(self.width - x1, y0, self.width - x0, y1)
        if self.rotation == 270:
            return Box(self.width - y1, self.height - x1, self.width - y0, self.height - x0)
        return Box(x0, self.height - y1, x1, self.height - y0)


def frame_of(page: Any) -> Frame:
    """Return how a page of pypdfium2 is shown."""
    width, height = page.get_size()
    left, bottom, _, _ = page.get_cropbox()
    return Frame(left, bottom, width, height, page.get_rotation())


def runs_of(page: Any, frame: Frame) -> list[Run]:
    """Return the runs of a page in the order of its content."""
    text = page.get_textpage()
    try:
        return _runs(text.raw, frame)
    finally:
        text.close()


_POINTS = ".,"


def _is_flat(run: Run, top: float, bottom: float) -> bool:
    """Return whether a point's box is as low as the point itself, and on the line of the run before it."""
    height = run.bottom - run.top
    return bottom - top < 0.25 * height and run.top < top and bottom < run.bottom + 0.2 * height


def _runs(raw: Any, frame: Frame) -> list[Run]:
    count = min(pdfium.FPDFText_CountChars(raw), MAX_CHARACTERS)
    box, found = pdfium.FS_RECTF(), list[Run]()
    at = ctypes.byref(box)
    char, place, upright = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox, frame.rotation == 0
    x, y = frame.left, frame.bottom + frame.height
    run: Run | None = None
    is_spaced = False
    for i in range(count):
        code = char(raw, i)
        if code in _BLANK:
            run, is_spaced = None, True
            continue
        if not place(raw, i, at) or box.right <= box.left:
            continue
        left, right = box.left, box.right
        letter = _HYPHENS[code] if code in _HYPHENS else chr(code)
        if not letter:
            continue
        if upright:
            left, right, top, bottom = left - x, right - x, y - box.top, y - box.bottom
        else:
            left, top, right, bottom = frame.place(left, box.bottom, right, box.top)
        if run is not None:
            # a character goes on with a run when it is on its line, of its size, right after it
            height = run.bottom - run.top
            gap = left - run.right
            if (
                -0.5 * height < gap < 0.18 * height
                and -0.2 * height < bottom - run.bottom < 0.2 * height
                and 0.7 * height < bottom - top < 1.4 * height
            ):
                run.text += letter
                if right > run.right:
                    run.right = right
                if top < run.top:
                    run.top = top
                if bottom > run.bottom:
                    run.bottom = bottom
                is_spaced = False
                continue
            if letter in _POINTS and -0.5 * height < gap < 0.18 * height and _is_flat(run, top, bottom):
                # in a font whose boxes are as low as their letters: « 13.6 % » is one word
                run.text += letter
                run.right = max(run.right, right)
                continue
        run = Run(letter, left, top, right, bottom, is_spaced)
        found.append(run)
        is_spaced = False
    # half of a spread may lie outside of the page that is cut from it
    return [r for r in found if r.right > 0 and r.left < frame.width and r.bottom > 0 and r.top < frame.height]


def shapes_of(page: Any, frame: Frame) -> list[Shape]:
    """Return the images and paths of a page, those inside of form objects included."""
    found: list[Shape] = []
    raw = page.raw
    _collect(
        [pdfium.FPDFPage_GetObject(raw, i) for i in range(min(pdfium.FPDFPage_CountObjects(raw), MAX_SHAPES))],
        frame,
        (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        found,
        0,
    )
    return found


_Matrix = tuple[float, float, float, float, float, float]


def _collect(objects: list[Any], frame: Frame, matrix: _Matrix, found: list[Shape], depth: int) -> None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    at = [ctypes.byref(v) for v in (left, bottom, right, top)]
    for item in objects:
        if len(found) >= MAX_SHAPES:
            return
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
            count = min(pdfium.FPDFFormObj_CountObjects(item), MAX_SHAPES)
            inner = [pdfium.FPDFFormObj_GetObject(item, i) for i in range(count)]
            _collect(inner, frame, _times(_matrix(item), matrix), found, depth + 1)
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH) and pdfium.FPDFPageObj_GetBounds(item, *at):
            corners = _moved(matrix, left.value, bottom.value, right.value, top.value)
            image = kind == pdfium.FPDF_PAGEOBJ_IMAGE
            found.append(Shape("image" if image else "path", frame.place(*corners), None if image else _fill(item)))


def _matrix(item: Any) -> _Matrix:
    held = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, ctypes.byref(held)):
        return (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return (held.a, held.b, held.c, held.d, held.e, held.f)


def _times(m: _Matrix, n: _Matrix) -> _Matrix:
    a, b, c, d, e, f = m
    p, q, r, s, t, u = n
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _moved(m: _Matrix, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    a, b, c, d, e, f = m
    points = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _fill(item: Any) -> tuple[int, int, int] | None:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, ctypes.byref(mode), ctypes.byref(stroke))
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if mode.value == 0 or not pdfium.FPDFPageObj_GetFillColor(
        item, ctypes.byref(red), ctypes.byref(green), ctypes.byref(blue), ctypes.byref(alpha)
    ):
        return None
    return red.value, green.value, blue.value
