"""How triage says no, and how a reviewed waiver turns a no into a warning.

A `Fault` is a refusal that knows its check and its column, so that a waiver can name it. Checks hand
their faults to a `Sink`: the default raises; `ingest` passes one that asks the waivers first.
"""

from __future__ import annotations

from collections.abc import Callable

from orchestration.messages import Message, Refusal

COMPARE = Message(
    fr="Ne pas corriger à la main : comparer ces lignes avec la page de l'éditeur, puis redemander le fichier ; si ses "
    "chiffres sont justes, inscrire une dérogation datée dans waivers.yml.",
    en="Do not correct by hand: compare these lines with the publisher's page, then ask for the file again; if its "
    "figures are right, enter a dated waiver in waivers.yml.",
)
AGAIN = Message(
    fr="Télécharger de nouveau le fichier entier et comparer sa taille avec celle qu'annonce l'éditeur.",
    en="Download the whole file again and compare its size with the one that the publisher announces.",
)
RIGHT_FILE = Message(
    fr="Vérifier que c'est le bon fichier, de la bonne année et du bon niveau, puis le redemander à son éditeur.",
    en="Check that it is the right file, of the right year and level, then ask the publisher for it again.",
)


class Fault(Refusal):
    """A refusal of one check: `kind` names the check, `column` the column that it is about (or None)."""

    def __init__(
        self, kind: str, fr: str, en: str, action: Message = COMPARE, *, column: str | None = None
    ) -> None:
        super().__init__(Message(fr=fr, en=en), action, kind=kind)
        self.column = column


Sink = Callable[[Refusal], None]


def refuse(fault: Refusal) -> None:
    """Raise the fault: what happens where no waiver is in force."""
    raise fault
