"""The observatory at a prompt: the same jobs as in the web page, for a person or a timer.

Puts the commands together, in the order in which `--help` lists them. Each says in its family's module what it does,
calls the rooms, and turns their answers into words and exit codes: `refreshing`, `dropping`, `standing`, `checking`,
`documents`, `companies`, `editions`, `site`, `exporting`, `publishing`, `tidying`, `serving`, `counter`. A new command is a function there, a line here, and its French help in `prompt`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.checking import check, docs
from orchestration.cli.companies import assess, company
from orchestration.cli.counter import counter, journal
from orchestration.cli.documents import read
from orchestration.cli.dropping import inbox, templates
from orchestration.cli.editions import editions, rollback
from orchestration.cli.exporting import export
from orchestration.cli.prompt import Command, Group
from orchestration.cli.publishing import publish
from orchestration.cli.refreshing import refresh
from orchestration.cli.serving import serve
from orchestration.cli.site import site
from orchestration.cli.standing import heartbeat, sources, status
from orchestration.cli.tidying import tidy

COMMANDS = (
    refresh,
    inbox,
    templates,
    status,
    heartbeat,
    sources,
    check,
    read,
    company,
    assess,
    docs,
    editions,
    rollback,
    site,
    export,
    publish,
    tidy,
    serve,
    counter,
    journal,
)

app = typer.Typer(
    name="observatory",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=Group,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        # settings cost 0.06 s to import, which `--help` need not pay
        from orchestration.base.settings import code_version

        print(code_version())
        raise typer.Exit


@app.callback()
def observatory(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and stop.")
    ] = False,
) -> None:
    """Observatory of companies' CSR practice and the Sustainable Development Goals on a metropolis."""


for _command in COMMANDS:
    app.command(cls=Command)(_command)
