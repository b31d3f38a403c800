"""The observatory at a prompt: the same jobs as in the web page, for a person or a timer.

Each command says in one place what it does, calls the rooms, and turns their answers into words and
exit codes. Imports of heavy libraries stay inside the commands: `--help`, `status`, `sources` and
`editions` answer at once.
"""

from __future__ import annotations

import gc
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from orchestration.base.messages import Message, Refusal
from orchestration.cli.prompt import WRONG_USAGE, Command, Group, language

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.catalog import CatalogueError
    from orchestration.catalog.models import Source
    from orchestration.editions import Comparison
    from orchestration.records.outcome import FileOutcome, RefreshOutcome
    from orchestration.refresh.walking import Walk

app = typer.Typer(
    name="observatory",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=Group,
    rich_markup_mode=None,
)

Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder below which everything is written (default: OBSERVATORY_HOME, else ./var)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")]
SILENT, BLOCKED, BUSY = 1, 4, 5
# what a command does with the home
Use = Literal["nothing", "read", "write"]
# of a table that is read in a file or another program; the receipt's too
WIDE = 140
STATES = {
    "accepted": Message(fr="pris", en="accepted"),
    "adapted": Message(fr="pris, forme adaptée", en="accepted, form adapted"),
    "refused": Message(fr="refusé", en="refused"),
}


def _version(asked: bool) -> None:
    if asked:
        from orchestration.base.settings import code_version

        print(code_version())
        raise typer.Exit()


@app.callback()
def observatory(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Observatory of companies' CSR practice and the Sustainable Development Goals on a metropolis."""


@app.command(cls=Command)
def refresh(
    from_: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="live|sample|DIR",
            help="Where the files come from: a mirror's folder, the embedded samples, or the publishers' addresses.",
        ),
    ] = "sample",
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="SOURCE_OR_GROUP", help="Only these sources or groups; may be repeated."),
    ] = None,
    home: Home = None,
    territory: Annotated[
        str | None,
        typer.Option("--territory", metavar="EPCI_SIREN", help="SIREN of the EPCI that the observatory is for."),
    ] = None,
    replace_real: Annotated[
        bool, typer.Option("--replace-real", help="Let the samples take the place of an edition made of real files.")
    ] = False,
    json_: Json = False,
) -> None:
    """Read the publishers' files, build the tables, check them and publish a new edition.

    Exit codes: 0 all sources taken or unchanged, 2 wrong usage, 3 published but a source was refused,
    4 nothing published, 5 another refresh is running on this home.
    """
    from orchestration.base.errors import HomeBusy, UsageError
    from orchestration.catalog import CatalogueError
    from orchestration.cli.progress import Progress
    from orchestration.lake.store import LakeError
    from orchestration.refresh.walking import Walk

    settings = _settings(home, territory, use="write", json_=json_)
    _log_to_standard_error()
    channel = from_ if from_ in ("sample", "live") else str(Path(from_).expanduser().resolve())
    try:
        with Walk.open(settings, channel=channel, only=only or None, replace_real=replace_real) as planned:
            if planned.nothing_new():
                outcome = planned.unchanged()
            else:
                planned.start_worker()
                with _uncollected():
                    from orchestration.dagster.runs import run_job

                with Progress({s.source_id: s for s in planned.sources}, settings.language) as progress:
                    outcome = run_job(
                        settings, "refresh_all", channel, _ids(planned, only), refresh=planned, progress=progress
                    )
    except HomeBusy as error:
        _stop(BUSY, error.reason, error.action, json_, settings)
    except UsageError as error:
        _stop(WRONG_USAGE, error.reason, error.action, json_, settings)
    except CatalogueError as error:
        _stop(WRONG_USAGE, *_catalogue_trouble(error), json_, settings)
    except LakeError as error:
        _stop(BLOCKED, error.reason, error.action, json_, settings)
    except Exception as error:  # a fault of ours: told in words, its traceback kept for the engineers
        _stop(BLOCKED, *_accident(settings, error), json_, settings)
    _answer(outcome, settings, json_, planned.comparison)


