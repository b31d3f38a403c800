"""How triage says no, how a reviewed waiver turns a no into a warning, and when a no is about single rows only.

A `Fault` is a refusal that knows its check and its column, so that a waiver can name it, and the rows that it is
about, where it is about rows: these may be left out in the file's stead. Checks hand their faults to a `Sink`: the
default raises; `ingest` passes one that asks the waivers first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, Refusal

if TYPE_CHECKING:
    from orchestration.conforming.conform import Rejected

# rows that stand together are a piece of the file that was moved, exchanged or rescaled, and not odd rows of their own
BLOCK = 3

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
    """A refusal of one check: `kind` names the check, `column` the column that it is about (or None).

    `rows`: where the fault lies in single rows, their positions in the table that was judged, each with what is
    wrong with it; empty where it speaks of the file.
    """

    def __init__(
        self,
        kind: str,
        fr: str,
        en: str,
        action: Message = COMPARE,
        *,
        column: str | None = None,
        rows: Mapping[int, Message] | None = None,
    ) -> None:
        super().__init__(Message(fr=fr, en=en), action, kind=kind)
        self.column = column
        self.rows: dict[int, Message] = dict(rows or {})


def are_single(positions: Collection[int], budget: int) -> bool:
    """Return whether so few rows, here and there, are at fault that they may be left out and the file be taken."""
    if not positions or len(positions) > budget:
        return False
    order = sorted(positions)
    return not any(order[i + BLOCK - 1] - order[i] == BLOCK - 1 for i in range(len(order) - BLOCK + 1))


Sink = Callable[[Refusal], None]
LINES_NAMED = 20


def after_bad_lines(file_name: str, rejected: Iterable[Rejected], refusal: Refusal) -> Refusal:
    """Name the lines that were left out before whatever else a file is refused for: often they are the reason of it."""
    bad = sorted(rejected, key=lambda r: r.line)
    if bad:
        refusal.lines, refusal.alone = bad, refusal.reason
        more = f" ; … (+{len(bad) - LINES_NAMED})" if len(bad) > LINES_NAMED else ""
        fr = " ; ".join(f"ligne {r.line}, {r.why.fr} (colonne « {r.column} »)" for r in bad[:LINES_NAMED])
        en = "; ".join(f"line {r.line}, {r.why.en} (column '{r.column}')" for r in bad[:LINES_NAMED])
        refusal.reason = Message(
            fr=f"{file_name} : à corriger d'abord, {fr}{more}. {refusal.reason.fr}",
            en=f"{file_name}: to be corrected first, {en}{more}. {refusal.reason.en}",
        )
    return refusal


def refuse(fault: Refusal) -> None:
    """Raise the fault: what happens where no waiver is in force."""
    raise fault
