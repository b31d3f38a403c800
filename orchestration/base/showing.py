"""Texts that come from files (names, headers, values, folders) as people are shown them: data, and nothing but data.

One function a kind of output: `visible` for a terminal, a log and plain text, `markdown` for receipts and Dagster's
metadata, `code` for a name that stands apart in Markdown, `in_json` for JSON, `neutral` for a cell of a CSV file (`restored` has it back).
HTML is the templates' (autoescape), SQL is `files.quoted`. Add a kind here when a new output takes texts.
"""

from __future__ import annotations

import os
import re

# C0 without tab and line feed, DEL, C1; marks that turn the direction of a line; lone surrogates of undecodable names
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# links and images need a bracket, a table a bar; a backslash before one would take ours away
_LIVE = re.compile(r"(\\*)([\[\]|])")
# what begins a heading, a quotation, a list, a fence or a rule where a line begins
_OPENING = re.compile(r"(?:#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|`{3}|~{3}|([-*_=])\1\1)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
# what a spreadsheet takes for a formula (OWASP, CSV Injection), behind any number of apostrophes; the last four are the wide
# forms of East Asian keyboards, which spreadsheets read alike
TRIGGERS = "=+-@\t\r\n＝＋－＠"
SIGN = "'"
_RISKY = re.compile(f"{SIGN}*[{re.escape(TRIGGERS)}]")
_NEUTRAL = re.compile(f"{SIGN}+[{re.escape(TRIGGERS)}]")
_PLAIN_CODE = re.compile(r"[^`\\<>\[\]|\n]+")


def legible(name: str) -> str:
    """Return a file's name as text: bytes that are no UTF-8 are read as Latin-1, which shares of before wrote names in.

    Left as they are (`os.fsdecode`), they can be written into no receipt, no register and no event.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("latin-1")
    return name


def visible(text: str) -> str:
    r"""Return `text` with a sign in the place of whatever a terminal would act on: `\\x1b[31m` reads `␛[31m`."""
    return _HIDDEN.sub(_sign, text)


def in_json(document: str) -> str:
    """Return a JSON document with the same signs as escapes: JSON writes only some of them so by itself."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def markdown(text: str) -> str:
    """Return a text that stands in one line of Markdown as it is: no HTML, link, image, heading, list or second cell."""
    # not str.split(): the narrow space of « 1 234 » is white space to it
    line = re.sub(r"[ \t\r\n\x0b\x0c\x85\u2028\u2029]+", " ", visible(re.sub(r"[\r\x0b\x0c\x85]", "\n", text))).strip(
        " "
    )
    line = _LIVE.sub(r"\1\1\\\2", line).replace("<", "&lt;")
    if _OPENING.match(line):
        return f"\\{line}"
    return _NUMBERED.sub(r"\1\\\2", line, count=1) if _NUMBERED.match(line) else line


def code(text: str) -> str:
    """Return a name in back quotes; one that holds signs of Markdown without them, so that each can be disarmed."""
    line = visible(text)
    return f"`{line}`" if _PLAIN_CODE.fullmatch(line) and line == line.strip() else markdown(text)


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one more apostrophe in front of those that it would."""
    return SIGN + text if _RISKY.match(text) else text


def restored(text: str) -> str:
    """Return the text that `neutral` was given."""
    return text[1:] if _NEUTRAL.match(text) else text


def _sign(found: re.Match[str]) -> str:
    number = ord(found[0])
    return chr(0x2400 + number) if number < 0x20 else "␡" if number == 0x7F else "\N{REPLACEMENT CHARACTER}"
