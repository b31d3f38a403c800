"""Judging in tests: grounds that hold nothing but what a test gives, and judgements made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.base.settings import Settings
from orchestration.catalog.models import Source
from orchestration.conforming import Conformed
from orchestration.judging.facts import Facts
from orchestration.judging.grounds import Grounds
from orchestration.judging.judge import judge_file
from orchestration.judging.waivers import Waivers
from orchestration.lake.register import Realm, Register, SourceState
from orchestration.lake.store import Lake
from orchestration.landing import Landed
from orchestration.records.judgement import Judgement, Verdict

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)


def facts(
    folder: Path,
    catalogue: Mapping[str, Source],
    *,
    realm: Realm = "real",
    register: Register | None = None,
    waivers: Waivers | None = None,
    today: date | None = None,
) -> Facts:
    """Return facts on grounds below `folder`: an empty lake in `home`, a folder of work."""
    return Facts(
        Grounds(
            catalogue=catalogue,
            lake=Lake(folder / "home"),
            register=register if register is not None else Register(),
            realm=realm,
            waivers=waivers or Waivers([], []),
            today=today or NOW.date(),
            territory=Settings.model_fields["territory"].default,
            run_id="test",
            judged_at=NOW,
            work=folder / "work",
        )
    )


def read_rows(known: Facts, source: Source, state: SourceState, landed: Landed) -> Conformed:
    """Return the rows of a file, or raise the refusal that it is judged with."""
    judgement = judge_file(known, source, state, landed)
    if judgement.findings.refusal is not None:
        raise judgement.findings.refusal
    return judgement.findings.rows


def judged(source: str, vintage: str, file: str, state: str = "accepted", **changes: object) -> Judgement:
    """Return a judgement on a file, made by hand."""
    plain = {
        "id": f"{source}/{vintage}/{file}",
        "source": source,
        "vintage": vintage,
        "file": file,
        "sha256": "0" * 64,
        "bytes": 1,
        "origin": f"test:{file}",
        "channel": "mirror",
        "contract": "c",
        "slot": file,
        "verdicts": (Verdict(stage="file", state=state),),
    }
    return Judgement.model_validate({**plain, **changes})
