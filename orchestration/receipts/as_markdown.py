"""The receipt for a city officer: `receipt.md` in the home's language, the other language in a file beside it.

Holds what goes into `templates/receipt.<language>.md.j2`; the sentences are there. Words that only a
technician knows do not belong in either.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Language, say
from orchestration.base.showing import code
from orchestration.catalog.models import Source
from orchestration.receipts import territory, wording
from orchestration.receipts.moves import moves
from orchestration.receipts.patch_files import patch_name
from orchestration.receipts.sentences import text
from orchestration.receipts.summary import FORM, Drift, Summary, drifts, folded, late, owner, summarise, title
from orchestration.records.outcome import RefreshOutcome, SourceStanding

if TYPE_CHECKING:
    import jinja2

    from orchestration.editions.comparing import Comparison

TEMPLATES = Path(__file__).parent / "templates"
# Longer lists are folded: a receipt is read standing.
FILES = 10
CHECKS = 10
INDICATORS = 10
MOVES = 10
GONE = 8


def to_markdown(
    outcome: RefreshOutcome,
    catalogue: dict[str, Source],
    comparison: Comparison | None = None,
    language: Language = "fr",
) -> str:
    """Return the receipt as Markdown.

    `comparison`: the new (or blocked) edition against the one in service before; None when nothing
    was compared, and the receipt then says nothing on figures.
    """
    template = _environment(language).get_template(f"receipt.{language}.md.j2")
    return template.render(_context(outcome, catalogue, comparison, language)).strip() + "\n"


@cache
def _environment(language: Language) -> jinja2.Environment:
    # jinja2 costs 0.05 s to import
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown, not HTML; `cell` guards what comes from files
    )
    environment.filters |= {
        "number": partial(wording.number, language=language),
        "count": lambda quantity, one, many: wording.count(quantity, one, many, language),
        "cell": wording.cell,
        "code": code,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "listed": partial(wording.listed, language=language),
        "moment": partial(wording.moment, language=language),
    }
    return environment


def _context(
    outcome: RefreshOutcome,
    catalogue: dict[str, Source],
    comparison: Comparison | None,
    language: Language,
) -> dict[str, Any]:
    summary = summarise(outcome)
    withheld, withheld_rest = wording.fold(summary.withheld, FILES)
    found = drifts(outcome, summary, language)
    looked_at, looked_at_rest = folded([d for d in found if d.weight < FORM], FILES)
    adapted, adapted_rest = folded([d for d in found if d.weight == FORM], FILES)
    overdue = late(outcome)
    gone, _ = wording.fold(comparison.gone if comparison else [], GONE)
    errors, errors_rest = wording.fold(summary.failed_errors, CHECKS)
    warnings, warnings_rest = wording.fold(summary.failed_warnings, CHECKS)
    return {
        "outcome": outcome,
        "summary": summary,
        "situation": _situation(outcome),
        "note": text(outcome.note, language) if outcome.note else None,
        "action": text(outcome.action, language) if outcome.action else None,
        "visible": _visible(outcome, comparison),
        "visible_edition": _visible_edition(outcome, comparison),
        "previous_edition": _previous_edition(outcome, comparison),
        "taken": _taken(summary, catalogue, language),
        "unchanged": [title(t.source, catalogue, language) for t in summary.taken if t.is_unchanged],
        "looked_at": [_adapted(d, catalogue, language) for d in looked_at],
        "looked_at_rest": looked_at_rest,
        "adapted": [_adapted(d, catalogue, language) for d in adapted],
        "adapted_rest": adapted_rest,
        "is_sample": outcome.realm == "sample",
        "stays": _stays(outcome, summary, comparison),
        "home": outcome.home,
        "coverage": territory.coverage(outcome.home, language) if outcome.home else None,
        "figures": territory.figures(outcome.home, language) if outcome.home else [],
        "gaps": territory.gaps(outcome.home, catalogue, language) if outcome.home else [],
        "uncovered": territory.uncovered(outcome.home, language) if outcome.home else [],
        "late": _late(overdue, catalogue, language),
        "overdue": len(overdue),
        "standing": len(outcome.standing),
        "withheld": [_withheld(w, catalogue, language, outcome) for w in withheld],
        "withheld_rest": sum(len(w.files) for w in summary.withheld[len(withheld) :]) if withheld_rest else 0,
        "missing": _missing(summary, catalogue, language),
        "comparison": comparison,
        "indicators": _indicators(comparison, language),
        "indicators_rest": max(len(comparison.by_indicator) - INDICATORS, 0) if comparison else 0,
        "moves": moves(comparison, language)[:MOVES],
        "gone": [_gone(g, language) for g in gone],
        "gone_rest": sum(g.figures for g in comparison.gone[len(gone) :]) if comparison else 0,
        "older": [
            {
                "title": title(o.source_id, catalogue, language),
                "before": o.before,
                "after": o.after,
                "figures": o.figures,
            }
            for o in (comparison.older if comparison else [])
        ],
        "todo": _to_do(summary, catalogue, language),
        "errors": [text(c.message, language) for c in errors],
        "errors_rest": errors_rest,
        "warnings": [text(c.message, language) for c in warnings],
        "warnings_rest": warnings_rest,
        # every one is shown: what is tolerated must not hide behind a fold
        "waivers": [(text(w.message, language), w.state in ("malformed", "expired")) for w in outcome.waivers],
    }


def _situation(outcome: RefreshOutcome) -> str:
    if outcome.published:
        return "published_partly" if outcome.exit_code == 3 else "published"
    if outcome.exit_code == 5:
        return "busy"
    if outcome.exit_code == 0:
        return "not_needed"
    if any(not c.passed and c.severity == "error" for c in outcome.checks):
        return "blocked"
    return "failed"


def _visible(outcome: RefreshOutcome, comparison: Comparison | None) -> Any:
    if comparison is None:
        return None
    return comparison.after if outcome.published else comparison.before


def _visible_edition(outcome: RefreshOutcome, comparison: Comparison | None) -> str | None:
    totals = _visible(outcome, comparison)
    if outcome.published:
        return outcome.edition or (totals.edition if totals else None)
    # a blocked refresh may bear the name of the edition that it did not publish
    return totals.edition if totals else (None if comparison else outcome.edition)


def _previous_edition(outcome: RefreshOutcome, comparison: Comparison | None) -> str | None:
    before = comparison.before if comparison else None
    return before.edition if outcome.published and before else None


def _taken(summary: Summary, catalogue: dict[str, Source], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "title": title(t.source, catalogue, language),
            "files": len(t.files),
            "vintages": t.vintages,
            "kept": t.rows_kept,
            "rejected": t.rows_rejected,
            "adapted": len(t.adapted),
            "is_sample": any(f.channel == "sample" for f in t.files),
        }
        for t in summary.taken
        if not t.is_unchanged
    ]


def _adapted(drift: Drift, catalogue: dict[str, Source], language: Language) -> dict[str, Any]:
    files, rest = wording.fold(drift.files, 3)
    return {
        "title": title(drift.source, catalogue, language),
        "reason": drift.reason,
        "files": files,
        "files_rest": rest,
    }


def _late(overdue: list[SourceStanding], catalogue: dict[str, Source], language: Language) -> list[dict[str, Any]]:
    """Return the late sources by whose delay it is: `state`, who acts, and each with its vintage and due day."""
    groups: dict[tuple[str, str | None], list[str]] = {}
    for standing in overdue:
        who = owner(standing.source, catalogue)
        key = (standing.state, text(who, language) if who and standing.state != "late_publisher" else None)
        due = wording.day(standing.due_on, language)
        vintage = standing.vintage or "—"
        told = say("receipts.late_source", title=title(standing.source, catalogue, language), vintage=vintage, due=due)
        groups.setdefault(key, []).append(text(told, language))
    return [{"state": state, "owner": who, "sources": names} for (state, who), names in groups.items()]


def _stays(outcome: RefreshOutcome, summary: Summary, comparison: Comparison | None) -> str:
    """Return what readers see in place of what was refused: `first`, `good`, `none`, `some`."""
    if comparison is not None and comparison.before is None:
        return "first"
    vintages = {s.source: s.vintage for s in outcome.standing}
    held = {w.source in vintages and vintages[w.source] is None for w in summary.withheld}
    return "some" if len(held) > 1 else "none" if True in held else "good"


def _missing(summary: Summary, catalogue: dict[str, Source], language: Language) -> list[dict[str, Any]]:
    """Return the sources without a file, once for all of which the same is said, by who acts."""
    groups: dict[tuple[str | None, str | None, str | None], list[str]] = {}
    for group in summary.missing:
        who = owner(group.source, catalogue)
        key = (
            text(group.reason, language) if group.reason else None,
            text(group.action, language) if group.action else None,
            text(who, language) if who else None,
        )
        groups.setdefault(key, []).append(title(group.source, catalogue, language))
    return [
        {
            "reason": reason,
            "action": action,
            "owner": who,
            "titles": wording.fold(titles, FILES)[0],
            "titles_rest": wording.fold(titles, FILES)[1],
        }
        for (reason, action, who), titles in groups.items()
    ]


def _to_do(summary: Summary, catalogue: dict[str, Source], language: Language) -> list[dict[str, Any]]:
    """Return what somebody has to do, once an action, refusals before what was merely kept."""
    asked: dict[tuple[str | None, str], list[str]] = {}
    for group in summary.withheld:
        if group.action:
            who = owner(group.source, catalogue)
            key = (text(who, language) if who else None, text(group.action, language))
            name = title(group.source, catalogue, language)
            if name not in asked.setdefault(key, []):
                asked[key].append(name)
    return [{"owner": who, "action": action, "titles": titles} for (who, action), titles in asked.items()]


def _gone(group: Any, language: Language) -> dict[str, Any]:
    return {
        "name": text(group.indicator, language),
        "level": wording.level(group.territory_level, language),
        "periods": group.periods,
        "figures": group.figures,
        "places": group.places,
        "more": group.territories - len(group.places),
        "still_listed": group.still_listed,
    }


def _withheld(group: Any, catalogue: dict[str, Source], language: Language, outcome: RefreshOutcome) -> dict[str, Any]:
    names = sorted({f.file for f in group.files if f.file})
    shown, rest = wording.fold(names, 3)
    return {
        "title": title(group.source, catalogue, language),
        "state": group.state,
        "is_sample": all(f.channel == "sample" for f in group.files),
        "vintages": sorted({f.vintage for f in group.files if f.vintage}),
        "files": shown,
        "files_rest": rest,
        "reason": text(group.reason, language) if group.reason else None,
        "action": text(group.action, language) if group.action else None,
        "owner": text(who, language) if (who := owner(group.source, catalogue)) else None,
        "patch": next((n for f in group.files if (n := patch_name(outcome, f))), None),
    }


def _indicators(comparison: Comparison | None, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": text(i.indicator, language),
            "new": i.new,
            "revised": i.revised,
            "removed": i.removed,
        }
        for i in (comparison.by_indicator[:INDICATORS] if comparison else [])
    ]
