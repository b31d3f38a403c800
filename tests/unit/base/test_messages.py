"""Messages as data: equal by what they say, unchangeable, and the same after a trip through JSON."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError

from orchestration.base.messages import Message, Refusal, say


class Kept(BaseModel):
    """What a register keeps of a file."""

    reason: Message | None = None


def test_two_messages_are_one_where_code_and_params_are() -> None:
    told = say("triage.row", line=3, place="Ligné")
    assert told == say("triage.row", place="Ligné", line=3) and hash(told) == hash(
        say("triage.row", line=3, place="Ligné")
    )
    assert told != say("triage.row", line=4, place="Ligné") and told != say("triage.rows", line=3, place="Ligné")
    assert len({told, say("triage.row", line=3, place="Ligné")}) == 1


def test_a_message_cannot_be_changed() -> None:
    told = say("triage.row", line=3)
    with pytest.raises(AttributeError):
        told.code = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        told.params["line"] = 4  # type: ignore[index]
    lines = [1, 2]
    kept = say("x.y", lines=lines)
    lines.append(3)
    assert kept.params["lines"] == (1, 2)


def test_what_fills_a_message_is_plain() -> None:
    told = say(
        "x.y",
        count=np.int64(3),
        share=np.float64(0.5),
        never=float("nan"),
        day=date(2026, 11, 24),
        place=Path("a/b.csv"),
        names=dict.fromkeys(["b", "a"]),
        within=[say("x.z", line=np.int32(1))],
        nothing=None,
    )
    assert dict(told.params) == {
        "count": 3,
        "share": 0.5,
        "never": "nan",
        "day": "2026-11-24",
        "place": "a/b.csv",
        "names": ("b", "a"),
        "within": (say("x.z", line=1),),
        "nothing": None,
    }
    assert type(told.params["count"]) is int and type(told.params["share"]) is float


def test_a_message_comes_back_from_json_as_it_went() -> None:
    told = say("x.y", count=3, share=1.0, is_first=True, name="« a »", none=None, parts=[say("x.z", line=1), "b", [2]])
    for message in (told, Message.of(fr="un titre", en="a title"), Message.join([told, say("x.other")])):
        assert Kept.model_validate_json(Kept(reason=message).model_dump_json()).reason == message
        assert Kept.model_validate(Kept(reason=message).model_dump()).reason == message
        assert pickle.loads(pickle.dumps(message)) == message
    assert Kept(reason=told).model_dump(mode="json")["reason"]["params"]["parts"][0] == {
        "code": "x.z",
        "params": {"line": 1},
    }


def test_registers_of_before_the_codes_are_read() -> None:
    old = '{"reason": {"fr": "f.csv : 3 lignes illisibles.", "en": "f.csv: 3 unreadable rows."}}'
    assert Kept.model_validate_json(old).reason == Message.of(
        fr="f.csv : 3 lignes illisibles.", en="f.csv: 3 unreadable rows."
    )


@pytest.mark.parametrize(
    "wrong", [{"fr": "un titre"}, {"fr": "a", "en": "b", "eng": "c"}, {"fr": 1, "en": "b"}, "texte", 3]
)
def test_a_text_that_lacks_a_language_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Kept.model_validate({"reason": wrong})


def test_joined_messages_are_told_once_each() -> None:
    one, other = say("x.one"), say("x.other")
    assert Message.join([]) is None and Message.join([one, one]) == one
    joined = Message.join([one, other, one])
    assert joined is not None and joined.params["items"] == (one, other)


def test_an_error_tells_a_programmer_its_code() -> None:
    error = Refusal(say("reading.empty_file", file="a.csv"), say("reading.download_again"))
    assert str(error) == "reading.empty_file(file=a.csv)"
