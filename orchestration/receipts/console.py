"""The receipt on a terminal: a compact table, what to do, and where the edition lies.

Holds the layout for a person at a prompt. Programs read `as_json`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from orchestration.base.messages import Language
from orchestration.catalog.models import Source
from orchestration.receipts.patch_files import patch_files
from orchestration.receipts.summary import FORM, Summary, drifts, folded, late, owner, summarise, title
from orchestration.receipts.territory import coverage
from orchestration.receipts.wording import count, fold, listed, number
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.editions.comparing import Comparison

_STATES = {
    "accepted": ("pris", "taken", "green"),
    "adapted": ("adapté", "adapted", "yellow"),
    "unchanged": ("inchangé", "unchanged", "dim"),
    "refused": ("refusé", "refused", "bold red"),
    "kept": ("gardé", "kept", "yellow"),
    "missing": ("absent", "missing", "dim"),
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
    fr = language == "fr"
    overdue = late(outcome)
    if outcome.realm == "sample":
        said = (
            "Échantillons : fichiers d'exemple livrés avec le logiciel, pas des fichiers reçus des éditeurs."
            if fr
            else "Samples: example files shipped with the software, not files of the publishers."
        )
        console.print(Text(said, style="bold yellow"))
    console.print(Text(_headline(outcome, summary, comparison, fr), style="bold"))
    # soft, here and below: a command or a path that is cut in two lines cannot be copied
    if outcome.note:
        console.print(outcome.note.text(language), soft_wrap=True)
    if outcome.action:
        console.print(Text("→ " + outcome.action.text(language), style="yellow"), soft_wrap=True)
    _table(console, outcome, summary, catalogue, language)
    _advice(console, outcome, summary, catalogue, language)
    for check in (*summary.failed_errors, *summary.failed_warnings):
        is_error = check.severity == "error"
        console.print(
            Text(
                f"{'✗' if is_error else '!'} {check.message.text(language)} [{check.asset}]",
                style="red" if is_error else "yellow",
            ),
            soft_wrap=True,
        )
    for waiver in outcome.waivers:
        void = waiver.state in ("malformed", "expired")
        console.print(
            Text(f"{'✗' if void else '~'} {waiver.message.text(language)}", style="red" if void else "yellow"),
            soft_wrap=True,
        )
    for name in patch_files(outcome):
        place = (home / "receipts" if home else Path("receipts")) / name
        console.print(f"{'Lignes proposées :' if fr else 'Proposed lines:'} {place}", soft_wrap=True)
    if comparison and outcome.published:
        console.print(
            f"Chiffres — nouveaux : {number(comparison.new)}, révisés : "
            f"{number(comparison.revised)}, disparus : {number(comparison.removed)} (voir le reçu)."
            if fr
            else f"Figures — new: {number(comparison.new, 'en')}, revised: "
            f"{number(comparison.revised, 'en')}, gone: {number(comparison.removed, 'en')} (see the receipt)."
        )
    if outcome.home:
        console.print(Text(coverage(outcome.home, language), style="bold"), soft_wrap=True)
    if overdue:
        console.print(
            f"{count(len(overdue), 'source', 'sources')} en retard sur {len(outcome.standing)} : observatory status"
            if fr
            else f"{count(len(overdue), 'source', 'sources', 'en')} late of {len(outcome.standing)}: observatory status"
        )
    if outcome.published and outcome.edition:
        place = Path("editions") / outcome.edition
        place = Path(home) / place if home else place
        console.print(f"{'Reçu :' if fr else 'Receipt:'} {place / 'receipt.md'}", soft_wrap=True)
        console.print(f"{'Édition :' if fr else 'Edition:'} {place}", soft_wrap=True)


def _headline(outcome: RefreshOutcome, summary: Summary, comparison: Comparison | None, fr: bool) -> str:
    refused = count(
        summary.refused_files,
        *(("fichier refusé", "fichiers refusés") if fr else ("file refused", "files refused")),
        "fr" if fr else "en",
    )
    if outcome.published and outcome.exit_code == 3:
        is_first = comparison is not None and comparison.before is None
        if fr:
            return f"Nouvelle édition publiée : {outcome.edition} ({refused}{'' if is_first else ', derniers bons chiffres gardés'})"
        return f"New edition published: {outcome.edition} ({refused}{'' if is_first else ', last good figures kept'})"
    if outcome.published:
        word = "Nouvelle édition publiée :" if fr else "New edition published:"
        return f"{word} {outcome.edition}"
    if outcome.exit_code == 0:
        return (
            "Rien de neuf : l'édition en service reste la bonne."
            if fr
            else "Nothing new: the edition in service is still the right one."
        )
    if outcome.exit_code == 5:
        return (
            "Une autre actualisation est en cours : rien n'a été fait."
            if fr
            else "Another refresh is running: nothing was done."
        )
    if outcome.edition is None:
        return (
            "Aucune édition publiée, et il n'y en avait encore aucune."
            if fr
            else "No edition published, and there was none yet."
        )
    return (
        "Aucune nouvelle édition publiée ; les lecteurs gardent celle en service."
        if fr
        else "No new edition published; readers keep the one in service."
    )


def _table(
    console: Console,
    outcome: RefreshOutcome,
    summary: Summary,
    catalogue: dict[str, Source] | None,
    language: Language,
) -> None:
    from rich.table import Table
    from rich.text import Text

    fr = language == "fr"
    rows = [f for f in outcome.sources if f.state != "missing"]
    if rows:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("Jeu de données" if fr else "Dataset", overflow="ellipsis", ratio=3)
        table.add_column("Millésimes" if fr else "Vintages", overflow="fold")
        table.add_column("Fichiers" if fr else "Files", justify="right")
        table.add_column("Lignes" if fr else "Rows", justify="right")
        table.add_column("Écartées" if fr else "Rejected", justify="right")
        table.add_column("État" if fr else "State")
        for source in dict.fromkeys(f.source for f in rows):
            files = [f for f in rows if f.source == source]
            states = Text()
            for state in _STATES:
                quantity = sum(f.state == state for f in files)
                if quantity:
                    word = _STATES[state][0 if fr else 1]
                    label = word if quantity == len(files) else f"{quantity} {word}"
                    states.append((", " if states else "") + label, style=_STATES[state][2])
            table.add_row(
                Text(title(source, catalogue, language), overflow="ellipsis", no_wrap=True),
                Text(listed(sorted({f.vintage for f in files if f.vintage}), language, 4)),
                number(len(files), language),
                number(sum(f.rows_kept for f in files), language),
                number(sum(f.rows_rejected for f in files), language),
                states,
            )
        console.print(table)
    missing = list(dict.fromkeys(w.source for w in summary.missing))
    if missing:
        names = listed(missing, language, 8)
        console.print(Text(f"{'Sans fichier :' if fr else 'Without a file:'} {names}", style="dim"))


def _advice(
    console: Console, outcome: RefreshOutcome, summary: Summary, catalogue: dict[str, Source] | None, language: Language
) -> None:
    from rich.text import Text

    fr = language == "fr"
    lines: list[Text] = []
    for group in summary.withheld:
        files = listed(sorted({f.file for f in group.files if f.file}), language, 3)
        who = owner(group.source, catalogue)
        word = _STATES[group.state][0 if fr else 1]
        what = f"{word} — {title(group.source, catalogue, language)}"
        what += f" ({files})" if files else ""
        what += f"{' : ' if fr else ': '}{group.reason.text(language)}" if group.reason else ""
        line = Text(what, style="red" if group.state == "refused" else "")
        if group.action:
            line.append(f"\n  → {group.action.text(language)}", style="yellow")
            line.append(f" ({who.text(language)})" if who else "", style="yellow")
        lines.append(line)
    shown, rest = fold(lines, _LINES)
    # what lacks data is never folded away behind what was merely written otherwise
    found, more = folded(drifts(outcome, summary, language), max(_LINES - len(shown), 0))
    for drift in found:
        word = ("adapté" if fr else "adapted") if drift.weight == FORM else ("à regarder" if fr else "to be looked at")
        shown.append(Text(f"{word} — {listed(drift.files, language, 3)}{' : ' if fr else ': '}{drift.reason}"))
    rest += more
    for line in shown:
        console.print(line, soft_wrap=True)
    if rest:
        console.print(
            f"… et {count(rest, 'autre remarque', 'autres remarques')} (voir le reçu)"
            if fr
            else f"… and {count(rest, 'more remark', 'more remarks', 'en')} (see the receipt)"
        )
