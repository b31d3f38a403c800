"""The receipt on a terminal: a compact table, what to do, and where the edition lies.

Holds the layout for a person at a prompt. Programs read `as_json`. rich costs 0.07 s to import: only where something
is printed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from orchestration.base.messages import Language, Message, say
from orchestration.base.showing import visible
from orchestration.catalog.models import Source
from orchestration.receipts.patch_files import patch_files
from orchestration.receipts.sentences import text
from orchestration.receipts.summary import FORM, Summary, drifts, folded, late, owner, summarise, title
from orchestration.receipts.territory import coverage
from orchestration.receipts.wording import fold, listed, number
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.editions.comparing import Comparison

_STATES = {
    "accepted": (say("receipts.accepted"), "green"),
    "adapted": (say("receipts.adapted"), "yellow"),
    "unchanged": (say("receipts.unchanged"), "dim"),
    "refused": (say("receipts.refused"), "bold red"),
    "kept": (say("receipts.kept"), "yellow"),
    "missing": (say("receipts.missing"), "dim"),
}
_LINES = 15


def print_console(
    outcome: RefreshOutcome,
    home: Path | None = None,
    language: Language = "fr",
    *,
    catalogue: dict[str, Source] | None = None,
    comparison: Comparison | None = None,
    file: TextIO | None = None,
) -> None:
    """Print the receipt to `file`, by default standard output (give standard error with `--json`).

    `home`: to say where the edition lies. `catalogue`: for titles instead of identifiers. Colours appear only on a terminal.
    """
    from rich.console import Console
    from rich.text import Text

    stream = file or sys.stdout
    # a pipe has no width: 80 columns would cut the titles
    console = Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        width=None if stream.isatty() else 140,
    )
    summary = summarise(outcome)
    overdue = late(outcome)
    if outcome.realm == "sample":
        console.print(Text(text(say("receipts.samples"), language), style="bold yellow"))
    console.print(Text(text(_headline(outcome, summary, comparison), language), style="bold"))
    # soft, here and below: a command or a path that is cut in two lines cannot be copied
    if outcome.note:
        console.print(text(outcome.note, language), soft_wrap=True)
    if outcome.action:
        console.print(Text("→ " + text(outcome.action, language), style="yellow"), soft_wrap=True)
    _table(console, outcome, summary, catalogue, language)
    _advice(console, outcome, summary, catalogue, language)
    for check in (*summary.failed_errors, *summary.failed_warnings):
        is_error = check.severity == "error"
        console.print(
            Text(
                f"{'✗' if is_error else '!'} {text(check.message, language)} [{check.asset}]",
                style="red" if is_error else "yellow",
            ),
            soft_wrap=True,
        )
    for waiver in outcome.waivers:
        void = waiver.state in ("malformed", "expired")
        console.print(
            Text(f"{'✗' if void else '~'} {text(waiver.message, language)}", style="red" if void else "yellow"),
            soft_wrap=True,
        )
    for name in patch_files(outcome):
        place = (home / "receipts" if home else Path("receipts")) / name
        console.print(text(say("receipts.proposed_lines", place=place), language), soft_wrap=True)
    if comparison and outcome.published:
        told = say("receipts.figures", new=comparison.new, revised=comparison.revised, gone=comparison.removed)
        console.print(text(told, language))
    if outcome.home:
        console.print(Text(coverage(outcome.home, language), style="bold"), soft_wrap=True)
    if overdue:
        console.print(text(say("receipts.late", count=len(overdue), total=len(outcome.standing)), language))
    if outcome.published and outcome.edition:
        place = Path("editions") / outcome.edition
        place = Path(home) / place if home else place
        console.print(text(say("receipts.receipt_lies", place=place / "receipt.md"), language), soft_wrap=True)
        console.print(text(say("receipts.edition_lies", place=place), language), soft_wrap=True)


def _headline(outcome: RefreshOutcome, summary: Summary, comparison: Comparison | None) -> Message:
    if outcome.published and outcome.exit_code == 3:
        is_first = comparison is not None and comparison.before is None
        code = "receipts.first_published_partly" if is_first else "receipts.published_partly"
        return Message(code, {"edition": outcome.edition, "refused": summary.refused_files})
    if outcome.published:
        return say("receipts.published", edition=outcome.edition)
    if outcome.exit_code == 0:
        return say("receipts.nothing_new")
    if outcome.exit_code == 5:
        return say("receipts.another_running")
    return say("receipts.none_published_yet" if outcome.edition is None else "receipts.none_published")


def _table(
    console: Console,
    outcome: RefreshOutcome,
    summary: Summary,
    catalogue: dict[str, Source] | None,
    language: Language,
) -> None:
    from rich.table import Table
    from rich.text import Text

    rows = [f for f in outcome.sources if f.state != "missing"]
    if rows:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column(text(say("receipts.column_dataset"), language), overflow="ellipsis", ratio=3)
        table.add_column(text(say("receipts.column_vintages"), language), overflow="fold")
        table.add_column(text(say("receipts.column_files"), language), justify="right")
        table.add_column(text(say("receipts.column_rows"), language), justify="right")
        table.add_column(text(say("receipts.column_rejected"), language), justify="right")
        table.add_column(text(say("receipts.column_state"), language))
        for source in dict.fromkeys(f.source for f in rows):
            files = [f for f in rows if f.source == source]
            states = Text()
            for state in _STATES:
                quantity = sum(f.state == state for f in files)
                if quantity:
                    word, style = text(_STATES[state][0], language), _STATES[state][1]
                    label = word if quantity == len(files) else f"{quantity} {word}"
                    states.append((", " if states else "") + label, style=style)
            table.add_row(
                Text(title(source, catalogue, language), overflow="ellipsis", no_wrap=True),
                # a folder's name may be anything
                Text(visible(listed(sorted({f.vintage for f in files if f.vintage}), language, 4))),
                number(len(files), language),
                number(sum(f.rows_kept for f in files), language),
                number(sum(f.rows_rejected for f in files), language),
                states,
            )
        console.print(table)
    missing = list(dict.fromkeys(w.source for w in summary.missing))
    if missing:
        told = say("receipts.without_file", names=listed(missing, language, 8))
        console.print(Text(text(told, language), style="dim"))


def _advice(
    console: Console, outcome: RefreshOutcome, summary: Summary, catalogue: dict[str, Source] | None, language: Language
) -> None:
    from rich.text import Text

    lines: list[Text] = []
    for group in summary.withheld:
        files = listed(sorted({f.file for f in group.files if f.file}), language, 3)
        who = owner(group.source, catalogue)
        what = say(
            "receipts.withheld",
            state=_STATES[group.state][0],
            title=title(group.source, catalogue, language),
            files=files,
            reason=group.reason,
        )
        line = Text(text(what, language), style="red" if group.state == "refused" else "")
        if group.action:
            line.append(f"\n  → {text(group.action, language)}", style="yellow")
            line.append(f" ({text(who, language)})" if who else "", style="yellow")
        lines.append(line)
    shown, rest = fold(lines, _LINES)
    # what lacks data is never folded away behind what was merely written otherwise
    found, more = folded(drifts(outcome, summary, language), max(_LINES - len(shown), 0))
    for drift in found:
        told = say(
            "receipts.adapted_files" if drift.weight == FORM else "receipts.files_to_look_at",
            files=listed(drift.files, language, 3),
            reason=drift.reason,
        )
        shown.append(Text(text(told, language)))
    rest += more
    for line in shown:
        console.print(line, soft_wrap=True)
    if rest:
        console.print(text(say("receipts.more_remarks", count=rest), language))
