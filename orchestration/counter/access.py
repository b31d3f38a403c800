"""Who asks, and may they: roles, sessions, tokens, how often. For which names and by which ways belongs to `web.guard`.

On this machine alone (the default) whoever reaches the page has the account's files before them anyway: they are the
engineer, under the account's name. Behind a web server that knows people (OIDC, a directory) that server says who asks, in
two headers, and proves by a secret that it is the server; without the secret nothing is answered at all. Roles build on each
other: a reader looks, the team refreshes, drops and goes back, an engineer closes requests and takes from any folder.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Literal, get_args

from starlette.requests import HTTPConnection

from orchestration.base.acts import account
from orchestration.base.messages import Language, Message, Refusal, say
from orchestration.base.settings import Settings
from orchestration.web.guard import LOOPBACK

Role = Literal["reader", "team", "engineer"]
ROLES: tuple[Role, ...] = get_args(Role)
SECRET_HEADER = "X-Observatory-Secret"  # noqa: S105  - its name
COOKIE = "observatory_counter"
# long enough that nobody guesses it, and not a word
MIN_SECRET = 24
_KEY = Path("counter") / "key"
_SESSION = re.compile(r"([0-9a-f]{32})\.(fr|en)\.([0-9a-f]{64})")
_NAME = 100
# of one person: requests that change something, and all of them
_CHANGES, _LOOKS, _SECONDS = 40, 600, 60.0
_PEOPLE = 1000


@dataclass(frozen=True)
class Person:
    """Who asks, and as what."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Return whether they may do what needs `role`."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True)
class Session:
    """One browser: its name, and the language that it chose. Kept in its cookie, signed; nothing stands on the server."""

    name: str
    language: Language


class Access:
    """The doors of one counter."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secret = settings.counter_secret.get_secret_value()
        self._groups = _groups(settings.counter_roles)
        self._key = _key(settings.home)
        self._rates: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    @property
    def is_behind_a_server(self) -> bool:
        """Return whether a web server in front says who asks."""
        return bool(self._secret)

    def person(self, asked: HTTPConnection) -> Person | None:
        """Return who asks; None where nobody says so who may."""
        if not self.is_behind_a_server:
            return Person(account(), "engineer")
        if not hmac.compare_digest(_only(asked, SECRET_HEADER).encode(), self._secret.encode()):
            return None
        name = _printable(_only(asked, self._settings.counter_user_header))
        said = _only(asked, self._settings.counter_roles_header)
        if not name:
            return None
        held = {part.strip().casefold() for part in re.split(r"[,;|]", said)}
        role = next((r for r in reversed(ROLES) if self._groups[r] & held), None)
        return Person(name, role) if role else None

    # sessions -------------------------------------------------------------------------------------

    def session(self, asked: HTTPConnection) -> tuple[Session, bool]:
        """Return the session of a browser and whether it is new; what is not signed by us is no session."""
        found = _SESSION.fullmatch(asked.cookies.get(COOKIE, ""))
        if found and hmac.compare_digest(found[3], self._sign(f"session {found[1]} {found[2]}")):
            return Session(found[1], "en" if found[2] == "en" else "fr"), False
        return Session(secrets.token_hex(16), self._settings.language), True

    def cookie(self, session: Session) -> str:
        """Return the value of the cookie that keeps a session."""
        signed = self._sign(f"session {session.name} {session.language}")
        return f"{session.name}.{session.language}.{signed}"

    def token(self, session: Session, person: Person) -> str:
        """Return what every form of this browser and person holds, and no page of anybody else knows."""
        return self._sign(f"form {session.name} {person.name}")

    def is_token(self, given: str, session: Session, person: Person) -> bool:
        """Return whether a form came from a page of ours."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token(session, person).encode())

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()

    # how often ------------------------------------------------------------------------------------

    def is_too_often(self, person: Person, *, changes: bool, now: float | None = None) -> bool:
        """Note a request and return whether this person asks more often than anybody at a screen does."""
        moment = monotonic() if now is None else now
        key, most = (person.name, "changes" if changes else "looks"), _CHANGES if changes else _LOOKS
        recent = [t for t in self._rates.pop(key, []) if moment - t < _SECONDS]
        recent.append(moment)
        self._rates[key] = recent[-most - 1 :]
        while len(self._rates) > _PEOPLE:
            self._rates.popitem(last=False)
        return len(recent) > most


def refuse_open_door(settings: Settings, host: str) -> None:
    """Raise Refusal where the page would be open to a network without anybody who says who asks."""
    secret = settings.counter_secret.get_secret_value()
    if secret and len(secret) < MIN_SECRET:
        raise Refusal(say("counter.secret_short", least=MIN_SECRET), say("counter.make_a_secret"), kind="usage")
    if secret and not any(_groups(settings.counter_roles).values()):
        raise Refusal(say("counter.no_roles"), say("counter.name_roles"), kind="usage")
    if not secret and host not in LOOPBACK:
        raise Refusal(say("counter.open_door", host=host), say("counter.close_door"), kind="usage")


def role_word(role: Role) -> Message:
    """Return a role in words."""
    return {
        "reader": say("counter.role_reader"),
        "team": say("counter.role_team"),
        "engineer": say("counter.role_engineer"),
    }[role]


def _groups(text: str) -> dict[Role, set[str]]:
    """Return which groups have which role: `team=rse,team=com,engineer=donnees`."""
    found: dict[Role, set[str]] = {role: set() for role in ROLES}
    for part in re.split(r"[,;\s]+", text.strip()):
        role, _, group = part.partition("=")
        for known in ROLES:
            if role == known and group:
                found[known].add(group.casefold())
    return found


def _only(asked: HTTPConnection, header: str) -> str:
    """Return the value of a header; nothing where it stands twice, for nobody knows which one the server wrote."""
    values = asked.headers.getlist(header)
    return values[0] if len(values) == 1 else ""


def _printable(name: str) -> str:
    # a header is Latin-1 by the letter of HTTP, UTF-8 by the habit of web servers
    with suppress(UnicodeError):
        name = name.encode("latin-1").decode("utf-8")
    return "".join(c for c in name if c.isprintable()).strip()[:_NAME]


def _key(home: Path) -> bytes:
    """Return the key that signs for this home; made once, readable by the account alone."""
    path = home / _KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as stream:
        stream.write(made := secrets.token_bytes(32))
    return made
