"""What messages say, for tests: the rooms hand out codes, people read sentences.

Holds the shortest way from a message to its words, and the form in which a test expects a refusal that says
something. What a sentence looks like is tested here and in `receipts`; what a room decides, by its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.receipts.sentences import text


def fr(message: Message) -> str:
    """Return what the message says in French."""
    return text(message, "fr")


def en(message: Message) -> str:
    """Return what the message says in English."""
    return text(message, "en")


@contextmanager
def refuses(match: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Expect a refusal whose reason says (in English) what the pattern `match` finds."""
    with pytest.raises(Refusal) as caught:
        yield caught
    said = en(caught.value.reason)
    assert re.search(match, said), f"{match!r} is not in {said!r}"
