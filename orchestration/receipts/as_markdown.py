"""The receipt for a city officer: `receipt.md`, French first, then English.

Holds what goes into `templates/receipt.<language>.md.j2`; the sentences are there. Words that only a
technician knows do not belong in either.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.catalog.models import Source
from orchestration.messages import Language
from orchestration.receipts import wording
from orchestration.receipts.moves import moves
from orchestration.receipts.patch_files import patch_name
from orchestration.receipts.summary import Summary, drifts, owner, summarise, title
from orchestration.records import RefreshOutcome

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
    language: Language | None = None,
) -> str:
    """Return the receipt as Markdown: both languages, or only `language`.

    `comparison`: the new (or blocked) edition against the one in service before; None when nothing
    was compared, and the receipt then says nothing on figures.
    """
    languages: tuple[Language, ...] = (language,) if language else ("fr", "en")
    parts = [
        _environment(each)
        .get_template(f"receipt.{each}.md.j2")
        .render(_context(outcome, catalogue, comparison, each))
        .strip()
        for each in languages
    ]
    return "\n\n---\n\n".join(parts) + "\n"


@cache
def _environment(language: Language) -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # Markdown, not HTML; `cell` guards what comes from files
    )
    environment.filters |= {
        "number": partial(wording.number, language=language),
        "count": lambda quantity, one, many: wording.count(quantity, one, many, language),
        "cell": wording.cell,
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
    adapted, adapted_rest = wording.fold(_adapted(summary, catalogue, language), FILES)
    gone, _ = wording.fold(comparison.gone if comparison else [], GONE)
    errors, errors_rest = wording.fold(summary.failed_errors, CHECKS)
    warnings, warnings_rest = wording.fold(summary.failed_warnings, CHECKS)
    return {
        "outcome": outcome,
        "summary": summary,
        "situation": _situation(outcome),
        "note": outcome.note.text(language) if outcome.note else None,
        "action": outcome.action.text(language) if outcome.action else None,
        "visible": _visible(outcome, comparison),
        "visible_edition": _visible_edition(outcome, comparison),
        "previous_edition": _previous_edition(outcome, comparison),
        "taken": _taken(summary, catalogue, language),
        "unchanged": [title(t.source, catalogue, language) for t in summary.taken if t.is_unchanged],
        "adapted": adapted,
        "adapted_rest": adapted_rest,
        "withheld": [_withheld(w, catalogue, language, outcome) for w in withheld],
        "withheld_rest": sum(len(w.files) for w in summary.withheld[len(withheld) :])
        if withheld_rest
        else 0,
        "missing": _missing(summary, catalogue, language),
        "comparison": comparison,
        "indicators": _indicators(comparison, language),
        "indicators_rest": max(len(comparison.by_indicator) - INDICATORS, 0) if comparison else 0,
        "moves": moves(comparison, language)[:MOVES],
        "gone": [_gone(g, language) for g in gone],
        "gone_rest": sum(g.figures for g in comparison.gone[len(gone) :]) if comparison else 0,
        "older": [
            {"title": title(o.source_id, catalogue, language), "before": o.before, "after": o.after, "figures": o.figures}
            for o in (comparison.older if comparison else [])
        ],
        "todo": _to_do(summary, catalogue, language),
        "errors": [c.message.text(language) for c in errors],
        "errors_rest": errors_rest,
        "warnings": [c.message.text(language) for c in warnings],
        "warnings_rest": warnings_rest,
        # every one is shown: what is tolerated must not hide behind a fold
        "waivers": [
            (w.message.text(language), w.state in ("malformed", "expired"))
            for w in outcome.waivers
        ],
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


def _taken(
    summary: Summary, catalogue: dict[str, Source], language: Language
) -> list[dict[str, Any]]:
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


def _adapted(summary: Summary, catalogue: dict[str, Source], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "title": title(source, catalogue, language), "reason": reason, "files": wording.fold(files, 3)[0],
            "files_rest": wording.fold(files, 3)[1],
        }
        for source, reason, files in drifts(summary, language)
    ]


def _missing(summary: Summary, catalogue: dict[str, Source], language: Language) -> list[dict[str, Any]]:
    """Return the sources without a file, once for all of which the same is said, by who acts."""
    groups: dict[tuple[str | None, str | None, str | None], list[str]] = {}
    for group in summary.missing:
        who = owner(group.source, catalogue)
        key = (
            group.reason.text(language) if group.reason else None, group.action.text(language) if group.action else None,
            who.text(language) if who else None,
        )
        groups.setdefault(key, []).append(title(group.source, catalogue, language))
    return [
        {"reason": reason, "action": action, "owner": who, "titles": wording.fold(titles, FILES)[0],
         "titles_rest": wording.fold(titles, FILES)[1]}
        for (reason, action, who), titles in groups.items()
    ]


def _to_do(summary: Summary, catalogue: dict[str, Source], language: Language) -> list[dict[str, Any]]:
    """Return what somebody has to do, once an action, refusals before what was merely kept."""
    asked: dict[tuple[str | None, str], list[str]] = {}
    for group in summary.withheld:
        if group.action:
            who = owner(group.source, catalogue)
            key = (who.text(language) if who else None, group.action.text(language))
            name = title(group.source, catalogue, language)
            if name not in asked.setdefault(key, []):
                asked[key].append(name)
    return [{"owner": who, "action": action, "titles": titles} for (who, action), titles in asked.items()]


def _gone(group: Any, language: Language) -> dict[str, Any]:
    return {
        "name": group.indicator.text(language),
        "level": wording.level(group.territory_level, language),
        "periods": group.periods,
        "figures": group.figures,
        "places": group.places,
        "more": group.territories - len(group.places),
        "still_listed": group.still_listed,
    }


def _withheld(
    group: Any, catalogue: dict[str, Source], language: Language, outcome: RefreshOutcome
) -> dict[str, Any]:
    names = sorted({f.file for f in group.files if f.file})
    shown, rest = wording.fold(names, 3)
    return {
        "title": title(group.source, catalogue, language),
        "state": group.state,
        "vintages": sorted({f.vintage for f in group.files if f.vintage}),
        "files": shown,
        "files_rest": rest,
        "reason": group.reason.text(language) if group.reason else None,
        "action": group.action.text(language) if group.action else None,
        "owner": who.text(language) if (who := owner(group.source, catalogue)) else None,
        "patch": next((n for f in group.files if (n := patch_name(outcome, f))), None),
    }


def _indicators(comparison: Comparison | None, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": i.indicator.text(language),
            "new": i.new,
            "revised": i.revised,
            "removed": i.removed,
        }
        for i in (comparison.by_indicator[:INDICATORS] if comparison else [])
    ]
