"""What the routes and the pages hand to each other: who asks for what, and what a page holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from orchestration.base.messages import Message
from orchestration.base.settings import Settings
from orchestration.counter.access import Access, Person, Session
from orchestration.counter.jobs import Jobs
from orchestration.receipts.sentences import text


@dataclass
class Asked:
    """One request of one person. `form`: the fields of a form, token aside."""

    request: Request
    settings: Settings
    access: Access
    jobs: Jobs
    person: Person
    session: Session
    form: dict[str, list[str]]

    @property
    def token(self) -> str:
        """Return what the forms of this person's pages hold."""
        return self.access.token(self.session, self.person)

    def field(self, name: str, most: int = 500) -> str:
        """Return a field of the form as one line of printable text, cut where it is longer than anybody writes."""
        given = next(iter(self.form.get(name, [])), "")
        # it will stand in a journal that is read at a prompt too
        return "".join(c if c.isprintable() else " " for c in given).strip()[:most]

    def say(self, message: Message) -> str:
        """Return a message in the language of the browser."""
        return text(message, self.session.language)


@dataclass(frozen=True)
class Page:
    """What a page holds: its template, what fills it, and how it answers."""

    template: str
    context: dict[str, Any]
    status: int = 200


class NotThere(Exception):
    """Nothing of that name is there."""


class Forbidden(Exception):
    """The person's role does not reach so far."""
