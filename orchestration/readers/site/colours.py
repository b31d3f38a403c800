"""The seventeen goals' official colours, with the text colour that passes contrast on each.

Add nothing here but a colour that the United Nations change. The palette of the pages themselves stands in
`templates/style.css`; how contrast is computed is WCAG 2.2's definition, held by the tests on both.
"""

from __future__ import annotations

WHITE, DARK = "#fff", "#111"

# United Nations, "Guidelines for the use of the SDG logo" (2023): hexadecimal values of the colour wheel.
# White text stays below 4.5:1 on ten of them, dark text on the other seven: so the text colour is chosen by table.
GOALS: dict[int, tuple[str, str]] = {
    1: ("#e5243b", WHITE),
    2: ("#dda63a", DARK),
    3: ("#4c9f38", DARK),
    4: ("#c5192d", WHITE),
    5: ("#ff3a21", DARK),
    6: ("#26bde2", DARK),
    7: ("#fcc30b", DARK),
    8: ("#a21942", WHITE),
    9: ("#fd6925", DARK),
    10: ("#dd1367", WHITE),
    11: ("#fd9d24", DARK),
    12: ("#bf8b2e", DARK),
    13: ("#3f7e44", WHITE),
    14: ("#0a97d9", DARK),
    15: ("#56c02b", DARK),
    16: ("#00689d", WHITE),
    17: ("#19486a", WHITE),
}


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rgb` or `#rrggbb`, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
