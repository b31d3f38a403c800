"""The journal of a home in words: what each act says, for the prompt and the team's counter, and for Dagster's pages without names.

Add a line to `_TOLD` for a new kind of act. What an act is belongs to `base.acts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from orchestration.base.acts import Act, What
from orchestration.base.messages import Language, Message, say
from orchestration.base.showing import visible
from orchestration.receipts.sentences import text
from orchestration.receipts.wording import moment

About = Mapping[str, Any]
_CHANNELS = {
    "sample": say("receipts.channel_sample"),
    "live": say("receipts.channel_live"),
    "inbox": say("receipts.channel_inbox"),
}
_KINDS = {"line": say("receipts.asked_line"), "waiver": say("receipts.asked_waiver")}
_ANSWERS = {
    "accepted": say("receipts.answer_accepted"),
    "refused": say("receipts.answer_refused"),
    "waiting": say("receipts.answer_waiting"),
}


def _refresh(about: About) -> Message:
    channel = str(about.get("channel", ""))
    return say("receipts.act_refresh_asked", channel=_CHANNELS.get(channel, channel), only=about.get("only") or None)


_TOLD: dict[What, Callable[[About], Message]] = {
    "published": lambda a: say("receipts.act_published", edition=a.get("edition")),
    "rolled_back": lambda a: say("receipts.act_rolled_back", edition=a.get("edition"), reason=a.get("reason")),
    "refresh_asked": _refresh,
    "refresh_stopped": lambda a: say("receipts.act_refresh_stopped", by=a.get("asked_by")),
    "file_dropped": lambda a: say("receipts.act_file_dropped", file=a.get("file")),
    "file_taken": lambda a: say("receipts.act_file_taken", file=a.get("file")),
    "file_left": lambda a: say("receipts.act_file_left", file=a.get("file")),
    "file_answered": lambda a: say(
        "receipts.act_file_answered", file=a.get("file"), answer=_ANSWERS.get(str(a.get("state")), a.get("state"))
    ),
    "line_changed": lambda a: say(
        "receipts.act_line_changed", table=a.get("table"), line=a.get("line"), why=a.get("why")
    ),
    "name_decided": lambda a: say(
        "receipts.act_name_decided", name=a.get("name"), decision=a.get("decision"), siren=a.get("siren")
    ),
    "asked": lambda a: say(
        "receipts.act_asked", request=_KINDS.get(str(a.get("kind")), a.get("kind")), about=a.get("about")
    ),
    "settled": lambda a: say("receipts.act_settled", about=a.get("about"), answer=a.get("answer")),
}


def told(act: Act) -> Message:
    """Return an act as a sentence, without who and when."""
    return _TOLD[act.what](act.about)


def journal_lines(found: Sequence[Act], language: Language) -> list[str]:
    """Return acts as lines of text: `30/11/2026 09:12 · Claire · édition … remise en service`."""
    return [f"{moment(act.when, language)} · {visible(act.who)} · {text(told(act), language)}" for act in found]


def shown_lines(found: Sequence[Act], language: Language) -> list[str]:
    """Return acts as lines for whoever need not know whom they are about.

    A company that a name was decided for may be one person's: such decisions are told by who, when and how many, those in a row in
    one line, and where they are read.
    """
    lines = []
    for (is_name, _), run in groupby(found, lambda act: (act.what == "name_decided", act.who)):
        some = list(run)
        if is_name:
            said = text(say("receipts.act_names_decided", count=len(some)), language)
            lines.append(f"{moment(some[0].when, language)} · {visible(some[0].who)} · {said}")
        else:
            lines += journal_lines(some, language)
    return lines
