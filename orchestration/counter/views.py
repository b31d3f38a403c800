"""How the counter's pages are written: templates, sentences in the language of the browser, links, the files beside them.

The look is that of the public pages: their style sheet is sent as it is, with a few lines of our own behind it. Sentences
stand in `receipts/sentences/counter.yml`. What a page holds belongs to `pages`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestration.base.acts import Act
from orchestration.base.messages import Language, Message, say
from orchestration.base.showing import visible
from orchestration.counter.access import Person, Session, role_word
from orchestration.readers import site
from orchestration.receipts import wording
from orchestration.receipts.acts import told
from orchestration.receipts.labels import labels
from orchestration.receipts.sentences import text
from orchestration.receipts.typography import typeset

_HERE = Path(__file__).parent
_SITE = Path(str(site.__file__)).parent / "templates" / "style.css"
# what a browser may do with our pages: nothing from elsewhere, nothing inline
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# the menu, in its order: page → the least role that sees it
MENU = ("state", "deposit", "refresh", "editions", "tables", "review", "journal")
PATHS = {
    "state": "/",
    "deposit": "/deposit",
    "refresh": "/refresh",
    "editions": "/editions",
    "tables": "/tables",
    "review": "/review",
    "journal": "/journal",
}


class Views:
    """Templates and the files beside them, read once."""

    def __init__(self, contact: str = "") -> None:
        self._contact = contact
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            # an update under a page that runs: its templates are those of the code that fills them
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = _SITE.read_text(encoding="utf-8") + (_HERE / "static" / "counter.css").read_text(encoding="utf-8")
        script = (_HERE / "static" / "counter.js").read_text(encoding="utf-8")
        # the name says the content: a browser keeps it for good, and asks anew after an update
        self.files = {f"style-{_short(style)}.css": style, f"counter-{_short(script)}.js": script}
        self._style, self._script = self.files

    def page(self, template: str, *, session: Session, person: Person, token: str, path: str, **context: Any) -> str:
        """Return a page in the language of the browser."""
        written = self._environment.get_template(f"{template}.html.j2").render(
            {
                "v": Voice(session.language),
                "t": voice(session.language),
                "language": session.language,
                "person": person,
                "role": text(role_word(person.role), session.language),
                "token": token,
                "path": path,
                "menu": MENU,
                "paths": PATHS,
                "style": self._style,
                "script": self._script,
                "template": template,
                "contact": self._contact,
                **context,
            }
        )
        # cells and names stand in it as they are, also with marks that turn a line's direction
        return typeset(visible(written))


class Voice:
    """One language's way to write what a page holds."""

    def __init__(self, language: Language) -> None:
        self.language = language

    @property
    def colon(self) -> str:
        """Return what stands between a name and what is said of it."""
        return " : " if self.language == "fr" else ": "

    def say(self, message: Message | None) -> str:
        """Return a message in words; nothing for None."""
        return text(message, self.language) if message is not None else ""

    def act(self, act: Act) -> str:
        """Return what somebody did, in words."""
        return text(told(act), self.language)

    def number(self, value: float) -> str:
        """Return a number for people."""
        return wording.number(value, self.language)

    def score(self, value: float) -> str:
        """Return a score between 0 and 1, with two decimals."""
        return wording.fixed(value, 2, self.language)

    def day(self, value: date | None) -> str:
        """Return a day, a dash where there is none."""
        return wording.day(value, self.language)

    def moment(self, value: datetime | str | None) -> str:
        """Return a day with its time, a dash where there is none."""
        if value is None:
            return "—"
        return wording.moment(datetime.fromisoformat(value) if isinstance(value, str) else value, self.language)

    def size(self, value: int) -> str:
        """Return a size in megabytes, or kilobytes where it is small."""
        if value >= 100_000:
            return text(say("counter.megabytes", number=round(value / 1e6, 1)), self.language)
        return text(say("counter.kilobytes", number=max(1, round(value / 1000))), self.language)

    def lasting(self, seconds: int) -> str:
        """Return how long something took: seconds up to a minute and a half, then minutes."""
        if seconds <= 90:
            return text(say("counter.seconds", count=seconds), self.language)
        return text(say("counter.minutes", count=round(seconds / 60)), self.language)

    def month(self, value: date) -> str:
        """Return a month: `novembre 2026`."""
        return f"{labels('months')[f'{value.month:02d}'][self.language]} {value.year}"


@lru_cache(maxsize=2)
def voice(language: Language) -> Any:
    """Return what writes a sentence of the catalogue: `t('counter.title')`."""

    def t(code: str, /, **params: Any) -> str:
        return text(say(code, **params), language)

    return t


def _short(content: str) -> str:
    return sha256(content.encode()).hexdigest()[:12]
