"""Are the territories' codes those of their level and of the names beside them, and is the country whole?

Départements and régions are known by heart; communes, their mergers, the intercommunal bodies and the names come
from the reference tables at hand (`CodeLists`), and are judged only where those cover the file. A code that
nobody bears, or whose name is another place's, costs its row; beyond the source's budget, the file.

pandas costs 0.5 s to import, numpy with it: a refresh without news needs none of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from orchestration.base.messages import Message, say
from orchestration.catalog.models import Column, Table
from orchestration.conforming.conform import Conformed, within_budget
from orchestration.triage.faults import AGAIN, RIGHT_FILE, Fault, Sink, refuse
from orchestration.triage.names import Names, contradicted, named_parts, of_another
from orchestration.triage.reference import described

if TYPE_CHECKING:
    import pandas as pd

MAINLAND = {f"{n:02d}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
# 975 to 988 are collectivities of their own, which some files hold
DEPARTMENTS = MAINLAND | {"971", "972", "973", "974", "976"} | {"975", "977", "978", "984", "986", "987", "988"}
MAINLAND_REGIONS = {"11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94"}
REGIONS = MAINLAND_REGIONS | {"01", "02", "03", "04", "06"}
# régions until 2015; 11, 24, 52, 53, 93 and 94 kept their codes, and 44 went from one région to another
FORMER_REGIONS = {"21", "22", "23", "25", "26", "31", "41", "42", "43", "54", "72", "73", "74", "82", "83", "91"}
# change of name, creation, restoration of a commune: the commune named before goes on
NOT_AN_END = ("10", "20", "21", "35", "50", "70", "71")
# fewer communes than that are an extract: a code that is not in it may well exist
WHOLE_LIST = 30_000
# no département numbers its communes higher (the Pas-de-Calais ends at 62909)
IMPOSSIBLE = re.compile(r"(?!97|98)..(9[1-9]\d|000)")
# a composition of the whole country; in an extract of some EPCIs the others are not missing
WHOLE_EPCIS, FIRST_EPCIS, MISSING_EPCIS = 1_000, 2017, 0.1
# the largest région has 13 départements: a file with more than twice as many is meant to have them all
NATIONAL = 30
# a table of a few régions is an extract; one of nine and more is meant to have all
NATIONAL_REGIONS = 9
# of the communes that ended between two days, how many a file in the older geography still has
STILL_THERE = 0.9
JUDGED_SHARE = 0.8
ELSEWHERE = ("975", "977", "978", "98", "99")
# the codes of countries end before that
NO_COUNTRY = re.compile(r"999\d\d")


@dataclass
class CodeLists:
    """What is known of the codes of places.

    `communes`, of today and of the past; `suppressed`: code → day it ended; `reach`: the year of the newest
    list of communes or movements, None where they are of every year; `epcis`: of the compositions; `members`: EPCI →
    its communes, by the newest; `names`: of all of them.
    """

    communes: set[str] = field(default_factory=set)
    suppressed: dict[str, date] = field(default_factory=dict)
    reach: int | None = None
    epcis: set[str] = field(default_factory=set)
    members: dict[str, set[str]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)

    @property
    def are_whole(self) -> bool:
        """Whether a code that is not among the communes is no commune's: the lists are no extract."""
        return len(self.communes) >= WHOLE_LIST

    def has(self, level: str, code: str) -> bool:
        """Return whether a place of that level is known to bear the code, or to have borne it."""
        known = {"commune": (self.communes, self.suppressed), "epci": (self.epcis,), "department": (DEPARTMENTS,)}
        return any(code in codes for codes in known.get(level, (REGIONS, FORMER_REGIONS)))


@dataclass
class _Odd:
    """Rows that cannot be: which rows of the frame, in which column and why each; and what the file would be refused with."""

    column: str
    rows: dict[int, Message]
    fault: Fault


def code_lists(communes: list[pd.DataFrame], movements: list[pd.DataFrame]) -> CodeLists:
    """Return the lists made from tables of communes (oldest first) and of their movements.

    `communes`: typecom, commune_code. `movements`: see `suppressed_communes`.
    """
    import pandas as pd

    lists = CodeLists()
    found = [set(f.loc[f["typecom"].isin(["COM", "ARM"]), "commune_code"]) for f in communes]
    lists.communes = set().union(*found)
    if movements:
        every = pd.concat(movements, ignore_index=True)
        # set up in 2016 and dissolved in 2025 (12076): neither in 2014's list nor in 2025's
        for side in ("before", "after"):
            lists.communes |= set(every.loc[every[f"typecom_{side}"] == "COM", f"code_{side}"].dropna())
        alive = found[-1] if found else set()
        # an extract of the movements may lack the line by which a commune goes on
        lists.suppressed = {c: day for c, day in suppressed_communes(every).items() if c not in alive}
    return lists


