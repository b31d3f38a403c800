"""The receipt for programs: the JSON object of `observatory refresh --json` and `receipt.json`.

Holds its shape and nothing else. Other people's tools read it: add keys, never rename one.
"""

from __future__ import annotations

from typing import Any

from orchestration.base.messages import Language, Message
from orchestration.receipts.patch_files import patch_name
from orchestration.receipts.sentences import text
from orchestration.records.outcome import FileOutcome, HomeFigure, HomeFigures, HomeGap, RefreshOutcome, SourceStanding
from orchestration.records.waived import WaiverNote


def to_json(outcome: RefreshOutcome, language: Language = "fr") -> dict[str, Any]:
    """Return the receipt as plain JSON values.

    `reason`, `action`, `message` and `note` are sentences in `language`; the same with `_en` are in
    English whatever the language. Times are ISO 8601.
    """
    return {
        "edition": outcome.edition,
        "exit_code": outcome.exit_code,
        "started_at": outcome.started_at.isoformat(),
        "finished_at": outcome.finished_at.isoformat(),
        "territory": outcome.territory,
        "sources": [file_to_json(f, language, patch_name(outcome, f)) for f in outcome.sources],
        "checks": [
            {
                "name": c.name,
                "asset": c.asset,
                "vintage": c.vintage,
                "severity": c.severity,
                "passed": c.passed,
                **_texts("message", c.message, language),
            }
            for c in outcome.checks
        ],
        "run_id": outcome.run_id,
        "channel": outcome.channel,
        "realm": outcome.realm,
        "published": outcome.published,
        "waivers": [waiver_to_json(w, language) for w in outcome.waivers],
        "tables": [t.model_dump(mode="json") for t in outcome.tables],
        "late": [_late_to_json(s, language) for s in outcome.standing if s.is_overdue],
        "home": home_to_json(outcome.home) if outcome.home else None,
        **_texts("note", outcome.note, language),
        **_texts("action", outcome.action, language),
    }


def waiver_to_json(note: WaiverNote, language: Language = "fr") -> dict[str, Any]:
    """Return one entry of `waivers.yml`, as in the receipt's `waivers` (also for `observatory status`)."""
    return {**note.model_dump(mode="json", exclude={"message"}), **_texts("message", note.message, language)}


def home_to_json(home: HomeFigures) -> dict[str, Any]:
    """Return the home territory's figures, as in the receipt's `home`; names in both languages."""
    return {
        "territory_code": home.territory_code,
        "territory": home.territory,
        "goals_covered": home.covered,
        "goals_missing": [goal for goal in home.goals if goal not in home.covered],
        "indicators": home.indicators,
        "figures": [
            {
                **_named(f),
                "unit": text(f.unit, "en"),
                "unit_fr": text(f.unit, "fr"),
                **f.model_dump(mode="json", exclude={*_NAMED, "unit"}),
            }
            for f in home.figures
        ],
        "missing": [{**_named(g), **g.model_dump(mode="json", exclude=_NAMED)} for g in home.gaps],
    }


_NAMED = {"indicator_id", "sdg_id", "indicator"}


def _named(item: HomeFigure | HomeGap) -> dict[str, Any]:
    return {
        "indicator_id": item.indicator_id,
        "sdg_id": item.sdg_id,
        "name_fr": text(item.indicator, "fr"),
        "name_en": text(item.indicator, "en"),
    }


def _late_to_json(standing: SourceStanding, language: Language) -> dict[str, Any]:
    return {
        **standing.model_dump(mode="json", exclude={"action", "is_overdue"}),
        **_texts("action", standing.action, language),
    }


def file_to_json(outcome: FileOutcome, language: Language = "fr", patch_file: str | None = None) -> dict[str, Any]:
    """Return what came of one file, as in the receipt's `sources` (also for `observatory check`).

    `patch_file`: where the proposed lines lie, relative to the receipt.
    """
    return {
        "source": outcome.source,
        "vintage": outcome.vintage,
        "file": outcome.file,
        "state": outcome.state,
        **_texts("reason", outcome.reason, language),
        **_texts("action", outcome.action, language),
        "rows_read": outcome.rows_read,
        "rows_kept": outcome.rows_kept,
        "rows_rejected": outcome.rows_rejected,
        "channel": outcome.channel,
        "patch": None
        if outcome.patch is None
        else {
            "columns_file": outcome.patch.columns_file,
            "file": patch_file,
            "lines": [
                {
                    "line": p.line,
                    "canonical": p.canonical,
                    "header": p.published,
                    **_texts("evidence", p.evidence, language),
                }
                for p in outcome.patch.proposals
            ],
        },
        "waived": [w.check for w in outcome.waived],
    }


def _texts(key: str, message: Message | None, language: Language) -> dict[str, str | None]:
    return {
        key: text(message, language) if message else None,
        f"{key}_en": text(message, "en") if message else None,
    }