@app.command(cls=Command)
def inbox(home: Home = None, json_: Json = False) -> None:
    """Take the files that lie in HOME/inbox, and answer each with a page beside it.

    Exit codes: 0 all taken (or none there), 3 a file was refused, 5 another refresh is running.
    """
    from orchestration.base.homes import FolderUnusable
    from orchestration.catalog import CatalogueError
    from orchestration.cli.progress import Progress
    from orchestration.dagster.runs import run_job
    from orchestration.inbox import Answer, InboxBusy, take_all
    from orchestration.lake.store import LakeError

    settings = _settings(home, use="write", json_=json_)
    _log_to_standard_error()

    catalogue = _catalogue(settings)

    def refresh_with(*, channel: str = "inbox", only: list[str]) -> RefreshOutcome:
        with Progress({source_id: catalogue[source_id] for source_id in only}, settings.language) as progress:
            return run_job(settings, "refresh_all", channel, only, progress=progress)

    def step(message: Message) -> None:
        if not json_:
            _say(settings, message)

    def answered(answer: Answer) -> None:
        colon = " :" if settings.language == "fr" else ":"
        if not json_:
            _console().print(
                f"{answer.dropped}{colon} {answer.sentence.text(settings.language)}", markup=False, soft_wrap=True
            )
        if answer.page and not json_:
            _console().print(f"  → {answer.page}", markup=False, soft_wrap=True)

    try:
        answers = take_all(settings, refresh_with, step=step, answered=answered)
    except InboxBusy as error:
        _stop(BUSY, error.reason, error.action, json_, settings)
    except FolderUnusable as error:
        _stop(WRONG_USAGE, error.reason, error.action, json_, settings)
    except CatalogueError as error:
        _stop(WRONG_USAGE, *_catalogue_trouble(error), json_, settings)
    except LakeError as error:
        _stop(BLOCKED, error.reason, error.action, json_, settings)
    if json_:
        print(
            json.dumps(
                [
                    {"file": a.dropped, "state": a.state, "sentence": a.sentence.text(settings.language)}
                    for a in answers
                ],
                ensure_ascii=False,
            )
        )
    elif not answers:
        _say(settings, Message(fr="La boîte de dépôt est vide.", en="The inbox is empty."))
    raise typer.Exit(3 if any(a.state == "refused" for a in answers) else 0)


@app.command(cls=Command)
def templates(
    folder: Annotated[Path | None, typer.Argument(help="Where to write them (default: HOME/inbox/modeles).")] = None,
    home: Home = None,
) -> None:
    """Write the workbooks that the CSR team fills in: one a table, with drop-down lists and a legend."""
    from orchestration.base.homes import FolderUnusable
    from orchestration.catalog import CatalogueError
    from orchestration.inbox import Inbox
    from orchestration.inbox.templates import templates as write_templates

    settings = _settings(home, use="write" if folder is None else "read")
    try:
        written = write_templates(settings, folder or Inbox(settings.home).templates)
    except FolderUnusable as error:
        _stop(WRONG_USAGE, error.reason, error.action, False, settings)
    except CatalogueError as error:
        _stop(WRONG_USAGE, *_catalogue_trouble(error), False, settings)
    for path in written:
        _console().print(str(path), markup=False, soft_wrap=True)
    if any(path.stem.endswith(")") for path in written):
        _say(
            settings,
            Message(
                fr="Un modèle de ce nom avait été rempli ou modifié : il est resté comme il est, le modèle vide est à côté.",
                en="A template of that name had been filled in or changed: it stays as it is, the empty one lies beside it.",
            ),
        )