def suppressed_communes(movements: pd.DataFrame) -> dict[str, date]:
    """Return the codes of communes that ended and were not set up again, with the day.

    `movements`: mod, effective_date, typecom_before, code_before, typecom_after, code_after.
    """
    import pandas as pd

    before = movements[(movements["typecom_before"] == "COM") & ~movements["mod"].isin(NOT_AN_END)]
    after = movements[movements["typecom_after"] == "COM"]
    ended = pd.to_datetime(before["effective_date"]).groupby(before["code_before"]).max()
    lives = pd.to_datetime(after["effective_date"]).groupby(after["code_after"]).max()
    lived = {str(code): day for code, day in lives.items()}
    return {
        code: day.date()
        for code, day in ((str(c), d) for c, d in ended.items())
        if code not in lived or lived[code] < day
    }


def check_codes(
    table: Table,
    conformed: Conformed,
    lists: CodeLists,
    *,
    file_name: str,
    vintage_year: int | None,
    gives_lists: bool,
    fault: Sink = refuse,
    dated_geography: bool = False,
) -> None:
    """Leave out rows of codes that no place bears or whose name is another place's; fault for what speaks of the file.

    That is: codes of another level, more odd rows than the budget allows, communes that ended before the vintage
    in a table that counts by commune, a country in part. A code of a commune that merged after the vintage is
    right: the passage to the new commune is made later.
    `dated_geography`: the table says which communes there are on a day (a composition), so that codes of an
    earlier day mean another year's file.
    """
    frame = conformed.frame
    if frame.empty:
        return

    def epcis(column: Column, part: pd.DataFrame) -> None:
        _every_epci(column.name, part, lists, file_name, vintage_year, fault)

    def communes(column: Column, part: pd.DataFrame) -> list[_Odd]:
        return _communes(
            table,
            column.name,
            column.key,
            part,
            lists,
            file_name,
            vintage_year,
            gives_lists,
            fault,
            dated_geography,
        )

    odd: list[_Odd] = []
    lacks: dict[str, list[str]] = {str(level): codes for level, codes in table.lacks.items()}
    for column in table.columns:
        odd += _odd_codes(column, frame, lacks, communes, epcis, file_name, fault)
        by_hand = column.type == "commune" and column.name in table.names and not column.key
        if by_hand and lists.communes and not (gives_lists or lists.are_whole):
            _forget_unverified(column.name, table.names[column.name], conformed, lists)
    if not gives_lists:
        odd += _other_names(table, frame, lists, file_name)
    lost = {row for o in odd for row in o.rows}
    if within_budget(table, conformed, len(lost)):
        _leave_out(conformed, odd)
        return
    for o in odd:
        fault(o.fault)


def _odd_codes(
    column: Column,
    frame: pd.DataFrame,
    lacks: dict[str, list[str]],
    communes: Callable[[Column, pd.DataFrame], list[_Odd]],
    epcis: Callable[[Column, pd.DataFrame], None],
    file_name: str,
    fault: Sink,
) -> list[_Odd]:
    """Return the rows whose code in `column` cannot be. `communes`, `epcis`: what judges the codes of one level."""
    if column.type in ("department", "region"):
        return _level(column.type, column.name, frame, lacks, file_name, fault, whole=column.key)
    if column.type == "commune":
        # associated and delegated communes keep codes of former communes
        return communes(column, frame[frame["typecom"] == "COM"] if "typecom" in frame and column.key else frame)
    found: list[_Odd] = []
    if column.type == "territory" and "territory_level" in frame:
        for level, part in frame.groupby("territory_level", sort=False):
            found += _level(str(level), column.name, part, lacks, file_name, fault)
            if level == "epci" and column.key:
                epcis(column, part)
            if level == "commune":
                found += communes(column, part)
    return found


def _forget_unverified(code: str, name: str, conformed: Conformed, lists: CodeLists) -> None:
    """Empty, and tell, the communes that a table kept by hand gives and that the extract at hand does not have.

    Whether 44115 is Oudon or the postal code of Haute-Goulaine only the national list says; the row is a good one.
    """
    frame = conformed.frame
    rows = [
        r
        for r, c in frame[code].dropna().items()
        if not (lists.has("commune", c) or c.startswith(ELSEWHERE) or IMPOSSIBLE.fullmatch(c))
    ]
    rows = [r for r in rows if not contradicted("commune", code, name, frame.loc[[r]], lists.names, set())]
    if not rows:
        return
    first = frame.loc[rows[:5], ["_row", code, name]]
    where = [
        say("triage.row_of_code", line=line, code=one, name=called or "")
        for line, one, called in zip(first["_row"], first[code], first[name], strict=True)
    ]
    conformed.notes.append(say("triage.codes_unverified", count=len(rows), rows=where, more=len(rows) > 5))
    conformed.frame = frame = frame.copy()
    frame.loc[rows, code] = None


