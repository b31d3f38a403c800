"""The workbook of self-assessment: written with the edition's questions and values, read again with a company's answers.

Nothing of it goes anywhere: it is written to the company's own disk and read there. The questions and scales are those of the public page
(`readers.site.scales`). Each row of the first sheet bears its question's name in a narrow first column, by which it is found again: rows may be moved, columns
may not. Add here how an answer is written down; what is asked stands in `questions.csv`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from orchestration import wall
from orchestration.base.messages import Message, Refusal, say
from orchestration.readers.companies.placing import Answers
from orchestration.readers.site.edition import Edition
from orchestration.readers.site.pages.assess import activity, by_size
from orchestration.readers.site.scales import Question, Scales
from orchestration.readers.site.words import Voice

GOAL = "goal_"
_GOALS = re.compile(GOAL + "([1-9]|1[0-7])")
_ROWS: TypeAdapter[list[list[str | bool | int | float | None]] | None] = TypeAdapter(
    list[list[str | bool | int | float | None]] | None
)
# columns of the first sheet
NAME, ASKED, ANSWER, HINT, VALUE = range(1, 6)
YES = ("oui", "yes", "x", "1", "true", "vrai")
NO = ("non", "no", "0", "false", "faux")
# a workbook of a dozen answers is small; what is larger is another file
MOST_BYTES = 2_000_000
# a person fills in a few dozen rows, whatever the sheet's last row is said to be
MOST_ROWS = 500


def write_workbook(e: Edition, v: Voice, found: Scales, path: Path) -> Path:
    """Write the workbook with the values of an edition to `path` (its folder is made); return it. Raises OSError."""
    # openpyxl costs 0.2 s to import
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    # openpyxl's types know charts' sheets too
    sheet: Any = book.active
    sheet.title = v.t("companies.sheet_answers")
    sheet.append(
        [
            "",
            v.t("companies.column_question"),
            v.t("companies.column_answer"),
            v.t("companies.column_hint"),
            v.t("companies.column_value"),
        ]
    )
    for question in found.questions:
        if question.kind == "goals":
            for n, goal in e.goals.items():
                reading = found.needs.get(n, "")
                # in full: the page's short words (« calme ») say nothing without its legend
                need = v.t(f"companies.need_{reading}") if reading in ("shadow", "aligned", "momentum", "quiet") else ""
                sheet.append(
                    [
                        f"{GOAL}{n}",
                        f"{v.t('site.q_goals')} {n}. {v.of(goal, 'name')}",
                        None,
                        v.t("companies.yes_or_no"),
                        need,
                    ]
                )
        else:
            value = found.references.get(question.question_id)
            sheet.append(
                [
                    question.question_id,
                    v.t(f"site.q_{question.question_id}"),
                    None,
                    _hint(v, question),
                    value.text if value else "",
                ]
            )
    _list(book, v.t("companies.sheet_activities"), [(activity(v, code), *_by_activity(v, found, code)) for code in found.activities],
          [v.t("site.q_activity"), v.t("site.q_accidents"), v.t("site.q_commuting")])  # fmt: skip
    _list(
        book,
        v.t("companies.sheet_sizes"),
        by_size(found, v),
        [v.t("companies.column_question"), v.t("site.references_size_note")],
    )
    said = DataValidation(type="list", formula1=f'"{v.t("site.answer_yes")},{v.t("site.answer_no")}"', allow_blank=True)
    chosen = DataValidation(
        type="list",
        formula1=f"'{v.t('companies.sheet_activities')}'!$A$2:$A${len(found.activities) + 1}",
        allow_blank=True,
    )
    sheet.add_data_validation(said)
    sheet.add_data_validation(chosen)
    kinds = {q.question_id: q.kind for q in found.questions}
    for row in range(2, sheet.max_row + 1):
        name = str(sheet.cell(row, NAME).value)
        if name.startswith(GOAL) or kinds.get(name) == "choice":
            said.add(sheet.cell(row, ANSWER))
        elif kinds.get(name) == "activity" and found.activities:
            chosen.add(sheet.cell(row, ANSWER))
        for column in (ASKED, HINT, VALUE):
            sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDE", (4, 48, 24, 44, 52), strict=True):
        sheet.column_dimensions[letter].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = path.with_name(f".{path.name}.part")
    book.save(begun)
    begun.replace(path)
    return path


def _list(book: Any, title: str, rows: Sequence[tuple[str, ...]], headers: list[str]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(headers)
    for row in rows:
        sheet.append(list(row))
    sheet.column_dimensions["A"].width = 60


def _by_activity(v: Voice, found: Scales, code: str) -> tuple[str, ...]:
    figures = (found.by_activity.get(name, {}).get(code) for name in ("accidents", "commuting"))
    return tuple(v.value(figure, with_unit=False) if figure else "—" for figure in figures)


def _hint(v: Voice, question: Question) -> str:
    """Return how a question is answered."""
    if question.kind == "choice":
        return str(v.t("companies.yes_or_no"))
    if question.question_id == "index":
        return str(v.t("site.q_index_hint", least=question.due_from))
    if question.kind == "per_thousand":
        return str(v.t("site.q_accidents_hint"))
    own = {"activity": "site.q_activity_hint", "staff": "site.q_staff_hint"}
    return str(v.t(own.get(question.question_id, "site.q_percent_hint")))


def read_workbook(path: Path, found: Scales) -> tuple[Answers, list[Message]]:
    """Return what a company answered, and what could not be read, a sentence a cell.

    Raises Refusal where the file is no workbook, or not this one.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refusal(say("companies.not_the_workbook", file=path.name), say("companies.write_it_again"))
        order = {"path": str(path.absolute()), "rows": MOST_ROWS, "columns": VALUE}
        said = wall.ask(wall.Ask("sheet", "orchestration.readers.companies.behind:read_rows", path, path.name, order))
    except OSError as error:
        raise Refusal(say("companies.no_workbook", file=path.name), say("companies.write_it_again")) from error
    try:
        rows = _ROWS.validate_json(said)
    except ValidationError as error:
        raise wall.broken("sheet", path, path.name) from error
    if rows is None:
        raise Refusal(say("companies.no_workbook", file=path.name), say("companies.write_it_again"))
    given = {
        str(row[0]): (number, row[ANSWER - 1])
        for number, row in enumerate(rows, start=1)
        if row and row[0] and len(row) >= ANSWER
    }
    if "staff" not in given:
        raise Refusal(say("companies.not_the_workbook", file=path.name), say("companies.write_it_again"))
    return _answers(given, found)


