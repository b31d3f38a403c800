"""`observatory check` and `observatory docs`: one file against its source's contract, and what is expected of all.

Whether a file would be taken is judged by `orchestration.judging`, the stewards' page is written by `quality`.

Imports inside functions: what judges a file costs 0.3 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.base.messages import Message, Refusal
from orchestration.cli.answering import (
    REFUSED,
    catalogue_trouble,
    console,
    is_terminal,
    refusals,
    say,
    show,
    show_json,
    stop,
)
from orchestration.cli.options import Home, Json, catalogue_of, settings_for
from orchestration.cli.prompt import WRONG_USAGE

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.catalog.models import Source
    from orchestration.records.outcome import FileOutcome
    from orchestration.records.proposal import Patch

STATES = {
    "accepted": Message(fr="pris", en="accepted"),
    "adapted": Message(fr="pris, forme adaptée", en="accepted, form adapted"),
    "refused": Message(fr="refusé", en="refused"),
}
NOTHING = Message(fr="Rien n'a été écrit.", en="Nothing was written.")


def check(
    source: Annotated[str, typer.Argument(help="Identifier of the source, as `observatory sources` lists it.")],
    file: Annotated[Path, typer.Argument(help="The file to try.")],
    vintage: Annotated[
        str | None,
        typer.Option("--vintage", help="Year (or month) that the file is about; default: found in its name."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write the proposed lines to the source's columns.csv, after a yes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --accept: do not ask.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Try one file against its source's contract; nothing is written, except proposed lines with --accept.

    It is compared with what the home holds and with the shipped extract. Exit codes: 0 it would be taken (or
    will be, with the lines accepted), 2 wrong usage, 3 it would be refused.
    """
    from orchestration import receipts
    from orchestration.judging import trial

    settings = settings_for(home, json_=json_)
    catalogue = catalogue_of(settings)
    _require(settings, catalogue, source, file, json_)
    with refusals(settings, json_):
        outcome = trial.try_file(settings, catalogue, catalogue[source], file, vintage, today=date.today())
    if not json_:
        state = STATES[outcome.state].text(settings.language)
        console().print(f"[bold]{file.name}[/bold] : {state}, {outcome.rows_kept} / {outcome.rows_read}")
        for text in (outcome.reason, None if accept and outcome.patch else outcome.action):
            if text:
                say(settings, text)
    accepted, said = (
        _accept(settings, catalogue, outcome, file, vintage, yes=yes, ask=not json_) if accept else (False, [])
    )
    if json_:
        answer = receipts.file_to_json(outcome, settings.language)
        if accept:
            answer |= {"accepted": accepted, "said": [m.text(settings.language) for m in said]}
        show_json(answer)
    else:
        for message in said:
            say(settings, message)
    raise typer.Exit(REFUSED if outcome.state == "refused" and not accepted else 0)


def _require(settings: Settings, catalogue: dict[str, Source], source: str, file: Path, as_json: bool) -> None:
    if source not in catalogue:
        unknown = Message(
            fr=f"Aucune source ne s'appelle « {source} ». Sources : {', '.join(catalogue)}.",
            en=f"No source is called '{source}'. Sources: {', '.join(catalogue)}.",
        )
        stop(WRONG_USAGE, unknown, None, as_json, settings)
    if not file.is_file():
        missing = Message(fr=f"Le fichier « {file} » n'existe pas.", en=f"The file '{file}' does not exist.")
        stop(WRONG_USAGE, missing, None, as_json, settings)


def _accept(
    settings: Settings,
    catalogue: dict[str, Source],
    outcome: FileOutcome,
    file: Path,
    vintage: str | None,
    *,
    yes: bool,
    ask: bool,
) -> tuple[bool, list[Message]]:
    """Ask for a yes and write the proposed lines; return whether they were, and what to tell."""
    patch, source = outcome.patch, catalogue[outcome.source]
    if patch is None:
        why = (
            Message(
                fr="Il n'y a rien à accepter : le fichier est pris tel quel.",
                en="There is nothing to accept: the file is taken as it is.",
            )
            if outcome.state != "refused"
            else Message(
                fr="Il n'y a rien à accepter : ce refus ne se lève pas par une ligne de columns.csv.",
                en="There is nothing to accept: a line in columns.csv does not lift this refusal.",
            )
        )
        return False, [why, NOTHING]
    path = source.path / "columns.csv"
    if ask:
        _show_lines(settings, patch, path)
    if not yes:
        if not ask or not is_terminal():
            return False, [
                NOTHING,
                Message(
                    fr="Personne ne peut répondre ici : ajouter --yes pour accepter ces lignes.",
                    en="Nobody can answer here: add --yes to accept these lines.",
                ),
            ]
        question = Message(
            fr="Ces noms désignent-ils bien ces colonnes ? Écrire ces lignes",
            en="Are these names really those columns? Write the lines",
        )
        if not typer.confirm(question.text(settings.language)):
            return False, [NOTHING]
    return _write_lines(settings, catalogue, source, file, vintage, patch)


