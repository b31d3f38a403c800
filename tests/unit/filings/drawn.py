"""PDFs drawn by hand for tests: text at places, rules, coloured squares. No library writes them, so that each byte is known."""

from __future__ import annotations

from pathlib import Path


def page(*items: str) -> str:
    """Return the content of a page."""
    return "\n".join(items)


def text(x: float, y: float, words: str, size: float = 9) -> str:
    """Return words at a place; `y` counts from the top of an A4 page."""
    escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /F1 {size} Tf 1 0 0 1 {x} {842 - y} Tm ({escaped}) Tj ET"


def rule(y: float, left: float = 40, right: float = 555) -> str:
    """Return a drawn line."""
    return f"0.5 w {left} {842 - y} m {right} {842 - y} l S"


def square(x: float, y: float, side: float, colour: tuple[float, float, float]) -> str:
    """Return a filled square."""
    return f"{colour[0]} {colour[1]} {colour[2]} rg {x} {842 - y - side} {side} {side} re f 0 0 0 rg"


def write(path: Path, *pages: str) -> Path:
    """Write a PDF of these pages and return its path."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for content in pages:
        data = content.encode("cp1252")
        objects.append(f"<< /Length {len(data)} >>\nstream\n{content}\nendstream")
        stream = len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {stream} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(out)
    return path