@app.command(cls=Command)
def status(home: Home = None, json_: Json = False) -> None:
    """Tell each source's vintage, when its publisher was due, whose delay it is, and what to do."""
    from orchestration.health.status import source_status, status_json, status_lines, waiver_notes
    from orchestration.notifications import heartbeat as silence
    from orchestration.notifications.heartbeat import ACTION

    settings = _settings(home, json_=json_)
    statuses = source_status(settings)
    notes = waiver_notes(settings, statuses)
    if json_:
        print(json.dumps(status_json(statuses, notes, settings.language), ensure_ascii=False, default=str))
    else:
        for line in status_lines(statuses, settings.language):
            _console().print(line, soft_wrap=True)
    # in JSON they stand with their source; what belongs to none is told beside it
    for note in notes if not json_ else [n for n in notes if n.source not in {s.source.source_id for s in statuses}]:
        print(note.message.text(settings.language), file=sys.stderr if json_ else sys.stdout)
    complaint = silence(settings)
    for text in (complaint, ACTION) if complaint else ():
        print(text.text(settings.language), file=sys.stderr)


@app.command(cls=Command)
def heartbeat(home: Home = None, json_: Json = False) -> None:
    """Tell whether refreshes still come to a good end, and send what has become late or could not be sent.

    For a timer of its own, beside the one that refreshes. Exit codes: 0 they do, 1 they have stopped.
    """
    from orchestration.notifications import complain
    from orchestration.notifications.heartbeat import ACTION, read_heartbeat

    settings = _settings(home, json_=json_)
    _log_to_standard_error()
    complaint, known = complain(settings), read_heartbeat(settings.home)
    good = known.good_at if known else None
    if json_:
        told = [m.text(settings.language) if complaint else None for m in (complaint or ACTION, ACTION)]
        print(
            json.dumps(
                {
                    "silent": complaint is not None,
                    "last_good_at": good.isoformat() if good else None,
                    "last_exit_code": known.last_exit_code if known else None,
                    "message": told[0],
                    "action": told[1],
                },
                ensure_ascii=False,
            )
        )
    elif complaint:
        _say(settings, complaint)
        _say(settings, ACTION)
    elif good:
        _say(
            settings,
            Message(
                fr=f"La dernière actualisation qui a abouti est du {good:%d/%m/%Y}.",
                en=f"The last refresh that came to a good end is of {good:%Y-%m-%d}.",
            ),
        )
    else:
        _say(
            settings,
            Message(
                fr="Aucune actualisation de fichiers réels n'est encore attendue ici.",
                en="No refresh of real files is expected here yet.",
            ),
        )
    raise typer.Exit(SILENT if complaint else 0)


@app.command(cls=Command)
def sources(json_: Json = False) -> None:
    """List the catalogue: every source, its publisher, groups and tables."""
    settings = _settings(None, use="nothing", json_=json_)
    catalogue = _catalogue(settings)
    if json_:
        print(
            json.dumps(
                [
                    {
                        "source": s.source_id,
                        "title": s.title.message.text(settings.language),
                        "publisher": s.publisher,
                        "licence": s.licence,
                        "homepage": s.homepage,
                        "groups": s.groups,
                        "frequency": s.calendar.frequency,
                        "role": s.role,
                        "goals": s.goals,
                        "tables": list(s.tables),
                    }
                    for s in catalogue.values()
                ],
                ensure_ascii=False,
            )
        )
        return
    from rich.table import Table

    table = Table(title="Sources", show_lines=False)
    french = settings.language == "fr"
    for heading in (
        ("source", "titre", "éditeur", "groupes", "rythme", "ODD")
        if french
        else ("source", "title", "publisher", "groups", "frequency", "SDG")
    ):
        # an identifier that is cut in two cannot be copied
        table.add_column(heading, overflow="fold", no_wrap=heading == "source")
    for s in catalogue.values():
        table.add_row(
            s.source_id,
            s.title.message.text(settings.language),
            s.publisher,
            ", ".join(s.groups),
            s.calendar.frequency,
            ", ".join(map(str, s.goals)),
        )
    _console().print(table)


