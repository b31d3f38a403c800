"""Names of companies that could not be matched with certainty: the list, one name with its candidates, the decision, the drop.

What is decided here is what the workbook of names would hold, and is dropped as that workbook: it is looked at, rehearsed, taken or
left like any other file. Which names are asked about, and why, is the warehouse's (`docs/matching.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.base import acts
from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog import Source
from orchestration.counter.asked import Asked, NotThere, Page
from orchestration.counter.decisions import Cells, decide, decided, take_back
from orchestration.counter.drops import new_drop
from orchestration.counter.pages.deposit import look
from orchestration.counter.pages.state import standing
from orchestration.inbox.templates import CANDIDATES, Questions, read_questions, template_name
from orchestration.matching.identifiers import read_siren
from orchestration.receipts.identifiers import REFUSALS

_REVIEW = "review"
_AT_ONCE = 20
# as the workbook of names writes them (sources/match_reviews/columns.csv)
_OTHER, _NONE, _LATER = "Autre SIREN", "Aucun d'eux", "Plus tard"
_CHOICES = {"other": _OTHER, "none": _NONE, "later": _LATER}
_WHO = 60


def names(asked: Asked) -> Page:
    """Return the names that wait for a decision, or those that have one, by pages."""
    questions = _questions(asked)
    news = decided(asked.settings.home, questions)
    wants_decided = asked.request.query_params.get("which") == "decided"
    rows = [row | news.get(row["name_key"] or "", {}) for row in questions.rows]
    found = [row for row in rows if bool(row["decision"]) == wants_decided]
    first = min(_number(asked.request.query_params.get("from")), max(len(found) - 1, 0)) // _AT_ONCE * _AT_ONCE
    return Page(
        "names",
        {
            "rows": [_shown(asked, questions, row) for row in found[first : first + _AT_ONCE]],
            "first": first,
            "step": _AT_ONCE,
            "count": len(found),
            "waiting": sum(not row["decision"] for row in rows),
            "made": sum(bool(row["decision"]) for row in rows),
            "wants_decided": wants_decided,
            "news": news,
        },
    )


def one_name(asked: Asked) -> Page:
    """Return one name, its candidates, and the form that decides."""
    questions = _questions(asked)
    row = _row(asked, questions)
    news = decided(asked.settings.home, questions).get(row["name_key"] or "")
    now = row | (news or {})
    chosen = next((key for key, said in _CHOICES.items() if said == now["decision"]), (now["decision"] or "")[-1:])
    return Page(
        "name",
        {
            "row": now,
            "shown": _shown(asked, questions, now),
            "chosen": chosen,
            "is_news": news is not None,
        },
    )


def choose(asked: Asked) -> str:
    """Note what is decided of one name, or take that back; return where the list goes on."""
    questions = _questions(asked)
    row, home = _row(asked, questions), asked.settings.home
    key = row["name_key"] or ""
    if asked.field("what") == "back":
        take_back(home, questions, key)
        return "/review/names"
    cells = _cells(asked, row)
    decide(home, questions, key, cells)
    place = (cells["decision"] or "")[-1:]
    siren = cells["other_siren"] or (row.get(f"siren_{place}") if place.isdigit() else None)
    acts.note(
        home, "name_decided", who=asked.person.name, name=row["company_name"], decision=cells["decision"], siren=siren
    )
    return "/review/names"


def drop_decisions(asked: Asked) -> str:
    """Drop the workbook of names with what was decided in it; return where what is seen of it stands."""
    questions, home = _questions(asked), asked.settings.home
    news = decided(home, questions)
    if not news:
        raise Refusal(say("counter.nothing_decided"), say("counter.decide_a_name"), kind="empty")
    source = _source(asked, questions)
    drop = new_drop(home, asked.person.name)
    path = drop.place(template_name(source, questions.table))
    order = {"ask": "decided", "folder": str(_folder(asked)), "decided": news, "out": str(path)}
    if asked.jobs.ask(order) is None:
        raise Refusal(say("counter.not_read"), say("counter.accident_next"), kind="accident")
    drop.files[-1].bytes = path.stat().st_size
    drop.state = "waiting"
    drop.save()
    look(asked, drop)
    return f"/deposit/{drop.drop_id}"


def waiting(asked: Asked) -> int | None:
    """Return how many names wait for a decision; None where nothing was asked."""
    questions = read_questions(_folder(asked))
    if questions is None:
        return None
    news = decided(asked.settings.home, questions)
    return sum(not row["decision"] and row["name_key"] not in news for row in questions.rows)


def _cells(asked: Asked, row: Cells) -> Cells:
    """Return the cells of a decision as the workbook holds them. Raises Refusal, with what to do."""
    choice, who = asked.field("choice", 10), asked.field("decided_by", _WHO)
    if not who:
        raise Refusal(say("counter.decision_unsigned"), say("counter.sign_with_function"), kind="empty")
    told: dict[str, str | None] = {"other_siren": None, "decided_by": who, "decided_on": date.today().isoformat()}
    if choice in _CHOICES:
        told["decision"] = _CHOICES[choice]
    elif choice.isdigit() and row.get(f"siren_{choice}"):
        told["decision"] = f"Candidat {choice}"
    else:
        raise Refusal(say("counter.decision_unclear"), say("counter.choose_one"), kind="empty")
    if choice == "other":
        given = read_siren(asked.field("other_siren", 40))
        if given.value is None:
            raise Refusal(
                say("companies.no_siren", text=asked.field("other_siren", 40)),
                REFUSALS[given.refusal or "empty"],
                kind="siren",
            )
        told["other_siren"] = given.value
    return told


@dataclass(frozen=True)
class Candidate:
    """One candidate: its number, how the register names it (French), its score, what speaks against it, its SIREN."""

    number: int
    called: str
    score: float | None
    doubt: str | None
    siren: str


@dataclass(frozen=True)
class Shown:
    """A row in the language of the browser: the register's title, the place by name, the doubt, the candidates, the decision."""

    row: Cells
    register: str
    place: str | None
    why: str | None
    candidates: list[Candidate]
    decision: Message | None
    decided_on: date | None