def _show_lines(settings: Settings, patch: Patch, path: Path) -> None:
    say(settings, Message(fr=f"Lignes à ajouter à {path} :", en=f"Lines to add to {path}:"))
    for p in patch.proposals:
        say(settings, Message(fr=f"  {p.line}", en=f"  {p.line}"))
        say(
            settings,
            Message(
                fr=f"    « {p.published} » → {p.canonical} : {p.evidence.fr}",
                en=f"    '{p.published}' → {p.canonical}: {p.evidence.en}",
            ),
        )


def _write_lines(
    settings: Settings, catalogue: dict[str, Source], source: Source, file: Path, vintage: str | None, patch: Patch
) -> tuple[bool, list[Message]]:
    from orchestration.catalog import CatalogueError
    from orchestration.judging import trial

    path = source.path / "columns.csv"
    try:
        trial.accept(settings, catalogue, source, file, vintage, patch, today=date.today())
    except Refusal as refusal:
        return False, [
            NOTHING,
            Message(
                fr=f"Avec ces lignes, le fichier serait encore refusé : {refusal.reason.fr}",
                en=f"With these lines the file would still be refused: {refusal.reason.en}",
            ),
            refusal.action,
        ]
    except CatalogueError as error:
        return False, [NOTHING, *catalogue_trouble(error)]
    except OSError as error:
        why = error.strerror or str(error)
        return False, [
            NOTHING,
            Message(
                fr=f"{path} ne peut pas être modifié d'ici ({why}). Transmettre les lignes ci-dessus à qui tient le dépôt du projet.",
                en=f"{path} cannot be changed from here ({why}). Hand the lines above to whoever keeps the project's repository.",
            ),
        ]
    count = len(patch.proposals)
    return True, [
        Message(
            fr=f"{count} ligne{'s' if count > 1 else ''} écrite{'s' if count > 1 else ''} dans {path} ; vérifié : le contrat se charge, et {file.name} se lit.",
            en=f"{count} line{'s' if count > 1 else ''} written to {path}; proven: the contract loads, and {file.name} reads.",
        ),
        Message(
            fr=f"Ensuite : relancer « observatory refresh » avec ce fichier, puis faire relire et enregistrer le changement (git diff {path}).",
            en=f"Next: run 'observatory refresh' with this file again, then have the change reviewed and committed (git diff {path}).",
        ),
    ]


def docs(
    out: Annotated[
        Path | None, typer.Argument(help="Where to write it: a folder, or a file ….html (default: HOME/docs).")
    ] = None,
    home: Home = None,
) -> None:
    """Write the data stewards' page: every expectation in plain words, with its last result."""
    from orchestration.quality.docs import write_docs
    from orchestration.quality.suites import SuiteError

    settings = settings_for(home, use="write" if out is None else "read")
    try:
        with refusals(settings):
            path = write_docs(settings, out)
    except SuiteError as error:
        stop(
            WRONG_USAGE,
            Message(
                fr=f"Ce fichier d'attentes ne peut pas être lu : {error}",
                en=f"This expectation file cannot be read: {error}",
            ),
            Message(fr="Corriger le fichier nommé, puis relancer.", en="Correct the file named, then start again."),
            False,
            settings,
        )
    except OSError as error:
        stop(
            WRONG_USAGE,
            Message(fr=f"La page n'a pas pu être écrite : {error}", en=f"The page could not be written: {error}"),
            Message(fr="Choisir un autre endroit.", en="Choose another place."),
            False,
            settings,
        )
    show(str(path))