@app.command(cls=Command)
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
    from orchestration.judging.trial import try_file
    from orchestration.lake.store import LakeError

    settings = _settings(home, json_=json_)
    catalogue = _catalogue(settings)
    if source not in catalogue:
        _stop(
            WRONG_USAGE,
            Message(
                fr=f"Aucune source ne s'appelle « {source} ». Sources : {', '.join(catalogue)}.",
                en=f"No source is called '{source}'. Sources: {', '.join(catalogue)}.",
            ),
            None,
            json_,
            settings,
        )
    if not file.is_file():
        _stop(
            WRONG_USAGE,
            Message(fr=f"Le fichier « {file} » n'existe pas.", en=f"The file '{file}' does not exist."),
            None,
            json_,
            settings,
        )
    try:
        outcome = try_file(settings, catalogue, catalogue[source], file, vintage, today=date.today())
    except LakeError as error:
        _stop(BLOCKED, error.reason, error.action, json_, settings)
    if not json_:
        state = STATES[outcome.state].text(settings.language)
        _console().print(f"[bold]{file.name}[/bold] : {state}, {outcome.rows_kept} / {outcome.rows_read}")
        for text in (outcome.reason, None if accept and outcome.patch else outcome.action):
            if text:
                _say(settings, text)
    accepted, said = (
        _accept(settings, catalogue, outcome, file, vintage, yes=yes, ask=not json_) if accept else (False, [])
    )
    if json_:
        answer = receipts.file_to_json(outcome, settings.language)
        if accept:
            answer |= {"accepted": accepted, "said": [m.text(settings.language) for m in said]}
        print(json.dumps(answer, ensure_ascii=False))
    for message in said if not json_ else []:
        _say(settings, message)
    raise typer.Exit(3 if outcome.state == "refused" and not accepted else 0)


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
    from orchestration.base.messages import Refusal
    from orchestration.catalog import CatalogueError
    from orchestration.judging.trial import accept as accept_lines

    patch, source = outcome.patch, catalogue[outcome.source]
    nothing = Message(fr="Rien n'a été écrit.", en="Nothing was written.")
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
        return False, [why, nothing]
    path = source.path / "columns.csv"
    if ask:
        _say(settings, Message(fr=f"Lignes à ajouter à {path} :", en=f"Lines to add to {path}:"))
        for p in patch.proposals:
            _say(settings, Message(fr=f"  {p.line}", en=f"  {p.line}"))
            _say(
                settings,
                Message(
                    fr=f"    « {p.published} » → {p.canonical} : {p.evidence.fr}",
                    en=f"    '{p.published}' → {p.canonical}: {p.evidence.en}",
                ),
            )
    if not yes:
        if not ask or not _is_terminal():
            return False, [
                nothing,
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
            return False, [nothing]
    try:
        accept_lines(settings, catalogue, source, file, vintage, patch, today=date.today())
    except Refusal as refusal:
        return False, [
            nothing,
            Message(
                fr=f"Avec ces lignes, le fichier serait encore refusé : {refusal.reason.fr}",
                en=f"With these lines the file would still be refused: {refusal.reason.en}",
            ),
            refusal.action,
        ]
    except CatalogueError as error:
        return False, [nothing, *_catalogue_trouble(error)]
    except OSError as error:
        why = error.strerror or str(error)
        return False, [
            nothing,
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


@app.command(cls=Command)
def docs(
    out: Annotated[
        Path | None, typer.Argument(help="Where to write it: a folder, or a file ….html (default: HOME/docs).")
    ] = None,
    home: Home = None,
) -> None:
    """Write the data stewards' page: every expectation in plain words, with its last result."""
    from orchestration.catalog import CatalogueError
    from orchestration.lake.store import LakeError
    from orchestration.quality.remembered import write_docs
    from orchestration.quality.suites import SuiteError

    settings = _settings(home, use="write" if out is None else "read")
    try:
        path = write_docs(settings, out)
    except SuiteError as error:
        _stop(
            WRONG_USAGE,
            Message(
                fr=f"Ce fichier d'attentes ne peut pas être lu : {error}",
                en=f"This expectation file cannot be read: {error}",
            ),
            Message(fr="Corriger le fichier nommé, puis relancer.", en="Correct the file named, then start again."),
            False,
            settings,
        )
    except CatalogueError as error:
        _stop(WRONG_USAGE, *_catalogue_trouble(error), False, settings)
    except LakeError as error:
        _stop(BLOCKED, error.reason, error.action, False, settings)
    except OSError as error:
        _stop(
            WRONG_USAGE,
            Message(fr=f"La page n'a pas pu être écrite : {error}", en=f"The page could not be written: {error}"),
            Message(fr="Choisir un autre endroit.", en="Choose another place."),
            False,
            settings,
        )
    _console().print(str(path), markup=False, soft_wrap=True)


@app.command(cls=Command)
def editions(home: Home = None, json_: Json = False) -> None:
    """List the published editions, the newest first."""
    from orchestration.editions.shelf import list_editions

    settings = _settings(home, json_=json_)
    found = list_editions(settings.home)
    if json_:
        print(
            json.dumps(
                [
                    {
                        "edition": e.edition_id,
                        "published_at": e.published_at.isoformat() if e.published_at else None,
                        "is_current": e.is_current,
                        "is_rolled_back_to": e.is_rolled_back_to,
                        "tables": {t.name: t.rows for t in e.tables},
                        "path": str(e.path),
                    }
                    for e in found
                ]
            )
        )
        return
    if not found:
        _say(
            settings,
            Message(
                fr="Aucune édition n'est encore publiée : lancer « observatory refresh ».",
                en="No edition is published yet: run 'observatory refresh'.",
            ),
        )
        return
    from rich.table import Table

    table = Table()
    french = settings.language == "fr"
    headings = (
        ("édition", "publiée le", "en service", "tables", "lignes")
        if french
        else ("edition", "published on", "in service", "tables", "rows")
    )
    yes, back = ("oui", "oui (retour)") if french else ("yes", "yes (rolled back to)")
    for heading in headings:
        table.add_column(heading, no_wrap=heading == headings[0])
    for e in found:
        mark = back if e.is_rolled_back_to else yes if e.is_current else ""
        day = "%d/%m/%Y %H:%M" if french else "%Y-%m-%d %H:%M"
        rows = f"{e.rows:,}".replace(",", "\u202f") if french else f"{e.rows:,}"
        table.add_row(
            e.edition_id, e.published_at.strftime(day) if e.published_at else "", mark, str(len(e.tables)), rows
        )
    _console().print(table)


@app.command(cls=Command)
def rollback(
    edition: Annotated[
        str, typer.Argument(help="Name of the edition to go back to, as `observatory editions` lists it.")
    ],
    home: Home = None,
) -> None:
    """Go back to a published edition at once; nothing is deleted."""
    from orchestration.editions import EditionError
    from orchestration.editions import rollback as roll_back

    settings = _settings(home)
    try:
        target = roll_back(settings.home, edition)
    except EditionError as error:
        _stop(WRONG_USAGE, error.reason, error.action, False, settings)
    _say(
        settings,
        Message(
            fr=f"Les lecteurs voient maintenant l'édition {target.edition_id}.",
            en=f"Readers now see edition {target.edition_id}.",
        ),
    )


@app.command(cls=Command)
def serve(
    home: Home = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Start the Dagster web page and its daemon."""
    from orchestration.dagster.serve import serve as start

    raise typer.Exit(start(_settings(home, use="write"), host=host, port=port))


# shared -------------------------------------------------------------------------------------------


@contextmanager
def _uncollected() -> Iterator[None]:
    """Import without collecting garbage: nothing that an import makes is thrown away, and looking costs a third."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _ids(planned: Walk, only: list[str] | None) -> list[str] | None:
    return [s.source_id for s in planned.sources] if only else None


def _settings(home: Path | None, territory: str | None = None, *, use: Use = "read", json_: bool = False) -> Settings:
    """Return the settings of a command, or stop it with words: a setting that cannot be, a home that cannot be used."""
    from pydantic import ValidationError

    from orchestration.base.homes import refuse_unusable
    from orchestration.base.settings import Settings, troubles

    try:
        settings = Settings.load(home=home, territory=territory)
    except ValidationError as error:
        *first, last = troubles(error)
        for trouble in first:
            print(trouble.text(language()), file=sys.stderr)
        _stop(WRONG_USAGE, last, None, json_)
    if use != "nothing":
        try:
            refuse_unusable(settings.home, writes=use == "write")
        except Refusal as refusal:
            _stop(WRONG_USAGE, refusal.reason, refusal.action, json_, settings)
    return settings


def _catalogue(settings: Settings):  # type: ignore[no-untyped-def]
    from orchestration.catalog import CatalogueError, load_catalogue

    try:
        return load_catalogue(settings.sources_path)
    except CatalogueError as error:
        _stop(WRONG_USAGE, *_catalogue_trouble(error), False, settings)


def _catalogue_trouble(error: CatalogueError) -> tuple[Message, Message]:
    listed = " ; ".join(error.problems)
    return (
        Message(
            fr=f"Le catalogue des sources se contredit : {listed}",
            en=f"The catalogue of sources contradicts itself: {listed}",
        ),
        Message(fr="Corriger les fichiers nommés, puis relancer.", en="Correct the files named, then start again."),
    )


def _accident(settings: Settings, error: Exception) -> tuple[Message, Message]:
    """Say what a disk or a permission forbids; else keep the traceback below the home and say where it is."""
    import traceback
    from datetime import UTC, datetime

    from orchestration.base.homes import disk_full, explained
    from orchestration.editions.errors import is_disk_full

    if is_disk_full(error):
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
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return (
        Message(
            fr=f"Le rafraîchissement s'est interrompu ({type(error).__name__} : {first}) ; l'édition publiée n'a pas changé.",
            en=f"The refresh broke off ({type(error).__name__}: {first}); the published edition did not change.",
        ),
        Message(
            fr=f"Transmettre ce fichier à l'équipe données : {kept}", en=f"Hand this file to the data team: {kept}"
        ),
    )


def _answer(outcome: RefreshOutcome, settings: Settings, as_json: bool, comparison: Comparison | None) -> NoReturn:
    from orchestration import receipts

    if as_json:
        print(json.dumps(receipts.to_json(outcome, settings.language), ensure_ascii=False))
    else:
        receipts.print_console(
            outcome, settings.home, settings.language, catalogue=_catalogue(settings), comparison=comparison
        )
    raise typer.Exit(outcome.exit_code)


def _stop(
    code: int, reason: Message, action: Message | None, as_json: bool, settings: Settings | None = None
) -> NoReturn:
    spoken = settings.language if settings else language()
    if as_json:
        print(
            json.dumps(
                {
                    "edition": None,
                    "exit_code": code,
                    "started_at": None,
                    "finished_at": None,
                    "territory": settings.territory if settings else None,
                    "sources": [],
                    "checks": [],
                    "reason": reason.text(spoken),
                    "action": action.text(spoken) if action else None,
                },
                ensure_ascii=False,
            )
        )
    for text in (reason, action):
        if text:
            print(text.text(spoken), file=sys.stderr)
    raise typer.Exit(code)


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _say(settings: Settings, message: Message) -> None:
    # soft: a line to paste or a path that is cut in two is of no use
    _console().print(message.text(settings.language), markup=False, soft_wrap=True)


def _console():  # type: ignore[no-untyped-def]
    from rich.console import Console

    # a pipe has no width: 80 columns would cut titles and commands in two
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("observatory")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
