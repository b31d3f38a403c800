"""How reading says no: the advice that comes back in several modules, and the small helpers around it.

Add an advice here when two modules give the same. The reasons themselves are written where the fact
is found.
"""

from __future__ import annotations

import json
import re

from orchestration.base.messages import Message, Refusal, say

AGAIN = say("reading.download_again")
CORRECT_LINE = say("reading.correct_line")
SAVE_AS_UTF8 = say("reading.save_as_utf8")
NO_PASSWORD = say("reading.save_without_password")
RIGHT_FILE = say("reading.check_headers")
ASK_SUPPORT = say("reading.ask_support")


def refusal(reason: Message, action: Message = AGAIN) -> Refusal:
    """Return a Refusal for `reason` with the advice `action`."""
    return Refusal(reason, action)


def short(text: str, length: int = 120) -> str:
    """Return `text` on one line, cut at `length` characters, for quoting in a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def listed(items: list[str], shown: int = 3) -> str:
    """Return the first `shown` items separated by commas, and an ellipsis when there are more."""
    return ", ".join(items[:shown]) + (", …" if len(items) > shown else "")


# signs of a page; what it says of itself stands above
_LOOKED_AT = 200_000


def html_message(text: str) -> str:
    """Return what an HTML or XML page says of itself: its title, else its heading, else its first words."""
    # lxml costs 0.03 s to import
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        page = etree.fromstring(text[:_LOOKED_AT].encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        page = None
    if page is None:
        return short(text[:_LOOKED_AT])
    for tag in ("title", "h1", "h2"):
        found = next(page.iter(tag), None)
        said = short(" ".join(found.itertext())) if found is not None else ""
        if said:
            return said
    etree.strip_elements(page, "script", "style", with_tail=False)
    return short(" ".join(page.itertext()))


_ERROR_KEYS = ("error", "errors", "erreur", "erreurs", "fault", "exception")
_TEXT_KEYS = ("message", "detail", "title", "error_description", "description", "titre")


def json_error(value: object, depth: int = 0) -> str | None:
    """Return the message of a JSON error body, or None when the value is no error body.

    INSEE's Melodi API sends such bodies with status 200. `{"error": null, "data": […]}` is none.
    """
    # an error inside an error inside an error tells nothing more
    if not isinstance(value, dict) or depth > 5:
        return None
    keys = {str(k).lower(): v for k, v in value.items()}
    records = any(
        isinstance(v, list) and any(isinstance(r, (dict, list)) for r in v)
        for k, v in keys.items()
        if k not in _ERROR_KEYS
    )
    if records:
        return None
    status = next((keys[k] for k in ("status", "statuscode", "status_code", "code") if k in keys), None)
    bad_status = isinstance(status, (int, str)) and re.fullmatch(r"[45]\d\d", str(status)) is not None
    named = next((keys[k] for k in _ERROR_KEYS if keys.get(k)), None)
    said = next((keys[k] for k in _TEXT_KEYS if isinstance(keys.get(k), str) and keys[k]), None)
    flat = all(not isinstance(v, (dict, list)) or not v for v in keys.values())
    if named is None and not bad_status and not (said is not None and flat and ("message" in keys or "detail" in keys)):
        return None
    if said is None and isinstance(named, dict):
        said = json_error(named, depth + 1) or next((v for v in named.values() if isinstance(v, str)), None)
    if said is None and isinstance(named, list):
        said = next((json_error(v, depth + 1) if isinstance(v, dict) else str(v) for v in named if v), None)
    if said is None and isinstance(named, str):
        said = named
    return short(said if said else json.dumps(value, ensure_ascii=False))
