"""`observatory read`: what one document says, for an adviser who tries a report. Nothing is written.

What is found in a document is the business of `filings`; what becomes of it in an edition, of the marts. A code that
`filings` gives has its words here.

Imports inside functions: numpy and what reads a document cost 0.2 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.base.messages import Message, say
from orchestration.cli.answering import REFUSED, show, show_json, spelt, stop, tell
from orchestration.cli.options import Json, settings_for
from orchestration.cli.prompt import WRONG_USAGE

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.filings import Mention, Reading

MARKS = {
    "not_known": say("filings.not_known"),
    "not_a_template": say("filings.not_a_template"),
    "not_inline": say("filings.not_inline"),
    "damaged": say("filings.damaged"),
    "protected": say("filings.protected"),
    "too_large": say("filings.too_large"),
    "too_many_pages": say("filings.too_many_pages"),
    "out_of_time": say("filings.out_of_time"),
    "out_of_memory": say("filings.out_of_memory"),
    "crashed": say("filings.crashed"),
    "no_text": say("filings.no_text"),
    "broken_range": say("filings.broken_range"),
    "formula_without_value": say("filings.formula_without_value"),
}
REASONS = {
    "not_found": say("filings.silent_not_found"),
    "year_not_certain": say("filings.silent_year_not_certain"),
    "year_not_printed": say("filings.silent_year_not_printed"),
    "not_printed": say("filings.silent_not_printed"),
    "unit_not_printed": say("filings.silent_unit_not_printed"),
    "printed_unit_contradicts_label": say("filings.silent_printed_unit_contradicts_label"),
    "value_out_of_bounds": say("filings.silent_value_out_of_bounds"),
    "two_perimeters": say("filings.silent_two_perimeters"),
    "two_values": say("filings.silent_two_values"),
    "not_the_group": say("filings.silent_not_the_group"),
    "ratio_is_no_share": say("filings.silent_ratio_is_no_share"),
    "averages_only": say("filings.silent_averages_only"),
    "parts_are_not_all": say("filings.silent_parts_are_not_all"),
    "formula_without_value": say("filings.silent_formula_without_value"),
    "broken_range": say("filings.silent_broken_range"),
    "not_read": say("filings.silent_not_read"),
}
METHODS = {
    "text": say("filings.by_text"),
    "table": say("filings.by_table"),
    "icon": say("filings.by_icon"),
    "banner": say("filings.by_banner"),
    "workbook": say("filings.by_workbook"),
    "tag": say("filings.by_tag"),
}
_WORDS = 160


def read(
    file: Annotated[Path, typer.Argument(help="The document to read: PDF, VSME workbook, iXBRL.")],
    year: Annotated[
        int | None, typer.Option("--year", help="Fiscal year that its figures are of; default: found in it.")
    ] = None,
    json_: Json = False,
) -> None:
    """Read one document: goals named, figures printed, and why others are left out; nothing is written.

    Each finding comes with its page and words. Exit codes: 0 it was read, 2 wrong usage, 3 it cannot be read.
    """
    from orchestration.filings import read_document

    settings = settings_for(None, use="nothing", json_=json_)
    if not file.is_file():
        stop(WRONG_USAGE, say("cli.file_missing", file=file), None, json_, settings)
    found = read_document(file, fiscal_year=year)
    if json_:
        show_json(_as_json(settings, file, found))
    else:
        _tell(settings, file, found)
    raise typer.Exit(REFUSED if found.kind == "unread" or "not_a_template" in found.marks else 0)


def _as_json(settings: Settings, file: Path, found: Reading) -> dict[str, object]:
    data = found.as_data()
    del data["pages"], data["facts"]
    data["said"] = [spelt(MARKS[m], settings.language) for m in found.marks]
    data["silences"] = [{**s, "said": spelt(REASONS[str(s["reason"])], settings.language)} for s in data["silences"]]
    return {"file": file.name, "page_count": len(found.pages), **data}


def _tell(settings: Settings, file: Path, found: Reading) -> None:
    pages = len(found.pages) or 1
    tell(settings, say("filings.heading", file=file.name, pages=pages, year=str(found.fiscal_year or "") or None))
    for mark in found.marks:
        tell(settings, MARKS[mark])
    if found.kind == "unread":
        return
    _tell_goals(settings, found)
    _tell_figures(settings, found)


def _tell_goals(settings: Settings, found: Reading) -> None:
    show("")
    if not found.mentions:
        tell(settings, say("filings.no_goals"))
        return
    goals = sorted({m.sdg_id for m in found.mentions})
    tell(settings, say("filings.goals", goals=", ".join(map(str, goals))))
    for one in sorted(found.mentions, key=lambda m: (m.sdg_id, m.page)):
        tell(settings, _mention(one))


def _mention(one: Mention) -> Message:
    return say(
        "filings.mention",
        goal=one.target or str(one.sdg_id),
        page=one.page,
        method=METHODS[one.method],
        evidence=one.evidence[:_WORDS],
    )


def _tell_figures(settings: Settings, found: Reading) -> None:
    from orchestration.filings.notions import metrics

    names = {m.metric_id: Message.of(fr=m.name_fr, en=m.name_en) for m in metrics().values()}
    chosen = [m for m in found.metrics if m.is_chosen]
    show("")
    tell(settings, say("filings.figures", year=str(found.fiscal_year)) if chosen else say("filings.no_figures"))
    for one in chosen:
        figure = say(
            "filings.figure",
            name=names[one.metric_id],
            value=one.value,
            unit=one.unit,
            printed=f"{one.value_printed} {one.unit_printed}".strip(),
            page=one.page,
            method=METHODS[one.method],
            perimeter=None if one.perimeter == "group" else one.perimeter,
        )
        tell(settings, figure)
        tell(settings, say("filings.quote", words=one.evidence[:_WORDS]))
    show("")
    tell(settings, say("filings.silences"))
    for silence in found.silences:
        reason = REASONS[silence.reason]
        tell(settings, say("filings.silence", name=names[silence.metric_id], reason=reason, page=silence.page))
        if silence.evidence:
            tell(settings, say("filings.quote", words=silence.evidence[:_WORDS]))
