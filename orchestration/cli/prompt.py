"""What the command line says of itself: help in both languages, and words for a command that is mistyped.

The English help stands with the commands in their families' modules, where Typer wants it. The French one and what is
said of a mistyped command (in English Typer's own words), the settings and the headings are data, in
`receipts/sentences/help.json`: the help by command and by `command.option` (`.option` for those that several share).
Add the line of a new command or option there; a test asks for it. What a command does belongs to its module.

Imports inside functions: the rooms asked there cost 0.1 s to import, the catalogues of sentences 0.02 s; only the help
of `refresh`, a mistyped command and an accident ask.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from orchestration.base.messages import Language, Message, say

WRONG_USAGE, ABORTED = 2, 1
_WORDS = Path(__file__).parents[1] / "receipts" / "sentences" / "help.json"

EXAMPLES = {
    "": (
        "observatory refresh --from /srv/miroir --home /srv/observatoire",
        "observatory status --home /srv/observatoire",
        "observatory refresh --help",
    ),
    "refresh": (
        "observatory refresh --from /srv/miroir --home /srv/observatoire",
        "observatory refresh --from live --only insee --home /srv/observatoire",
        "observatory refresh --territory 243500139 --home /srv/observatoire-rennes --from /srv/miroir",
    ),
    "check": ("observatory check insee_filosofi FILO2018_DISP_EPCI.csv --vintage 2018 --home /srv/observatoire",),
    "rollback": ("observatory rollback 20261124T041840Z --home /srv/observatoire",),
    "serve": ("observatory serve --home /srv/observatoire --port 3001",),
}


def language() -> Language:
    """Return the language of the prompt, before any setting is read."""
    return "en" if os.environ.get("OBSERVATORY_LANGUAGE") == "en" else "fr"


class Command(TyperCommand):
    """A command whose help and whose complaints are in the language of the prompt."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write usage, purpose, options and examples."""
        _write_help(self, ctx, formatter)


class Group(TyperGroup):
    """All commands; turns a mistyped one into words and exit code 2."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write purpose, commands, options, settings and examples."""
        _write_help(self, ctx, formatter)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and end the process with its exit code; nothing that a person typed ends in a traceback."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            _tell(say("cli.aborted"))
            code = ABORTED
        except Exception as error:
            code = _complain(error) if hasattr(error, "format_message") else _accident(error)
        if output_is_closed():
            _tell(say("cli.output_closed", why="stdout"))
            code = code or ABORTED
        sys.exit(code if isinstance(code, int) else 0)


def output_is_closed(accident: Exception | None = None) -> bool:
    """Return whether standard output takes no more (a full disk, a closed pipe); what is left for it is then dropped.

    Left alone, Python would try once more at its end, and answer with a traceback. `accident`: what was met before; one of
    the output names no file, and took along what was to be written, so that a line end is tried instead.
    """
    try:
        if isinstance(accident, OSError) and accident.filename is None:
            sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _complain(error: Any) -> int:
    ctx = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return WRONG_USAGE
    print(_mistyped(error, ctx), file=sys.stderr)
    _tell(say("cli.help_at", command=ctx.command_path if ctx is not None else "observatory"))
    return WRONG_USAGE


def _accident(error: Exception) -> int:
    """Tell what a disk or a permission forbids; anything else is a fault of ours, and is raised again."""
    from orchestration.base.homes import disk_full, explained
    from orchestration.editions.errors import is_disk_full

    if output_is_closed(error):
        _tell(say("cli.output_closed", why=str(getattr(error, "strerror", None) or error)))
        return ABORTED
    refusal = disk_full(None) if is_disk_full(error) else explained(error, None) if isinstance(error, OSError) else None
    if refusal is None:
        raise error
    _tell(refusal.reason, refusal.action)
    return WRONG_USAGE


def _tell(*messages: Message) -> None:
    from orchestration.receipts.sentences import text

    for message in messages:
        print(text(message, language()), file=sys.stderr)


def _mistyped(error: Any, ctx: Any) -> str:
    """Return what is wrong with a command line: in English, Typer's own words do."""
    if language() == "en":
        return str(error.format_message())
    param, words = getattr(error, "param", None), help_words()["mistyped"]
    name = _spelt(param).split()[0] if param is not None else ""
    match type(error).__name__:
        case "NoSuchOption":
            near, kind = ", ".join(error.possibilities or ()), "unknown_option"
            said = words[f"{kind}_near" if near else kind].format(option=error.option_name, near=near)
        case "BadOptionUsage":
            said = words["value_missing"].format(option=error.option_name)
        case "MissingParameter":
            said = words["argument_missing"].format(name=name)
        case "BadParameter":
            said = words["value_unfit"].format(name=name)
        case _ if ctx is not None and isinstance(ctx.command, Group):
            said = words["unknown_command"].format(commands=", ".join(ctx.command.list_commands(ctx)))
        case _:
            said = words["word_too_many"]
    return str(said)


@cache
def help_words() -> dict[str, Any]:
    """Return what the help says beside Typer's English: `french`, `mistyped`, `settings`, `headings`."""
    # JSON: what reads the catalogues in YAML costs 0.02 s to import, a tenth of what `--help` may take
    words: dict[str, Any] = json.loads(_WORDS.read_text(encoding="utf-8"))
    return words


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    name = "" if isinstance(command, Group) else command.name
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=_heading("usage"))
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(_purpose(name, command))
    if isinstance(command, Group):
        rows = [(n, _short(n, command.commands[n])) for n in command.list_commands(ctx)]
        _section(formatter, "commands", rows)
    params = command.get_params(ctx)
    for kind in ("argument", "option"):
        _section(formatter, f"{kind}s", [(_spelt(p), _text(p, name)) for p in params if p.param_type_name == kind])
    if not name:
        settings = help_words()["settings"]
        _section(formatter, "settings", [(variable, said[language()]) for variable, said in settings.items()])
    if name in EXAMPLES:
        formatter.write_paragraph()
        formatter.write_heading(_heading("examples"))
        for line in EXAMPLES[name]:  # a command that is cut in two cannot be copied
            formatter.write(f"  {line}\n")


def _section(formatter: Any, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(_heading(heading)):
            formatter.write_dl(rows)


def _heading(name: str) -> str:
    said: str = help_words()["headings"][name][language()]
    return said


def _purpose(name: str, command: Any) -> str:
    said: str = help_words()["french"][name] if language() == "fr" else (command.help or "").strip()
    return said


def _short(name: str, command: Any) -> str:
    return _purpose(name, command).split("\n\n")[0].replace("\n", " ")


def _spelt(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.metavar or param.name.upper())
    names = ", ".join(param.opts)
    return names if param.is_flag else f"{names} {param.metavar or param.name.strip('_').upper()}"


def _text(param: Any, command: str) -> str:
    name, french = f"{command}.{param.name}", help_words()["french"]
    said = (french.get(name) or french[f".{param.name}"]) if language() == "fr" else (param.help or "")
    if name == "refresh.only":
        said += _heading("groups") + ", ".join(_groups())
    if isinstance(param.default, (str, int)) and not isinstance(param.default, bool):
        said += f" [{param.default}]"
    return said


def _groups() -> list[str]:
    from orchestration.base.settings import PROJECT
    from orchestration.catalog import CatalogueError, load_catalogue

    try:
        catalogue = load_catalogue(PROJECT / "sources")
    except CatalogueError:  # told where it matters, not in a help text
        return ["…"]
    return sorted({group for source in catalogue.values() for group in source.groups})
