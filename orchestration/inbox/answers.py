"""What the team reads beside the file it dropped: a page (`<name>.pris.html`) and the same as text (`<name>.accepted.md`).

The page is in the home's language, the text in French first, English below. Each says what the file was taken for and why, what became of its rows,
what changed for readers, and what to do. Words that only a technician knows do not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Language, Message, say
from orchestration.conforming.conform import LINES_NAMED
from orchestration.conforming.headers import HeaderFinder
from orchestration.inbox.folder import Dropped, Inbox
from orchestration.inbox.page import as_page
from orchestration.inbox.story import FILE_NAME, Filing, Kind, MonitoringFigure, Story
from orchestration.inbox.templates import template_name
from orchestration.receipts.moves import moves
from orchestration.receipts.sentences import text
from orchestration.receipts.wording import listed, unit

if TYPE_CHECKING:
    from orchestration.editions import Comparison, Edition

INDICATORS_NAMED = 8
MOVES_NAMED = 5
# the figures are told one by one above; how sources stand, and the ledger, change with every delivery
_TOLD_ELSEWHERE = ("fct_indicator_value", "mart_edition_change", "mart_observatory_kpi", "mart_source_health")
# How an answer says whose it is: a process that died after writing it need not write it again.
_MARK = "<!-- sha256:{digest} -->"
# in the place of the hash, where something is answered and not opened
LEFT = "-"


def mark(digest: str) -> str:
    """Return the line by which an answer to just these bytes is known."""
    return _MARK.format(digest=digest)


def was_left(inbox: Inbox, dropped: Dropped) -> bool:
    """Return whether something was answered where it lies, as what is not taken, and is still the same."""
    answer = inbox.answer_path(dropped.path.name, accepted=False, folder=dropped.path.parent)
    try:
        if not answer.read_text(encoding="utf-8").startswith(mark(LEFT)):
            return False
        # a folder's times change with what is put into it, and it stays a folder
        return not dropped.bytes or answer.stat().st_mtime_ns >= dropped.path.lstat().st_ctime_ns
    except OSError:
        return False


def render(story: Story) -> str:
    """Return the answer as Markdown, in French and below it in English."""
    languages: tuple[Language, ...] = ("fr", "en")
    parts = ["\n".join(_page(story, language)).strip() for language in languages]
    return mark(story.digest) + "\n" + "\n\n---\n\n".join(parts) + "\n"


def render_page(story: Story, language: Language) -> str:
    """Return the answer as an HTML page in one language."""
    return as_page(_page(story, language), title=story.name, language=language, good=story.accepted)


def headline(story: Story) -> Message:
    """Return the answer in one sentence."""
    if not story.accepted:
        if story.found is None and story.source is None:
            return say("inbox.not_read")
        if story.source is None:
            return say("inbox.not_recognised")
        return say("inbox.not_taken")
    if story.overtaken_by is not None:
        return say("inbox.overtaken", file=story.overtaken_by)
    if story.held_as is not None:
        vintage, name = story.held_as
        what = say("inbox.document") if _is_document(story) else say("inbox.file")
        return say("inbox.already_there", what=what, file=name, vintage=vintage)
    if story.state == "unchanged":
        return say("inbox.already_taken")
    versus = story.trial.versus if story.trial else None
    lost = len(story.trial.rejected) if story.trial else 0
    if versus is not None and not (versus.added or versus.changed or versus.removed or lost):
        return say("inbox.says_the_same")
    if lost:
        return say("inbox.taken_except", count=lost)
    return say("inbox.taken_whole")


def _page(story: Story, language: Language) -> list[str]:
    """Return the lines of an answer; their marks (`# `, `- `, `**`) are ours, and none comes of a name or a cell."""
    return [_plain(line) for line in _lines(story, language)]


def _plain(line: str) -> str:
    # a name may hold all that a line of Markdown can: other lines, tags and addresses in brackets, links, images
    line = re.sub(r"[\r\n\x85\u2028\u2029]+", " ", line)
    return re.sub(r"<(?=[A-Za-z/!?])", "‹", line).replace("](", "] (")


def _lines(story: Story, language: Language) -> list[str]:
    lines = [
        text(say("inbox.answer_to", name=story.name), language),
        "",
        f"**{text(headline(story), language)}**",
        "",
        text(say("inbox.answer_at", when=story.when), language),
        "",
    ]
    lines += _recognised(story, language)
    # the lines first: whatever a file was refused for, they are what can be corrected
    lines += _rows(story, language)
    if not story.accepted:
        lines += _why(story, language)
    elif story.overtaken_by is None and story.held_as is None:
        lines += _figures(story, language)
    return lines + _to_do(story, language)


def _recognised(story: Story, language: Language) -> list[str]:
    found, source = story.found, story.source
    lines = [text(say("inbox.heading_recognised"), language), ""]
    if found is None:
        return []
    if source is None or found.table is None:
        lines += [_sentence(text(found.evidence, language)), ""]
        near = [c for c in found.candidates if c.known]
        if near:
            lines += [text(say("inbox.nearest"), language), ""]
            for c in near:
                one = say(
                    "inbox.nearest_one",
                    title=c.title,
                    source_id=c.source_id,
                    known=c.known,
                    named=c.named,
                    lacking=[_header_text(m, language) if isinstance(m, str) else m for m in c.missing[:8]],
                )
                lines.append(text(one, language))
            lines.append("")
        elif found.raw is not None:
            lines += [text(say("inbox.no_header_known"), language), ""]
        return lines
    table = source.tables[found.table]
    told = [
        say("inbox.line_dataset", title=source.title),
        say("inbox.line_content", description=table.description),
        say("inbox.line_evidence", evidence=found.evidence),
    ]
    if found.vintage and found.dated_by:
        told.append(say("inbox.line_vintage", vintage=found.vintage, dated_by=found.dated_by))
    if story.filing is not None:
        told.append(say("inbox.line_document", document=_document(story.filing)))
    return [*lines, *(text(t, language) for t in told), ""]


def _document(filing: Filing) -> Message:
    """Return what a document was read as: company, SIREN, year, kind, pages; what is not known is said so."""
    year = filing.fiscal_year
    return say(
        "inbox.read_as_registered" if filing.is_registered else "inbox.read_as_its_pages_say",
        parts=[
            filing.company_name or say("inbox.company_unknown"),
            say("inbox.siren", siren=filing.siren) if filing.siren else say("inbox.siren_unknown"),
            say("inbox.fiscal_year", year=year) if year else say("inbox.fiscal_year_unknown"),
            filing.document_type or say("inbox.document_type_unknown"),
            say("inbox.pages", count=filing.pages or 0),
        ],
    )


def _why(story: Story, language: Language) -> list[str]:
    # a file that is not recognised has had its reason above
    if story.reason is None or (story.source is None and story.found is not None):
        return []
    told = in_headers(story, story.reason)
    if story.taken_as:
        # the name that it would have been kept under says nothing to those who dropped it
        told = under_its_name(told, story.taken_as, story.name)
    return [text(say("inbox.heading_why_not"), language), "", _sentence(text(told, language)), ""]


def _rows(story: Story, language: Language) -> list[str]:
    trial = story.trial
    if trial is None or not (trial.rows_read or trial.rejected) or (not story.accepted and not trial.rejected):
        return []
    lost = len(trial.rejected)
    if _is_document(story):
        read = say("inbox.pages_read", count=trial.rows_read)
    elif not story.accepted:
        read = say("inbox.lines_read_of_which_to_correct", count=trial.rows_read, lost=lost)
    else:
        read = say("inbox.lines_read", count=trial.rows_read, kept=trial.rows_kept, lost=lost)
    lines = [text(say("inbox.heading_lines"), language), "", text(read, language), ""]
    # each line to correct first, then what had drifted and was read all the same
    for bad in trial.rejected[:LINES_NAMED]:
        for column, wrong in bad.faults:
            why = _clean(text(in_headers(story, wrong), language))
            told = say("inbox.line_to_correct", line=bad.line, cells=_cells(story, bad.line, column, wrong), why=why)
            lines.append(text(told, language))
    if lost > LINES_NAMED:
        lines.append(text(say("inbox.more_lines", count=lost - LINES_NAMED), language))
    for note in trial.notes:
        told = say("inbox.for_information", note=_clean(text(in_headers(story, note), language)))
        lines.append(text(told, language))
    if trial.rejected or trial.notes:
        lines.append("")
    return lines


def _is_document(story: Story) -> bool:
    kind = story.kind
    return kind is not None and kind.spec.format == "pdf"


def _cells(story: Story, line: int, column: str, why: Message) -> Message | None:
    """Return a column at fault of a line and what stands in it, where the reason does not quote it: « colonne « ODD » (« 8, 12 ») »."""
    if story.kind is None:
        return None
    header = _header(story.kind, column)
    if header is None:
        return None
    value = _value(story.kind, column, line)
    # a value that the reason quotes is not quoted twice
    if value and not _bears(why, value):
        return say("inbox.column_holding", header=header, value=_clean(value))
    return say("inbox.column", header=header)


def _bears(message: Message, value: str) -> bool:
    """Return whether the value of a cell is among what fills the message."""
    return any(value.strip() in str(part) for part in _parts(message))


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, Message):
        value = tuple(value.params.values())
    if isinstance(value, tuple):
        for part in value:
            yield from _parts(part)
    else:
        yield value


def _value(kind: Kind, name: str, line: int) -> str:
    """Return what stands in a column of a line of the file, cut where it is long; '' where that is not known."""
    raw = kind.found.raw
    if raw is None or line not in raw.lines:
        return ""
    finder = HeaderFinder(kind.table, kind.spec.layout, None)
    row = raw.rows[raw.lines.index(line)]
    for header, cell in zip(raw.header, row, strict=False):
        column = finder.find(header)[1]
        if column is not None and column.name == name:
            return cell if len(cell) <= 60 else cell[:57] + "…"
    return ""


def _figures(story: Story, language: Language) -> list[str]:
    told: list[Message | None] = [say("inbox.heading_changes"), None]
    if story.apart:
        told.append(say("inbox.taken_apart"))
    if story.beside:
        names = listed([_quoted(n, language) for n in story.beside], language)
        told.append(say("inbox.taken_beside", names=names))
    versus = story.trial.versus if story.trial else None
    if versus is not None:
        told.append(
            say(
                "inbox.versus",
                vintage=versus.vintage,
                added=versus.added,
                changed=versus.changed,
                removed=versus.removed,
            )
        )
    told += _compared(story.comparison, language)
    told += _tables(story)
    outcome = story.outcome
    if outcome is not None and outcome.published:
        told.append(say("inbox.readers_see", edition=outcome.edition))
    elif outcome is not None and outcome.edition:
        told.append(say("inbox.edition_stays", edition=outcome.edition))
    if story.trial and story.trial.newer and story.found:
        told.append(say("inbox.newer_in_service", newer=story.trial.newer))
    return [*_home(story, language), *(text(t, language) if t else "" for t in told), ""]


def _tables(story: Story) -> list[Message]:
    """Return which published tables changed, beside those of which the figures are told."""
    return [
        say("inbox.table_grew", table=name, before=_rows_of(before), after=_rows_of(after))
        if before != after
        else say("inbox.table_changed", table=name, rows=_rows_of(after))
        for name, before, after in story.tables
        if name not in _TOLD_ELSEWHERE
    ]


def _compared(comparison: Comparison | None, language: Language) -> list[Message]:
    """Return which figures of indicators are new, revised or gone."""
    if comparison is not None and comparison.before is None:
        return [say("inbox.first_edition", count=comparison.new)]
    if comparison is None or comparison.is_same:
        return [say("inbox.no_figure_changed")]
    return [
        say("inbox.figures", new=comparison.new, revised=comparison.revised, gone=comparison.removed),
        *(
            say("inbox.figures_of", indicator=i.indicator, new=i.new, revised=i.revised, gone=i.removed)
            for i in comparison.by_indicator[:INDICATORS_NAMED]
        ),
        *(
            say("inbox.move", indicator=m.indicator, place=m.place, period=m.period, old=m.old, new=m.new)
            for m in moves(comparison, language)[:MOVES_NAMED]
        ),
        *(
            say(
                "inbox.values_gone",
                indicator=g.indicator,
                count=g.figures,
                places=g.places,
                more=g.territories > len(g.places),
                periods=listed(g.periods, language),
            )
            for g in comparison.gone[:MOVES_NAMED]
        ),
        *(say("inbox.values_older", count=o.figures, after=o.after, before=o.before) for o in comparison.older),
    ]


def _home(story: Story, language: Language) -> list[str]:
    """Return the figures of the home territory that are new, and the monitoring figures that the file feeds."""
    lines = []
    if story.home_values:
        lines += [text(say("inbox.heading_home"), language), ""]
        for v in story.home_values:
            told = say(
                "inbox.home_value",
                place=v.place,
                indicator=v.indicator,
                period=v.period,
                value=v.value,
                unit=unit(v.unit, language),
                was=None if v.old is None else say("inbox.was", value=v.old),
                weak=_WEAK.get(v.status, say("inbox.a_bound")),
            )
            lines.append(text(told, language))
        lines.append("")
    known = [k for k in story.kpis if k.value is not None]
    if known:
        lines += [text(say("inbox.heading_fed"), language), ""]
        lines += [text(_monitored(k, language), language) for k in known]
        lines.append("")
    return lines


_WEAK = {"final": None, "provisional": say("inbox.provisional")}


def _monitored(k: MonitoringFigure, language: Language) -> Message:
    """Return a monitoring figure with its target: `- Projets lancés, 2024 : 12, objectif 10 (atteint)`."""
    was = k.old is not None and k.value is not None and abs(k.old - k.value) > 1e-9
    aim = None
    if k.target is not None:
        aim = say(
            "inbox.target_more_than" if k.rule == "more_than" else "inbox.target",
            target=k.target,
            met=say("inbox.met" if k.is_met else "inbox.not_met_yet"),
        )
    return say(
        "inbox.monitoring_figure",
        name=k.name,
        period=k.period or None,
        value=k.value,
        unit=unit("%", language) if k.unit == "%" else "",
        was=say("inbox.was", value=k.old) if was else None,
        aim=aim,
        is_synthetic=bool(k.is_synthetic),
    )


def _to_do(story: Story, language: Language) -> list[str]:
    lines = [text(say("inbox.heading_to_do"), language), ""]
    rejected = story.trial.rejected if story.trial else []
    unlisted = story.filing is not None and not story.filing.is_registered
    if story.accepted and not rejected and not unlisted and not story.not_dropped:
        lines.append(text(say("inbox.nothing_to_do"), language))
    elif story.accepted and unlisted:
        lines += _register_line(story, language)
    elif story.accepted and story.not_dropped:
        more = len(story.not_dropped) - LINES_NAMED
        told = say(
            "inbox.drop_documents_too",
            count=len(story.not_dropped),
            names=[_clean(n) for n in story.not_dropped[:LINES_NAMED]],
            more=f", … ({more})" if more > 0 else None,
        )
        lines.append(text(told, language))
    elif story.accepted:
        told = say("inbox.correct_lines", count=len(rejected), lines=[r.line for r in rejected[:LINES_NAMED]])
        lines.append(text(told, language))
    elif story.action is not None:
        lines.append(_sentence(text(in_headers(story, story.action), language)))
    kind = story.kind
    by_hand = kind is not None and kind.source.role == "team" and any(s.format == "table" for s in kind.table.files)
    if kind is not None and by_hand and not story.accepted:
        name = template_name(kind.source, kind.name)
        lines += ["", text(say("inbox.start_from_template", template=name), language)]
    if story.kept_at:
        lines += ["", text(say("inbox.kept_at", place=story.kept_at), language)]
    return lines


def _register_line(story: Story, language: Language) -> list[str]:
    """Return what to write into the register for a document that it does not name."""
    filing, kind = story.filing, story.kind
    if filing is None or kind is None:
        return []
    register = next((n for n, t in kind.source.tables.items() if FILE_NAME in t.key), None)
    if register is None:
        return []
    known = {
        FILE_NAME: story.taken_as,
        "siren": filing.siren,
        "company_name": filing.company_name,
        "fiscal_year": filing.fiscal_year,
        "document_type": filing.document_type,
    }
    parts = []
    for column in kind.source.tables[register].columns:
        if column.name in known and column.headers:
            value = known[column.name]
            header = column.headers[0].text
            parts.append(
                say("inbox.cell_read", header=header, value=_clean(str(value)))
                if value
                else say("inbox.cell_to_fill_in", header=header)
            )
    book = template_name(kind.source, register)
    return [text(say("inbox.add_to_register", book=book), language), "", *(text(p, language) for p in parts)]


# small helpers ------------------------------------------------------------------------------------


def _quoted(name: str, language: Language) -> str:
    return text(say("inbox.file_called", name=name), language)


def _clean(said: str) -> str:
    # headers and cells of a stranger's file stand in it: one line, and no markup
    return re.sub(r"[ \t\r\n]+", " ", said).strip().replace("<", "‹").replace("`", "'")


def _sentence(said: str) -> str:
    said = _clean(said)
    # a file's name at the beginning keeps its letters
    said = said if re.match(r"\S+\.\w{2,4}\b", said) else said[:1].upper() + said[1:]
    return said if said.endswith((".", "!", "?", "…")) else said + "."


def _header_text(header: str, language: Language) -> str:
    """Return a known header as a person meets it: `ptot_{yyyy}` → `ptot_(année)`."""
    return text(say("inbox.year_in_header"), language).join(re.split(r"\{y+\}", header))


def _rows_of(number: int | None) -> Message:
    return say("inbox.absent") if number is None else say("inbox.rows", count=number)


def _header(kind: Kind, column: str) -> str | None:
    """Return the header that the team knows, for a canonical column; None for a rule."""
    for known in kind.table.columns:
        if known.name == column:
            return known.headers[0].text if known.headers else column
    return None


# the params of other rooms' messages that name columns of the lake
_COLUMNS = ("column", "columns", "first", "second", "other")


def in_headers(story: Story, message: Message) -> Message:
    """Return a message of another room with the columns' headers instead of their names in the lake."""
    if story.kind is None:
        return message
    headers = {c.name: c.headers[0].text for c in story.kind.table.columns if c.headers}

    def known(name: str, value: str) -> str:
        return headers.get(value, value) if name in _COLUMNS else value

    return _mapped(message, known)


