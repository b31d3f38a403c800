"""What several commands share on their way in: options, the settings that follow from them, the catalogue.

Add an option here once a second command has it. What only one command asks for stands with it; how a command answers
belongs to `answering`.

Imports inside functions: settings and catalogue cost 0.12 s to import, which `--help` need not pay.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import ValidationError

from orchestration.base.messages import Refusal, say
from orchestration.cli.answering import refusals, spelt, stop
from orchestration.cli.prompt import WRONG_USAGE, language

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.catalog.models import Source

Home = Annotated[
    Path | None,
    # whether it may be read is ours to say, with why and what to do
    typer.Option(
        "--home",
        readable=False,
        help="Folder below which everything is written (default: OBSERVATORY_HOME, else ./var).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output and nothing else there.")]
# what a command does with the home
Use = Literal["nothing", "read", "write"]


def settings_for(
    home: Path | None, territory: str | None = None, *, use: Use = "read", json_: bool = False
) -> Settings:
    """Return the settings of a command, or stop it with words: a setting that cannot be, a home that cannot be used."""
    from orchestration.base.homes import refuse_unusable
    from orchestration.base.settings import Settings, troubles

    try:
        settings = Settings.load(home=home, territory=territory)
    except ValidationError as error:
        *first, last = troubles(error)
        for trouble in first:
            print(spelt(trouble, language()), file=sys.stderr)
        stop(WRONG_USAGE, last, None, json_)
    for variable, folder in settings.not_folders():
        stop(WRONG_USAGE, say("base.setting_no_folder", variable=variable, folder=folder), None, json_, settings)
    if use != "nothing":
        try:
            refuse_unusable(settings.home, writes=use == "write")
        except Refusal as refusal:
            stop(WRONG_USAGE, refusal.reason, refusal.action, json_, settings)
    return settings


def catalogue_of(settings: Settings) -> dict[str, Source]:
    """Return the catalogue of sources, or stop with words where it contradicts itself."""
    from orchestration.catalog import load_catalogue

    with refusals(settings):
        return load_catalogue(settings.sources_path)
