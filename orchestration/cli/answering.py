"""How every command answers: sentences, JSON, exit codes, and words for what cannot be done or went wrong.

Standard output is the answer's, everything else goes to standard error. Add an error here once a command can meet it:
`_told` is the one place that knows which exit code it has. What a receipt says belongs to `receipts`.

Imports inside functions: `rich` costs 0.04 s, the rooms whose errors are told here 0.3 s to import; a command that
answers as it should needs at most one of them.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from orchestration.base.errors import HomeBusy, UsageError
from orchestration.base.messages import Language, Message, say
from orchestration.base.showing import in_json, visible
from orchestration.cli.prompt import WRONG_USAGE, language, output_is_closed

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.base.settings import Settings
    from orchestration.catalog import CatalogueError

SILENT, REFUSED, BLOCKED, BUSY = 1, 3, 4, 5
# of a table that is read in a file or another program; the receipt's too
WIDE = 140


def tell(settings: Settings, message: Message) -> None:
    """Print a sentence in the language of the settings."""
    show(spelt(message, settings.language))


def spelt(message: Message, language: Language) -> str:
    """Return what a message says."""
    # with what reads the catalogues: 0.02 s, which `--help` need not pay
    from orchestration.receipts.sentences import text

    return text(message, language)


def show(text: str) -> None:
    """Print a line as it is: one to paste, or a path, that is cut in two is of no use."""
    console().print(visible(text), markup=False, soft_wrap=True)


def show_json(value: Any) -> None:
    """Print the one JSON object of a command."""
    # what an output cannot take is written as an escape, which JSON knows
    is_plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    document = json.dumps(value, ensure_ascii=is_plain, default=str)
    print(in_json(document))


def console() -> Console:
    """Return what prints tables. A pipe has no width: 80 columns would cut titles and commands in two."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def is_terminal() -> bool:
    """Return whether somebody can answer a question."""
    return sys.stdin.isatty()


def log_to_standard_error() -> None:
    """Let what the rooms log be read on standard error, and nowhere else."""
    # with the catalogues of sentences and Babel behind it: 0.1 s, which a command that answers at once does not pay
    from orchestration.receipts.logs import speak

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("observatory")
    logger.handlers[:] = [handler]
    speak(language())
    logger.setLevel(logging.INFO)
    logger.propagate = False


def stop(
    code: int, reason: Message, action: Message | None, as_json: bool, settings: Settings | None = None
) -> NoReturn:
    """End a command with its exit code, saying why and what to do."""
    spoken = settings.language if settings else language()
    if as_json:
        show_json(
            {
                "edition": None,
                "exit_code": code,
                "started_at": None,
                "finished_at": None,
                "territory": settings.territory if settings else None,
                "sources": [],
                "checks": [],
                "reason": spelt(reason, spoken),
                "action": spelt(action, spoken) if action else None,
            }
        )
    for message in (reason, action):
        if message:
            print(spelt(message, spoken), file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def refusals(settings: Settings, as_json: bool = False, *, accidents: bool = False) -> Iterator[None]:
    """Stop the command in words where a room refuses what was asked for; `accidents`: also where one breaks down."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        told = _told(error) or ((BLOCKED, *_accident(settings, error)) if accidents else None)
        if told is None:
            raise
        stop(*told, as_json, settings)


def _told(error: Exception) -> tuple[int, Message, Message | None] | None:
    """Return exit code, reason and action of an answer that is no accident; None where it is one."""
    from orchestration.base.homes import FolderUnusable
    from orchestration.catalog import CatalogueError
    from orchestration.editions import EditionError
    from orchestration.inbox.folder import InboxBusy
    from orchestration.lake.store import LakeError

    match error:
        case HomeBusy() | InboxBusy():
            return BUSY, error.reason, error.action
        case UsageError() | FolderUnusable() | EditionError():
            return WRONG_USAGE, error.reason, error.action
        case CatalogueError():
            return WRONG_USAGE, *catalogue_trouble(error)
        case LakeError():
            return BLOCKED, error.reason, error.action
    return None


def catalogue_trouble(error: CatalogueError) -> tuple[Message, Message]:
    """Return what contradicts itself in the catalogue, and what to do."""
    return (
        say("cli.catalogue_contradicts_itself", problems=error.problems),
        say("cli.correct_the_files"),
    )


def _accident(settings: Settings, error: Exception) -> tuple[Message, Message]:
    """Say what a disk or a permission forbids; else keep the traceback below the home and say where it is."""
    from orchestration.base.homes import disk_full, explained, has_room
    from orchestration.editions.errors import is_disk_full

    if output_is_closed(error):
        return say("cli.output_closed", why=str(getattr(error, "strerror", None) or error)), say("cli.look_at_status")
    if is_disk_full(error) or not has_room(settings.home):
        full = disk_full(settings.home)
        return full.reason, full.action
    refusal = explained(error, settings.home) if isinstance(error, OSError) else None
    if refusal is not None:
        return refusal.reason, refusal.action
    path = settings.home / "logs" / f"accident-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        kept = str(path)
    except OSError:
        kept = "—"
    return (
        say("cli.refresh_broke_off", error=type(error).__name__, why=_why(error)),
        say("cli.hand_over_the_log", file=kept),
    )


def _why(error: Exception) -> Message | str:
    """Return what an accident says of itself: its reason where it has one in both languages, else its first line."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, Message):
        return reason
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__