def under_its_name(message: Message, taken_as: str, dropped_as: str) -> Message:
    """Return the message with the name under which a file was dropped, for the one under which it would be kept."""

    def known(name: str, value: str) -> Any:
        return say("inbox.file_called", name=dropped_as) if value == taken_as else value

    return _mapped(message, known)


def _mapped(message: Message, known: Callable[[str, str], Any]) -> Message:
    """Return the message with each text that fills it, and those within it, replaced by `known(name, text)`."""

    def mapped(name: str, value: Any) -> Any:
        if isinstance(value, Message):
            return _mapped(value, known)
        if isinstance(value, tuple):
            return tuple(mapped(name, v) for v in value)
        return known(name, value) if isinstance(value, str) else value

    return Message(message.code, {name: mapped(name, value) for name, value in message.params.items()})


def table_changes(before: Edition | None, after: Edition | None) -> list[tuple[str, int | None, int | None]]:
    """Return (table, rows before, rows after) of the published tables whose content differs."""
    old = {t.name: t for t in before.tables} if before else {}
    new = {t.name: t for t in after.tables} if after else {}
    names = [*new, *(n for n in old if n not in new)]
    return [
        (n, old[n].rows if n in old else None, new[n].rows if n in new else None)
        for n in names
        if n not in old or n not in new or old[n].sha256 != new[n].sha256
    ]
