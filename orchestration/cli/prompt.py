"""What the command line says of itself: help in both languages, and words for a command that is mistyped.

The English help stands with the commands in their families' modules, the French one in `FRENCH` below, by command and by
`command.option` (`.option` for those that several share). Add the line of a new command or option here; a
test asks for it. What a command does belongs to its module.

Imports inside functions: the rooms asked there cost 0.1 s to import; only the help of `refresh` and an accident ask.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from orchestration.base.messages import Language, Message

WRONG_USAGE, ABORTED = 2, 1

FRENCH = {
    "": "Observatoire des pratiques RSE des entreprises et des Objectifs de développement durable sur une métropole.",
    ".version": "Dire la version et s'arrêter.",
    ".help": "Afficher cette aide et s'arrêter.",
    ".home": "Dossier sous lequel tout est écrit (par défaut OBSERVATORY_HOME, sinon ./var).",
    ".json_": "Écrire un seul objet JSON sur la sortie standard, et rien d'autre.",
    "refresh": "Lire les fichiers des éditeurs, construire les tables, les contrôler et publier une nouvelle édition.\n\n"
    "Codes de sortie : 0 tout est pris ou inchangé, 2 mauvais usage, 3 publié mais une source a été refusée, 4 rien n'est "
    "publié, 5 une autre actualisation est en cours dans ce dossier.",
    "refresh.from_": "D'où viennent les fichiers : le dossier d'un miroir, les échantillons livrés (sample) ou les adresses des éditeurs (live).",
    "refresh.only": "Seulement ces sources ou ces groupes ; peut être répété.",
    "refresh.territory": "SIREN de l'intercommunalité que l'observatoire regarde.",
    "refresh.replace_real": "Laisser les échantillons prendre la place d'une édition faite de fichiers réels.",
    "inbox": "Prendre les fichiers déposés dans HOME/inbox et répondre à côté de chacun.\n\n"
    "Codes de sortie : 0 tous sont pris (ou il n'y en a pas), 3 un fichier a été refusé, 5 une autre actualisation est en cours.",
    "templates": "Écrire les classeurs que remplit l'équipe RSE : un par table, avec listes de choix et légende.",
    "templates.folder": "Où les écrire (par défaut HOME/inbox/modeles).",
    "status": "Dire de chaque source son millésime, quand son éditeur devait publier, de qui vient le retard et quoi faire.",
    "heartbeat": "Dire si les actualisations aboutissent encore, et envoyer ce qui est en retard ou n'a pu être envoyé.\n\n"
    "À lancer par une planification à part, à côté de celle qui actualise. Codes de sortie : 0 elles aboutissent, 1 elles se sont arrêtées.",
    "sources": "Lister le catalogue : chaque source, son éditeur, ses groupes et ses tables.",
    "check": "Essayer un fichier contre le contrat de sa source ; rien n'est écrit, sauf les lignes proposées avec --accept.\n\n"
    "Le fichier est comparé à ce que tient le dossier et à l'extrait livré. Codes de sortie : 0 il serait pris (ou le sera, les "
    "lignes acceptées), 2 mauvais usage, 3 il serait refusé.",
    "check.source": "Identifiant de la source, tel que « observatory sources » le donne.",
    "check.file": "Le fichier à essayer.",
    "check.vintage": "Année (ou mois) dont parle le fichier ; par défaut, trouvée dans son nom.",
    "check.accept": "Écrire les lignes proposées dans le columns.csv de la source, après un oui.",
    "check.yes": "Avec --accept : ne pas demander.",
    "docs": "Écrire la page des référents données : chaque attente en clair, avec son dernier résultat.",
    "docs.out": "Où l'écrire : un dossier, ou un fichier ….html (par défaut HOME/docs).",
    "editions": "Lister les éditions publiées, la plus récente d'abord.",
    "rollback": "Revenir tout de suite à une édition publiée ; rien n'est supprimé.",
    "rollback.edition": "Nom de l'édition, tel que « observatory editions » le donne.",
    "serve": "Démarrer la page de Dagster et son service d'arrière-plan.",
    "serve.host": "Adresse à écouter.",
    "serve.port": "Port à écouter.",
}
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
SETTINGS = {
    "OBSERVATORY_HOME": Message(
        fr="le dossier, quand --home n'est pas donné", en="the folder, where --home is not given"
    ),
    "OBSERVATORY_TERRITORY": Message(
        fr="SIREN de l'intercommunalité, quand --territory n'est pas donné (244400404, Nantes Métropole)",
        en="SIREN of the EPCI, where --territory is not given (244400404, Nantes Métropole)",
    ),
    "OBSERVATORY_LANGUAGE": Message(
        fr="fr ou en : langue des phrases, de l'aide et des reçus (fr)",
        en="fr or en: language of sentences, help and receipts (fr)",
    ),
    "OBSERVATORY_FROM": Message(
        fr="sample, live ou le dossier d'un miroir : pour ce qui est lancé dans la page de Dagster (sample)",
        en="sample, live or a mirror's folder: for what is started in Dagster's page (sample)",
    ),
    "OBSERVATORY_NOTIFY": Message(
        fr="adresses (apprise) à qui dire les refus et les retards",
        en="addresses (apprise) to tell refusals and delays to",
    ),
    "OBSERVATORY_NOTIFY_ALWAYS": Message(fr="1 : écrire aussi quand tout va bien", en="1: write also when all is well"),
    "OBSERVATORY_NOTIFY_SAMPLES": Message(
        fr="1 : écrire aussi pour des essais sur échantillons", en="1: write about trials on samples too"
    ),
    "OBSERVATORY_HEARTBEAT_DAYS": Message(
        fr="jours de silence avant que « heartbeat » se plaigne (0 : selon les calendriers)",
        en="days of silence before 'heartbeat' complains (0: by the calendars)",
    ),
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
            print("Abandonné." if language() == "fr" else "Aborted.", file=sys.stderr)
            code = ABORTED
        except Exception as error:
            code = _complain(error) if hasattr(error, "format_message") else _accident(error)
        sys.exit(code if isinstance(code, int) else 0)


def _complain(error: Any) -> int:
    ctx = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return WRONG_USAGE
    path = ctx.command_path if ctx is not None else "observatory"
    if language() == "en":
        print(error.format_message(), f"Help: {path} --help", sep="\n", file=sys.stderr)
    else:
        print(_in_french(error, ctx), f"Aide : {path} --help", sep="\n", file=sys.stderr)
    return WRONG_USAGE


def _accident(error: Exception) -> int:
    """Tell what a disk or a permission forbids; anything else is a fault of ours, and is raised again."""
    from orchestration.base.homes import disk_full, explained
    from orchestration.editions.errors import is_disk_full

    refusal = disk_full(None) if is_disk_full(error) else explained(error, None) if isinstance(error, OSError) else None
    if refusal is None:
        raise error
    print(refusal.reason.text(language()), refusal.action.text(language()), sep="\n", file=sys.stderr)
    return WRONG_USAGE


def _in_french(error: Any, ctx: Any) -> str:
    param = getattr(error, "param", None)
    name = _spelt(param).split()[0] if param is not None else ""
    match type(error).__name__:
        case "NoSuchOption":
            near = ", ".join(error.possibilities or ())
            return f"L'option {error.option_name} n'existe pas.{f' Peut-être : {near}.' if near else ''}"
        case "BadOptionUsage":
            return f"L'option {error.option_name} demande une valeur."
        case "MissingParameter":
            return f"Il manque {name}."
        case "BadParameter":
            return f"La valeur donnée à {name} ne convient pas."
    if ctx is not None and isinstance(ctx.command, Group):
        names = ", ".join(ctx.command.list_commands(ctx))
        return f"Cette commande n'existe pas. Commandes : {names}."
    return "La commande est mal écrite : un mot est en trop."


def _write_help(command: Any, ctx: Any, formatter: Any) -> None:
    french = language() == "fr"
    name = "" if isinstance(command, Group) else command.name
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix="Usage : " if french else "Usage: ")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(FRENCH[name] if french else (command.help or "").strip())
    if isinstance(command, Group):
        rows = [(n, _short(n, command.commands[n], french)) for n in command.list_commands(ctx)]
        _section(formatter, "Commandes" if french else "Commands", rows)
    params = command.get_params(ctx)
    rows = [(_spelt(p), _text(p, name, french)) for p in params if p.param_type_name == "argument"]
    _section(formatter, "Arguments", rows)
    rows = [(_spelt(p), _text(p, name, french)) for p in params if p.param_type_name == "option"]
    _section(formatter, "Options", rows)
    if not name:
        rows = [(variable, said.fr if french else said.en) for variable, said in SETTINGS.items()]
        _section(
            formatter, "Réglages (variables d'environnement)" if french else "Settings (environment variables)", rows
        )
    if name in EXAMPLES:
        formatter.write_paragraph()
        formatter.write_heading(_before_colon("Exemples" if french else "Examples"))
        for line in EXAMPLES[name]:  # a command that is cut in two cannot be copied
            formatter.write(f"  {line}\n")


def _section(formatter: Any, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(_before_colon(heading)):
            formatter.write_dl(rows)


def _before_colon(heading: str) -> str:
    return heading + (" " if language() == "fr" else "")


def _short(name: str, command: Any, french: bool) -> str:
    return (FRENCH[name] if french else (command.help or "").strip()).split("\n\n")[0].replace("\n", " ")


def _spelt(param: Any) -> str:
    if param.param_type_name == "argument":
        return param.metavar or param.name.upper()
    names = ", ".join(param.opts)
    return names if param.is_flag else f"{names} {param.metavar or param.name.strip('_').upper()}"


def _text(param: Any, command: str, french: bool) -> str:
    said = (FRENCH.get(f"{command}.{param.name}") or FRENCH[f".{param.name}"]) if french else (param.help or "")
    if f"{command}.{param.name}" == "refresh.only":
        said += (" Groupes : " if french else " Groups: ") + ", ".join(_groups())
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
