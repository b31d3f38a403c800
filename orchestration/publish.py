"""The last step of a refresh: does anything block, what do readers get, what do people read about it.

Order matters: the edition is complete on disk, its receipts included, before it is swapped in; the
lake's register follows it. A process killed between the two leaves a published edition and an older
register, and the next refresh settles that by itself.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import editions, receipts
from orchestration.messages import Message
from orchestration.records import FileOutcome, RefreshOutcome
from orchestration.settings import code_version

if TYPE_CHECKING:
    from orchestration.refresh import Refresh

log = logging.getLogger("observatory")


def publish(refresh: "Refresh") -> RefreshOutcome:
    """Publish what `refresh` built, unless a blocking check failed or readers have just that already.

    Returns the outcome with its exit code: 0, 3 (a source was refused), 4 (nothing published).
    """
    blocking = [c for c in refresh.checks if not c.passed and c.severity == "error"]
    if blocking:
        return block(refresh, [c.message for c in blocking])
    try:
        return _publish(refresh)
    except editions.EditionError as error:
        return block(refresh, [error.reason], error.action)


def _publish(refresh: "Refresh") -> RefreshOutcome:
    home = refresh.settings.home
    assert refresh.built is not None, "build() comes first"
    before = editions.current(home)
    edition_id = editions.new_edition_id(home)
    outcome = refresh.outcome(edition=edition_id, published=True)
    built = editions.build(
        refresh.built.warehouse, home, edition_id, outcome, inputs_of(refresh), code_version()
    )
    refresh.register.published = {"basis": refresh.basis(), "edition": edition_id}
    if before and editions.same_as_current(built):
        editions.discard(built)
        refresh.register.published["edition"] = before.edition_id
        refresh.lake.commit(refresh.register)
        comparison = editions.compare(before.path, before.path)
        outcome = refresh.outcome(
            edition=before.edition_id, published=False,
            note=Message(
                fr="Les fichiers ont été relus ; les chiffres sont les mêmes, l'édition publiée reste.",
                en="The files were read again; the figures are the same, the published edition stays.",
            ),
        )
        keep_receipts(refresh, outcome, comparison)
        return outcome
    outcome = outcome.model_copy(update={"tables": built.tables})
    comparison = editions.compare(before.path if before else None, built.path)
    texts = receipts.render(outcome, refresh.catalogue, comparison, refresh.settings.language)
    editions.publish(built, texts)
    refresh.lake.commit(refresh.register)
    keep_receipts(refresh, outcome, comparison)
    log.info("edition %s published", edition_id)
    return outcome


def block(refresh: "Refresh", reasons: list[Message], action: Message | None = None) -> RefreshOutcome:
    """Publish nothing, say why, write the receipt; return the outcome with exit code 4."""
    joined = Message.join(reasons)
    assert joined is not None
    outcome = refresh.outcome(
        edition=refresh.current_edition(), published=False, exit_code=4,
        note=Message(
            fr=f"Rien n'est publié : {joined.fr}",
            en=f"Nothing is published: {joined.en}",
        ),
        action=action or Message(
            fr="L'édition précédente reste en service. Transmettre ce compte rendu à l'équipe données.",
            en="The previous edition stays in service. Hand this receipt to the data team.",
        ),
    )
    keep_receipts(refresh, outcome)
    return outcome


def keep_receipts(
    refresh: "Refresh", outcome: RefreshOutcome, comparison: "editions.Comparison | None" = None
) -> None:
    """Write the receipts of this run below `HOME/receipts/`, whether an edition came of it or not."""
    folder = refresh.settings.home / "receipts"
    texts = receipts.render(outcome, refresh.catalogue, comparison, refresh.settings.language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            target = folder / f"{outcome.run_id}{Path(name).suffix}"
            begun = target.with_name(f".{target.name}")
            begun.write_text(text, encoding="utf-8")
            os.replace(begun, target)
    except OSError as error:
        log.error("the receipt could not be written: %s", error)


def inputs_of(refresh: "Refresh") -> list[FileOutcome]:
    """Return every file that the figures rest on, of all sources, not only of those asked for now."""
    inputs = {}
    for source_id, state in sorted(refresh.states.items()):
        for vintages in state.tables.values():
            for vintage, kept in vintages.items():
                for name, part in kept.parts.items():
                    inputs[source_id, vintage, name] = FileOutcome(
                        source=source_id, vintage=vintage, file=name, state="accepted", sha256=part.sha256,
                        bytes=part.bytes, origin=part.origin, channel=part.channel, rows_read=part.rows_read,
                        rows_kept=part.rows_kept, rows_rejected=part.rows_rejected,
                    )
    return [inputs[key] for key in sorted(inputs)]
