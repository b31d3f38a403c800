"""The editions: which there are, what differs between any two, back to one of them with a reason."""

from __future__ import annotations

import json

from pydantic import ValidationError

from orchestration import editions
from orchestration.base.files import write_atomically
from orchestration.base.messages import Refusal, say
from orchestration.counter.asked import Asked, NotThere, Page
from orchestration.editions import Comparison
from orchestration.receipts.moves import moves

# editions never change: what differs between two is asked once
_ASKED = "counter/compared"


def shelf(asked: Asked) -> Page:
    """Return the list of the editions."""
    return Page("editions", {"editions": editions.list_editions(asked.settings.home)})


def compared(asked: Asked) -> Page:
    """Return what differs in the figures of two editions."""
    known = {e.edition_id: e for e in editions.list_editions(asked.settings.home)}
    before, after = (known.get(asked.request.query_params.get(name, "")) for name in ("before", "after"))
    if before is None or after is None:
        raise NotThere
    if before.edition_id == after.edition_id:
        raise Refusal(say("counter.same_edition"), say("counter.choose_two"), kind="usage")
    path = asked.settings.home / _ASKED / f"{before.edition_id}..{after.edition_id}.json"
    found = None
    if path.is_file():
        try:
            found = Comparison.model_validate_json(path.read_bytes())
        except ValidationError:
            found = None
    if found is None:
        said = asked.jobs.ask({"ask": "compare", "before": before.edition_id, "after": after.edition_id})
        if said is None:
            raise Refusal(say("counter.not_compared"), say("counter.accident_next"), kind="accident")
        write_atomically(path, json.dumps(said))
        found = Comparison.model_validate(said)
    return Page(
        "compared",
        {"before": before, "after": after, "comparison": found, "moves": moves(found, asked.session.language)},
    )


def go_back(asked: Asked) -> str:
    """Put an edition back into service; return where it is told."""
    name, reason = asked.field("edition"), asked.field("reason", 300)
    if name not in {e.edition_id for e in editions.list_editions(asked.settings.home)}:
        raise NotThere
    if len(reason) < 5:
        raise Refusal(say("counter.reason_missing"), say("counter.say_why"), kind="empty")
    job = asked.jobs.command("rollback", ["rollback", name, f"--reason={reason}"], who=asked.person.name, edition=name)
    return f"/runs/{job.job_id}"
