"""Messages in the log, in words: the rooms log what they have to tell, here it is spelt in one language.

Holds the filter that the command line and the Dagster layer set up once. A room writes `log.warning("%s", message)`.
"""

from __future__ import annotations

import logging
from pathlib import PurePath

from orchestration.base.messages import Language, Message
from orchestration.base.showing import visible
from orchestration.receipts.sentences import text


class Spelt(logging.Filter):
    """Spells the messages of a record, and names as what a terminal does not act on; lets every record pass."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language = language

    def filter(self, record: logging.LogRecord) -> bool:
        """Spell what the record tells and what fills it."""
        if isinstance(record.msg, Message):
            # a text with a percent sign is no pattern
            record.msg, record.args = "%s", (record.msg,)
        if isinstance(record.args, tuple):
            record.args = tuple(self._spelt(a) for a in record.args)
        return True

    def _spelt(self, value: object) -> object:
        if isinstance(value, Message):
            return text(value, self.language)
        # a vintage, a path, an accident that quotes a name: what stands in a folder's name is written nowhere else
        return visible(str(value)) if isinstance(value, str | PurePath | BaseException) else value


def speak(language: Language) -> None:
    """Let the log of the program speak `language`, whatever it spoke before."""
    logger = logging.getLogger("observatory")
    for spelt in [f for f in logger.filters if isinstance(f, Spelt)]:
        logger.removeFilter(spelt)
    logger.addFilter(Spelt(language))
