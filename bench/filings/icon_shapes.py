"""Write `orchestration/filings/data/icon_shapes.csv`: how the goals' icons look, as numbers, from filings that show them.

    python -m bench.filings.icon_shapes MIRROR

Each line of PICKS is an icon that a person looked at: which filing, which page, which goal, and the middle of the icon
in points from the page's top left corner. Only masks are kept (how white each of 48 × 48 pixels is), never a picture.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pypdfium2

from orchestration.filings.characters import frame_of, shapes_of
from orchestration.filings.notions import DATA
from orchestration.filings.shapes import mask_of

CARREFOUR, CASINO = "dpef_filings/2022/DPEF_Carrefour_2022.pdf", "dpef_filings/2018/casino_2018_dpef.pdf"
# filing, page, goals of that page's square pictures from left to right and from top to bottom; 0: not taken
PICKS = (
    (CARREFOUR, 14, (1, 6, 12, 13, 14, 15)),
    (CARREFOUR, 35, (7, 9, 0, 0)),
    (CARREFOUR, 56, (0, 8, 10, 16, 17)),
    (CARREFOUR, 73, (3, 4, 5, 0, 0, 0)),
    (CASINO, 68, (0, 11, 2, 0, 0, 0, 0, 0, 0, 0)),
)
_SCALE = 300 / 72


def main() -> None:
    """Write the table from the filings of a mirror."""
    mirror = Path(sys.argv[1])
    found: list[tuple[int, str]] = []
    for name, number, goals in PICKS:
        document = pypdfium2.PdfDocument(mirror / name)
        page = document[number - 1]
        squares = _squares(page)
        assert len(squares) == len(goals), (name, number, len(squares))
        picture = page.render(scale=_SCALE).to_numpy()[:, :, 2::-1]
        for goal, (left, top, right, bottom) in zip(goals, squares, strict=True):
            if goal:
                mask = mask_of(
                    picture[round(top * _SCALE) : round(bottom * _SCALE), round(left * _SCALE) : round(right * _SCALE)]
                )
                assert mask is not None
                found.append((goal, "".join(str(int(v)) for v in np.rint(mask * 9).ravel())))
    with (DATA / "icon_shapes.csv").open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("sdg_id", "mask"))
        writer.writerows(sorted(found))


def _squares(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    """Return the coloured squares of a page of the size of icons, row by row."""
    boxes = {
        tuple(round(side, 1) for side in s.box)
        for s in shapes_of(page, frame_of(page))
        if 20 < s.box.width < 60
        and abs(s.box.width - s.box.height) < 0.1 * s.box.width
        and (s.kind == "image" or (s.fill is not None and max(s.fill) - min(s.fill) > 50))
        # chapter tabs stand in the margins
        and 60 < s.box.top < page.get_height() - 60
    }
    return sorted(boxes, key=lambda b: (round(b[1] / 20), b[0]))


if __name__ == "__main__":
    main()
