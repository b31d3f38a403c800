"""What makes the marts: a change of it is news, and nothing built before it may be gone on from."""

from __future__ import annotations

import re

from orchestration.base.settings import PROJECT
from orchestration.refresh.plan import CALLED_BY_MODELS


def test_every_room_that_a_model_calls_belongs_to_it() -> None:
    models = [path.read_text(encoding="utf-8") for path in (PROJECT / "dbt_project" / "models").rglob("*.py")]
    called = {room for text in models for room in re.findall(r"(?:from|import) orchestration\.(\w+)", text)}
    assert called and called == set(CALLED_BY_MODELS)