def _leave_out(conformed: Conformed, odd: list[_Odd]) -> None:
    """Leave out the odd rows, each with every column whose code speaks against it."""
    reasons: dict[int, dict[str, Message]] = {}
    for o in odd:
        for row, why in o.rows.items():
            reasons.setdefault(row, {}).setdefault(o.column, why)
    conformed.leave_out_each({row: list(of_row.items()) for row, of_row in reasons.items()})
    conformed.rejected.sort(key=lambda r: r.line)


def _other_names(table: Table, frame: pd.DataFrame, lists: CodeLists, file_name: str) -> list[_Odd]:
    result = []
    for level, code, name, part in named_parts(table, frame):
        known = {c for c in part[code].dropna().unique() if lists.has(level, c)}
        rows = contradicted(level, code, name, part, lists.names, known)
        if rows:
            lines = [say("triage.row", line=frame["_row"].loc[r], place=w) for r, w in list(rows.items())[:3]]
            result.append(
                _Odd(
                    code,
                    rows,
                    Fault(
                        "codes",
                        say(
                            "triage.codes_of_other_names",
                            file=file_name,
                            count=len(rows),
                            column=code,
                            lines=lines,
                            more=len(rows) > 3,
                        ),
                        RIGHT_FILE,
                        column=code,
                    ),
                )
            )
    return result


def _level(
    level: str,
    name: str,
    frame: pd.DataFrame,
    lacks: dict[str, list[str]],
    file_name: str,
    fault: Sink,
    whole: bool = True,
) -> list[_Odd]:
    found = frame[name].dropna()
    codes = set(found)
    never_there = set(lacks.get(level, []))
    if level == "region":
        missing = sorted(MAINLAND_REGIONS - codes - never_there)
        if whole and missing and len(codes & MAINLAND_REGIONS) >= NATIONAL_REGIONS and not codes & FORMER_REGIONS:
            fault(
                Fault(
                    "truncated",
                    say("triage.regions_missing", file=file_name, column=name, count=len(missing), missing=missing),
                    AGAIN,
                    column=name,
                )
            )
        return _strange(name, frame, found, codes - REGIONS - FORMER_REGIONS, file_name, say("triage.of_a_region"))
    if level != "department":
        return []
    if len(codes) >= 10 and codes <= REGIONS:
        fault(
            Fault(
                "codes",
                say("triage.regions_for_departments", file=file_name, count=len(codes), column=name),
                RIGHT_FILE,
                column=name,
            )
        )
    if whole:
        _whole_country(codes, never_there, name, file_name, fault)
    return _strange(name, frame, found, codes - DEPARTMENTS, file_name, say("triage.of_a_department"))


def _strange(
    name: str,
    frame: pd.DataFrame,
    found: pd.Series,
    strange: set[str],
    file_name: str,
    level: Message,
) -> list[_Odd]:
    """Return the rows whose code no place of the level bears."""
    if not strange:
        return []
    rows = [i for i, c in enumerate(found) if c in strange]
    where = described(frame.loc[found.index, "_row"].to_numpy(), found.tolist(), rows)
    whys = {found.index[i]: say("triage.code_of_no_place", code=found.iloc[i], level=level) for i in rows}
    return [
        _Odd(
            name,
            whys,
            Fault(
                "codes",
                say(
                    "triage.codes_of_no_place",
                    file=file_name,
                    column=name,
                    count=len(strange),
                    level=level,
                    where=where,
                ),
                RIGHT_FILE,
                column=name,
            ),
        )
    ]


def _every_epci(
    name: str, frame: pd.DataFrame, lists: CodeLists, file_name: str, vintage_year: int | None, fault: Sink
) -> None:
    """Fault when a file of most EPCIs lacks many of the known ones, or all those after a certain code."""
    codes = set(frame[name].dropna())
    # the EPCIs of before 2017 were others: 2,048 became 1,252
    if len(lists.epcis) < WHOLE_EPCIS or (vintage_year or 0) < FIRST_EPCIS or len(codes) < WHOLE_EPCIS / 3:
        return
    missing = lists.epcis - codes
    after = sum(1 for code in lists.epcis if code > max(codes))
    if len(missing) <= MISSING_EPCIS * len(lists.epcis) and after < 4:
        return
    fault(
        Fault(
            "truncated",
            say(
                "triage.epcis_missing",
                file=file_name,
                column=name,
                count=len(missing),
                known=len(lists.epcis),
                after=after,
            ),
            AGAIN,
            column=name,
        )
    )


