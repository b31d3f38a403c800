"""The log tells in words what the rooms tell in codes."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from orchestration.base.messages import Message, say
from orchestration.receipts.logs import speak

log = logging.getLogger("observatory")
TOLD = say("landing.kept", vintage="2023")


@pytest.fixture(autouse=True)
def silence_again() -> Iterator[None]:
    before = list(log.filters)
    yield
    log.filters[:] = before


def test_messages_are_spelt_in_the_language_of_the_settings(caplog: pytest.LogCaptureFixture) -> None:
    speak("fr")
    log.warning("%s: %s", "insee_neet", TOLD)
    speak("en")
    log.warning(TOLD)
    log.warning(Message.of(fr="x", en="90 % of the rows"))
    log.warning("%(told)s", {"told": "a"})
    assert [r.getMessage() for r in caplog.records] == [
        "insee_neet: le dernier bon millésime (2023) reste",
        "the last good vintage (2023) stays",
        "90 % of the rows",
        "a",
    ]