def _answers(given: dict[str, tuple[int, Any]], found: Scales) -> tuple[Answers, list[Message]]:
    numbers: dict[str, float] = {}
    choices: dict[str, bool] = {}
    goals: list[int] = []
    chosen: str | None = None
    troubles: list[Message] = []
    kinds = {q.question_id: q for q in found.questions}
    for name, (row, value) in given.items():
        text = str(value).strip() if value is not None else ""
        question = kinds.get(name)
        # a row that a spreadsheet made by pulling at another one (`goal_18`, `goal_x`) asks nothing
        if not text or (question is None and not _GOALS.fullmatch(name)):
            continue
        if question is None or question.kind == "choice":
            said = _choice(text)
            if said is None:
                troubles.append(say("companies.unread_choice", row=row, text=text))
            elif question is not None:
                choices[name] = said
            elif said:
                goals.append(int(name.removeprefix(GOAL)))
        elif question.kind == "activity":
            code = re.match(r"\d{2}", text)
            chosen = code[0] if code and code[0] in found.activities else None
            if chosen is None:
                troubles.append(say("companies.unread_activity", row=row, text=text))
        else:
            number = _number(value, text)
            if number is None or number < 0 or (question.most is not None and number > question.most):
                troubles.append(
                    say(
                        "companies.unread_number",
                        row=row,
                        text=text,
                        most=None if question.most is None else int(question.most),
                    )
                )
            else:
                numbers[name] = number
    return Answers(chosen, numbers, choices, tuple(sorted(goals))), troubles


def _choice(text: str) -> bool | None:
    said = text.lower()
    return True if said in YES else False if said in NO else None


def _number(value: Any, text: str) -> float | None:
    if isinstance(value, bool):
        return None
    plain = re.sub(r"[\s\u00a0\u202f%]", "", text).replace(",", ".")
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain):
        return None
    number = float(value if isinstance(value, int | float) else plain)
    return number if math.isfinite(number) else None
