"""One file tried as a refresh would take it, leaving no trace: what `observatory check` and the inbox ask alike.

The grounds are those of a refresh of the home on that day (its register, realm and waivers); new vintages are written to a
scratch folder. What cannot be known here: the other files of a delivery (a second file of the same kind, the communes
beside the EPCIs, the other half of a national stock), and what the marts make of all of them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.settings import Settings
from orchestration.catalog.models import Source
from orchestration.catalog.vintages import parse_vintage
from orchestration.conforming import accept_patch
from orchestration.judging.facts import Facts
from orchestration.judging.grounds import Grounds
from orchestration.judging.judge import judge_file
from orchestration.judging.suites import settle, suite_of
from orchestration.judging.taking import take
from orchestration.judging.told import Kept
from orchestration.judging.verdicts import Findings
from orchestration.judging.waivers import load_waivers
from orchestration.judging.withdrawing import withdraw
from orchestration.lake.register import SourceState, realm_of
from orchestration.lake.store import Lake
from orchestration.landing import HashCache, Landed, land_folder
from orchestration.quality.expectations import validate
from orchestration.quality.frames import frame_of_files
from orchestration.records.judgement import Judgement
from orchestration.records.outcome import CheckOutcome, FileOutcome, outcome_of
from orchestration.records.proposal import Patch


def trial_facts(settings: Settings, catalogue: Mapping[str, Source], scratch: Path, today: date) -> Facts:
    """Return what a file dropped today would be held against; whatever is taken is written below `scratch`.

    Raises LakeError.
    """
    lake = Lake(settings.home, scratch)
    register = lake.candidate()
    return Facts(
        Grounds(
            catalogue=catalogue,
            lake=lake,
            register=register,
            realm=realm_of("inbox", register),
            waivers=load_waivers(settings.waivers_path, dict(catalogue), settings.expectations_path),
            today=today,
            territory=settings.territory,
            run_id="trial",
            judged_at=datetime.now(UTC),
            work=scratch / "work",
        )
    )


@dataclass(frozen=True)
class Tried:
    """How a refresh would judge one file, what was met on the way, and the vintages that it would keep with it."""

    landed: Landed
    judgement: Judgement
    findings: Findings
    kept: tuple[Kept, ...] = ()


def try_source(facts: Facts, source: Source, files: list[Landed]) -> list[Tried]:
    """Return how a refresh would judge `files` as those of one delivery, in their order.

    A half of a national stock is judged by itself: the other one may be on its way.
    """
    grounds = facts.grounds
    state = grounds.states.setdefault(source.source_id, SourceState())
    if source.is_bulk:
        judged = ((landed, judge_file(facts, source, state, landed)) for landed in files)
        return [Tried(landed, one, one.findings) for landed, one in judged]
    withdraw(facts, source, state)
    if grounds.realm == "real":
        grounds.register.aside(state)
    tried = []
    for taken in take(facts, source, state, files, {f.vintage for f in files}):
        for one in taken.told:
            judgement = grounds.register.judgements[one.judgement]
            if one.alone is not None:
                judgement = judgement.overturned("vintage", one.alone)
            tried.append(Tried(one.landed, judgement, one.findings or Findings(), tuple(taken.kept)))
    return tried


def try_file(
    settings: Settings,
    catalogue: Mapping[str, Source],
    source: Source,
    file: Path,
    vintage: str | None,
    *,
    today: date,
) -> FileOutcome:
    """Return what a refresh of the home would say of `file` on the day `today`, as a file of `source`; nothing is kept.

    `vintage`: the folder in which it would lie; when None, the year is looked for in the file's name. Raises LakeError.
    """
    with tempfile.TemporaryDirectory(prefix="observatory-check-") as scratch:
        return _tried(settings, catalogue, source, file.resolve(), vintage, Path(scratch), today)


def _tried(
    settings: Settings,
    catalogue: Mapping[str, Source],
    source: Source,
    file: Path,
    vintage: str | None,
    scratch: Path,
    today: date,
) -> FileOutcome:
    vintage = vintage or _vintage_in(file)
    if vintage is None or parse_vintage(vintage) is None:
        return _without_year(source, file)
    delivery = scratch / "delivery" / source.source_id
    place = delivery / vintage
    place.mkdir(parents=True, exist_ok=True)
    (place / file.name).symlink_to(file)
    facts = trial_facts(settings, {**catalogue, source.source_id: source}, scratch, today)
    landed = land_folder(source, delivery, "mirror", HashCache(scratch / "hashes.json"), f"check:{source.source_id}")
    tried = try_source(facts, source, landed.files)
    kept = list({k.ticket: k for one in tried for k in one.kept}.values())
    for item in kept:
        suite = suite_of(settings.expectations_path, item)
        if suite is not None and item.held is not None:
            checks = validated(facts.grounds.lake.path(item.held), suite, f"{source.source_id}.{item.table}")
            settle(facts, item, checks, kept)
    held = facts.grounds.register.judgements
    said = [
        # a suite may have overturned what was good
        outcome_of(held.get(j.id, j) if j.is_good else j, origin=f"check:{file.name}", channel="mirror", is_known=False)
        for j in (one.judgement for one in tried)
    ]
    return _together(source, file, vintage, [*landed.outcomes, *said])


def validated(path: Path, suite: Path, asset: str) -> list[CheckOutcome]:
    """Return what an expectation suite says of a Parquet file, run here: no build follows, so no second process is worth its start."""
    return validate(frame_of_files([path], suite), suite, asset)


def accept(
    settings: Settings,
    catalogue: Mapping[str, Source],
    source: Source,
    file: Path,
    vintage: str | None,
    patch: Patch,
    *,
    today: date,
) -> None:
    """Write the proposed lines to the source's `columns.csv`, once it is proven that `file` reads with them.

    Raises Refusal when it would still be refused, CatalogueError when the contract would no longer load, OSError when
    it cannot be written; nothing is written then.
    """

    def proven(mended: Source) -> None:
        outcome = try_file(settings, catalogue, mended, file, vintage, today=today)
        if outcome.state == "refused" and outcome.reason is not None and outcome.action is not None:
            raise Refusal(outcome.reason, outcome.action)

    accept_patch(source.path, patch, reads=proven)


def _together(source: Source, file: Path, vintage: str, found: list[FileOutcome]) -> FileOutcome:
    """Return one outcome of a file that may be an archive of several."""
    outcome = next((o for o in found if o.state == "refused"), None) or next(iter(found), None)
    if outcome is None:
        why = next((i.why for i in source.ignore if re.fullmatch(i.pattern, file.name, re.IGNORECASE)), None)
        return FileOutcome(
            source=source.source_id,
            vintage=vintage,
            file=file.name,
            state="missing",
            reason=say("judging.file_beside", file=file.name, source=source.title, why=why),
        )
    if len(found) > 1 and outcome.state != "refused":
        # an archive of several files: each was taken
        outcome = outcome.model_copy(
            update={
                "file": file.name,
                "reason": Message.join([o.reason for o in found if o.reason]),
                "state": "adapted" if any(o.state == "adapted" for o in found) else outcome.state,
                **{n: sum(getattr(o, n) for o in found) for n in ("rows_read", "rows_kept", "rows_rejected")},
            }
        )
    return outcome.model_copy(update={"origin": f"check:{file.name}"})


def _without_year(source: Source, file: Path) -> FileOutcome:
    return FileOutcome(
        source=source.source_id,
        file=file.name,
        state="refused",
        reason=say("judging.no_year", file=file.name),
        action=say("judging.say_which_year"),
    )


def _vintage_in(file: Path) -> str | None:
    """Return the vintage that the file's folder or name gives: `…/2018/FILO2018_DISP_COM.csv` → 2018."""
    if parse_vintage(file.parent.name):
        return file.parent.name
    years = set(re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", file.name))
    return years.pop() if len(years) == 1 else None