def _whole_country(departments: set[str], never_there: set[str], name: str, file_name: str, fault: Sink) -> None:
    """Fault when a file that covers the country lacks some of its mainland départements, but those its publisher never gives."""
    missing = sorted(MAINLAND - departments - never_there)
    if missing and len(departments & MAINLAND) >= NATIONAL:
        fault(
            Fault(
                "truncated",
                say(
                    "triage.departments_missing",
                    file=file_name,
                    column=name,
                    departments=len(departments & MAINLAND),
                    missing=missing[:8],
                    more=len(missing) > 8,
                ),
                AGAIN,
                column=name,
            )
        )


def _older_geography(too_old: set[str], codes: set[str], lists: CodeLists, vintage_year: int | None) -> bool:
    """Return whether the whole file is in the geography of an earlier day, all communes that ended since included.

    A publisher may give the figures of 2020 for the communes of 2019; then nothing is counted twice, and the
    passage to today's communes is made later. Some former codes among the new ones are another matter.
    """
    assert vintage_year is not None
    first = min(lists.suppressed[c] for c in too_old)
    ended = {c for c, day in lists.suppressed.items() if first <= day <= date(vintage_year, 1, 1)}
    known = len(codes & lists.communes)
    return known >= STILL_THERE * WHOLE_LIST and len(ended & codes) >= STILL_THERE * len(ended)


def _communes(
    table: Table,
    name: str,
    key: bool,
    frame: pd.DataFrame,
    lists: CodeLists,
    file_name: str,
    vintage_year: int | None,
    gives_lists: bool,
    fault: Sink,
    strict: bool = False,
) -> list[_Odd]:
    found = frame[name].dropna()
    codes = set(found)
    if key:
        mainland = {c[:2] for c in codes if not c.startswith("97")}
        _whole_country(mainland, set(table.lacks.get("department", [])), name, file_name, fault)
    lines = frame.loc[found.index, "_row"].to_numpy()
    former = {c: lists.suppressed[c] for c in codes if c in lists.suppressed}
    too_old = {c for c, day in former.items() if vintage_year is not None and day <= date(vintage_year, 1, 1)}
    if too_old and not (gives_lists or strict) and _older_geography(too_old, codes, lists, vintage_year):
        too_old = set()
    # Sannerville (14666) ended in 2017 and was set up again on 31/12/2019: what the lists of 2019 call ended may live in
    # the file of 2021, unless all that ended since is still there
    beyond = lists.reach is not None and vintage_year is not None and vintage_year > lists.reach
    if too_old and beyond and not _older_geography(too_old, codes, lists, vintage_year):
        too_old = set()
    # a company may give the commune as it was: nothing is counted twice where the code is no key
    if too_old and key:
        rows = [i for i, c in enumerate(found) if c in too_old]
        where = described(lines, found.tolist(), rows)
        first = found.tolist()[rows[0]]
        fault(
            Fault(
                "codes",
                say(
                    "triage.communes_suppressed",
                    file=file_name,
                    column=name,
                    count=len(too_old),
                    vintage_year=vintage_year,
                    first=first,
                    day=former[first],
                    where=where,
                ),
                RIGHT_FILE,
                column=name,
            )
        )
    known = {c for c in codes if lists.has("commune", c)}
    # figures are of communes, a company may also be abroad
    unknown = {c for c in codes if NO_COUNTRY.fullmatch(c) or (key and c.startswith("99"))}
    unknown |= {c for c in codes if IMPOSSIBLE.fullmatch(c) and not c.startswith(ELSEWHERE)}
    # a table of few rows is judged by the lists too: two postal codes of three rows are no sign of another list
    if not gives_lists and lists.are_whole and (len(known) >= JUDGED_SHARE * len(codes) or not key):
        unknown |= {c for c in codes - known if not c.startswith(ELSEWHERE)}
    if not unknown:
        return []
    rows = [i for i, c in enumerate(found) if c in unknown]
    where = described(lines, found.tolist(), rows)
    beside = frame[table.names[name]] if name in table.names else None
    whys = {}
    for i in rows:
        called = "" if beside is None else str(beside.loc[found.index[i]] or "")
        whys[found.index[i]] = of_another(
            "commune", found.iloc[i], called, lists.names, lists.names.bearers("commune", called)
        )
    return [
        _Odd(
            name,
            whys,
            Fault(
                "codes",
                say("triage.communes_unknown", file=file_name, column=name, count=len(unknown), where=where),
                RIGHT_FILE,
                column=name,
            ),
        )
    ]
