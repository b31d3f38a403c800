"""How reading says no: the advice that comes back in several modules, and the small helpers around it.

Add an advice here when two modules give the same. The reasons themselves are written where the fact
is found.
"""

from __future__ import annotations

import html
import json
import re

from orchestration.base.messages import Message, Refusal

AGAIN = Message(
    fr="Téléchargez de nouveau le fichier depuis la page du producteur, ouvrez-le pour vérifier qu'il est "
    "complet, puis déposez-le à la place de celui-ci.",
    en="Download the file again from the publisher's page, open it to check that it is complete, then put "
    "it in the place of this one.",
)
CORRECT_LINE = Message(
    fr="Téléchargez de nouveau le fichier ; si le défaut demeure, signalez ces lignes au producteur, ou "
    "corrigez-les dans un éditeur de texte, puis déposez de nouveau le fichier.",
    en="Download the file again; if the fault remains, report these lines to the publisher, or correct "
    "them in a text editor, then hand the file in again.",
)
SAVE_AS_UTF8 = Message(
    fr="Demandez le fichier d'origine au producteur, ou ouvrez-le dans un tableur en choisissant le bon "
    "jeu de caractères, enregistrez-le au format « CSV UTF-8 », puis déposez-le de nouveau.",
    en="Ask the publisher for the original file, or open it in a spreadsheet with the right character "
    "set, save it as 'CSV UTF-8', then hand it in again.",
)
NO_PASSWORD = Message(
    fr="Enregistrez le fichier sans mot de passe, ou demandez au producteur une version non protégée, "
    "puis déposez-le de nouveau.",
    en="Save the file without a password, or ask the publisher for an unprotected version, then hand it in again.",
)
RIGHT_FILE = Message(
    fr="Vérifiez que ce fichier est bien celui de cette source. Si le producteur a changé ses en-têtes, "
    "ajoutez les nouveaux au fichier columns.csv de la source.",
    en="Check that this is the right file for this source. If the publisher has changed the headers, add "
    "the new ones to the source's columns.csv.",
)
ASK_SUPPORT = Message(
    fr="Vérifiez que ce fichier est bien celui de cette source ; s'il l'est, transmettez-le à l'équipe qui "
    "entretient l'observatoire.",
    en="Check that this is the right file for this source; if it is, pass it to the team that maintains "
    "the observatory.",
)


def refusal(fr: str, en: str, action: Message = AGAIN) -> Refusal:
    """Return a Refusal with the reason in both languages and the advice `action`."""
    return Refusal(Message(fr=fr, en=en), action)


def short(text: str, length: int = 120) -> str:
    """Return `text` on one line, cut at `length` characters, for quoting in a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def listed(items: list[str], shown: int = 3) -> str:
    """Return the first `shown` items separated by commas, and an ellipsis when there are more."""
    return ", ".join(items[:shown]) + (", …" if len(items) > shown else "")


def html_message(text: str) -> str:
    """Return what an HTML or XML page says of itself: its title, else its heading, else its first words."""
    for tag in ("title", "h1", "h2"):
        found = re.search(rf"<{tag}\b[^>]*>(.*?)</{tag}>", text, re.IGNORECASE | re.DOTALL)
        if found and found.group(1).strip():
            return short(html.unescape(re.sub(r"<[^>]+>", " ", found.group(1))))
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.IGNORECASE | re.DOTALL)
    return short(html.unescape(re.sub(r"<[^>]*>", " ", bare)))


_ERROR_KEYS = ("error", "errors", "erreur", "erreurs", "fault", "exception")
_TEXT_KEYS = ("message", "detail", "title", "error_description", "description", "titre")


def json_error(value: object) -> str | None:
    """Return the message of a JSON error body, or None when the value is no error body.

    INSEE's Melodi API sends such bodies with status 200. `{"error": null, "data": […]}` is none.
    """
    if not isinstance(value, dict):
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
        said = json_error(named) or next((v for v in named.values() if isinstance(v, str)), None)
    if said is None and isinstance(named, list):
        said = next((json_error(v) if isinstance(v, dict) else str(v) for v in named if v), None)
    if said is None and isinstance(named, str):
        said = named
    return short(said if said else json.dumps(value, ensure_ascii=False))