def _shown(asked: Asked, questions: Questions, row: Cells) -> Shown:
    known = standing(asked.settings).catalogue.get(row["reviewed_source"] or "")
    key, code = row["name_key"] or "", row.get("place")
    name = questions.places.get(code) if code else None
    said = row["decision"] or ""
    choice = next((key for key, words in _CHOICES.items() if words == said), None)
    decision = {None: say("counter.candidate", number=said[-1:]), "other": say("counter.other_siren")}.get(choice)
    decision = decision or say("counter.none_of_them" if choice == "none" else "counter.decide_later")
    return Shown(
        row=row,
        register=asked.say(known.title) if known else row["reviewed_source"] or "",
        place=f"{name} ({code})" if name else asked.say(say("counter.place_code", code=code)) if code else None,
        why=questions.words(questions.reasons.get(key), asked.session.language) or row.get("why"),
        candidates=[_candidate(asked, questions, key, *found) for found in _candidates(row)],
        decision=decision if said else None,
        decided_on=date.fromisoformat(row["decided_on"] or "") if row.get("decided_on") else None,
    )


def _candidate(asked: Asked, questions: Questions, key: str, number: int, words: str, siren: str) -> Candidate:
    """Return a candidate by what is known of it; as the workbook has it where nothing is (a decision of a name that no register has now)."""
    known = questions.doubts.get(key, {}).get(siren)
    if known is None:
        return Candidate(number, words, None, None, siren)
    return Candidate(number, known.called, known.score, questions.words(known.doubt, asked.session.language), siren)


def _candidates(row: Cells) -> list[tuple[int, str, str]]:
    """Return (place, words, SIREN) of the candidates of a name."""
    return [
        (n, row.get(f"candidate_{n}") or "", siren) for n in CANDIDATES if (siren := row.get(f"siren_{n}")) is not None
    ]


def _row(asked: Asked, questions: Questions) -> Cells:
    row = questions.find(asked.request.path_params["key"])
    if row is None:
        raise NotThere
    return row


def _questions(asked: Asked) -> Questions:
    questions = read_questions(_folder(asked))
    if questions is None:
        raise NotThere
    return questions


def _source(asked: Asked, questions: Questions) -> Source:
    return standing(asked.settings).catalogue[questions.source]


def _folder(asked: Asked) -> Path:
    return asked.settings.home / _REVIEW


def _number(text: Any) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0
