"""A PDF of pages whose content is given, written without a library: so generators need none.

Add what a generator of filings needs to draw. What stands on the pages belongs to the generators.
"""

from __future__ import annotations

from pathlib import Path

FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
# widths of Helvetica's letters, in thousandths of its size; the others are near 540
_WIDTHS = {
    c: w
    for chars, w in (("ijl'", 222), (" .,;:ft/|!", 278), ("()-r", 333), ("0123456789", 556), ("mM%wW", 840))
    for c in chars
}
_HEIGHT = 842


def text(x: float, y: float, words: str, size: float = 8) -> str:
    """Return words at a place; `y` counts in points from the top of an A4 page."""
    escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F1 {size} Tf 1 0 0 1 {x:.1f} {_HEIGHT - y:.1f} Tm ({escaped}) Tj ET"


def width(words: str, size: float) -> float:
    """Return how wide words are, in points, to a few per cent."""
    return size * sum(_WIDTHS.get(c, 680 if c.isupper() else 540) for c in words) / 1000


def write(path: Path, contents: list[str]) -> Path:
    """Write a PDF with a page for each content and return its path; a letter that WinAnsi lacks becomes a question mark."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", FONT]
    kids = []
    for content in contents:
        objects.append(f"<< /Length {len(_bytes(content))} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 {_HEIGHT}] /Contents {len(objects)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(contents)} >>"
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += _bytes(f"{number} 0 obj\n{body}\nendobj\n")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(out)
    return path


def _bytes(content: str) -> bytes:
    return content.encode("cp1252", errors="replace")
