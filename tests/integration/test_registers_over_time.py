"""Registers list after list, in real refreshes: a refused list proves no absence, a corrected one that comes late does, whatever the order.

Lists of ESUS approvals long enough to be whole, the team's register of labels, and a decision of the team that this register contradicts
later; every structure is invented.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from orchestration.base.duck import connect
from orchestration.base.registration import luhn
from orchestration.base.settings import Settings
from orchestration.records.outcome import RefreshOutcome
from orchestration.refresh.walking import Walk

pytestmark = pytest.mark.slow

# more than the 900 rows from which on a list of approvals is whole (sources/dgtresor_esus)
CROWD = 920
JAN_2022, JAN_2023, JAN_2024 = date(2022, 1, 31), date(2023, 1, 31), date(2024, 1, 31)
HISTORY = "SELECT * EXCLUDE (vintage) FROM mart_register_history ORDER BY ALL"


def siren(number: int) -> str:
    """Return a SIREN that nobody bears: such low numbers were never given."""
    body = f"{1000 + number:08d}"
    return next(body + str(key) for key in range(10) if luhn(body + str(key)))


# of this name the register gives no number at first, and the team decides that it is RETURNS
ATELIER = "ATELIER FICTIF"
KEY = hashlib.md5(f"lucie_labels|{ATELIER}|".encode(), usedforsecurity=False).hexdigest()
# returns: on the list before and after the one that is refused; leaves: on the first one only; stays: on all, under another name at last
RETURNS, LEAVES, STAYS = siren(1), siren(2), siren(3)


def approvals(holders: dict[str, str], damaged: bool = False) -> str:
    """Return a list of approvals; damaged: as a spreadsheet leaves numbers that it took for figures."""
    rows = {siren(100 + n): f"STRUCTURE FICTIVE {n}" for n in range(CROWD)} | holders
    shown = {number: f"{int(number):.2E}".replace(".", ",") if damaged else number for number in rows}
    lines = [f"{shown[number]};{name};15/03/2021;5" for number, name in rows.items()]
    return "\n".join(["SIREN;Dénomination;Date de l'agrément;Durée", *lines, ""])


def labels(holders: dict[str, str], atelier: str = "", column: str = "Entreprise") -> str:
    """Return the team's register; under another header the name of whoever holds a label is not found, and the file is refused."""
    lines = [f"LUCIE 26000;{name};{number};01/03/2021;28/02/2031" for number, name in holders.items()]
    lines.append(f"LUCIE 26000;{ATELIER};{atelier};01/03/2021;28/02/2031")
    return "\n".join([f"Label;{column};SIREN;Valable du;Valable jusqu'au", *lines, ""])


def decided(number: str) -> str:
    """Return the workbook of names as it comes back, with one decision."""
    head = ["Repère", "Registre", "Nom", "Lieu", "Pourquoi ce doute"]
    head += [f"{what} {n}" for n in range(1, 6) for what in ("Candidat", "SIREN")]
    head += ["Décision", "Autre SIREN", "Décidé par", "Décidé le"]
    row = [KEY, "lucie_labels", ATELIER, "", "aucun candidat", *[""] * 10, "Autre SIREN", number, "RSE", "12/10/2022"]
    return "\n".join([";".join(head), ";".join(row), ""])


@dataclass
class Home:
    """One home and its mirror."""

    folder: Path

    def give(self, source: str, vintage: str, text: str) -> None:
        name = {
            "dgtresor_esus": "liste-nationale-esus.csv",
            "lucie_labels": "labels-rse.csv",
            "match_reviews": "rapprochements.csv",
        }[source]
        path = self.folder / "mirror" / source / vintage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def refresh(self) -> RefreshOutcome:
        settings = Settings.load(home=self.folder / "home").model_copy(update={"readers": ""})
        with Walk.open(settings, channel=str(self.folder / "mirror"), today=date(2026, 11, 30)) as walk:
            return walk.walk()

    def ask(self, sql: str, *values: object) -> list[tuple]:
        with connect(self.folder / "home/editions/current/observatory.duckdb", read_only=True) as connection:
            return connection.execute(sql, list(values)).fetchall()

    def spells(self, number: str) -> list[tuple]:
        return self.ask(
            "SELECT spell, company_name, former_names, first_seen, last_seen, first_absent, state, lists FROM mart_register_history "
            "WHERE register = 'esus' AND siren = ? ORDER BY spell",
            number,
        )

    def reviewed(self) -> list[tuple]:
        return self.ask(
            "SELECT match.siren, match.match_method, match.decided_by, conflict.conflict, conflict.other_siren FROM fct_company_match AS match "
            "LEFT JOIN mart_match_conflict AS conflict USING (source_id, company_name) WHERE company_name = ?",
            ATELIER,
        )

    def labelled(self) -> list[tuple]:
        return self.ask("SELECT company_name, last_seen, first_absent FROM fct_company_label ORDER BY ALL")


@dataclass
class Told:
    """What one home told: of the refused lists, then with the corrected ones, and what another home told that had all at once."""

    refused: set[tuple[str, str]]
    spells: dict[str, list[tuple]]
    labelled: list[tuple]
    later: dict[str, list[tuple]]
    labelled_later: list[tuple]
    history: list[tuple]
    at_once: list[tuple]
    reviewed: list[tuple]
    reviewed_later: list[tuple]
    warned: list[bool]


FIRST = {RETURNS: "RETURNS", LEAVES: "LEAVES", STAYS: "STAYS"}
CORRECTED = {STAYS: "STAYS"}
LAST = {RETURNS: "RETURNS", STAYS: "STAYS RENAMED"}


def deliver(home: Home, esus: str, register: str) -> None:
    """Give the first and the last list, and in between the one that is in doubt; of labels the last one is."""
    home.give("dgtresor_esus", "2022-01", approvals(FIRST))
    home.give("dgtresor_esus", "2023-01", esus)
    home.give("dgtresor_esus", "2024-01", approvals(LAST))
    home.give("lucie_labels", "2022-01", labels({RETURNS: "RETURNS", LEAVES: "LEAVES", STAYS: "STAYS"}))
    home.give("lucie_labels", "2024-01", register)
    home.give("match_reviews", "2022-10", decided(RETURNS))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    one, other = Home(tmp_path_factory.mktemp("one")), Home(tmp_path_factory.mktemp("other"))
    deliver(one, approvals(CORRECTED, damaged=True), labels({STAYS: "STAYS", RETURNS: "RETURNS"}, column="Qui"))
    first = one.refresh()
    refused = {(f.source, f.vintage) for f in first.sources if f.state == "refused"}
    numbers = (RETURNS, LEAVES, STAYS)
    spells, labelled, reviewed = {n: one.spells(n) for n in numbers}, one.labelled(), one.reviewed()
    outcomes = [first]
    for home in (one, other):
        deliver(home, approvals(CORRECTED), labels({STAYS: "STAYS", RETURNS: "RETURNS"}, atelier=STAYS))
        outcomes.append(home.refresh())
    later = {n: one.spells(n) for n in numbers}
    warned = [not c.passed for o in outcomes for c in o.checks if c.name == "decisions_in_conflict"]
    return Told(
        refused=refused,
        spells=spells,
        labelled=labelled,
        later=later,
        labelled_later=one.labelled(),
        history=one.ask(HISTORY),
        at_once=other.ask(HISTORY),
        reviewed=reviewed,
        reviewed_later=one.reviewed(),
        warned=warned,
    )


def test_a_refused_list_proves_no_absence(told: Told) -> None:
    assert ("dgtresor_esus", "2023-01") in told.refused
    # it lacked two of the three; the next one still has the first of them
    assert told.spells[RETURNS] == [(1, "RETURNS", None, JAN_2022, JAN_2024, None, "present", 2)]
    # who is gone from the next whole list is absent since that one's day, not since the refused one's
    assert told.spells[LEAVES] == [(1, "LEAVES", None, JAN_2022, JAN_2022, JAN_2024, "absent", 1)]
    assert told.spells[STAYS] == [(1, "STAYS RENAMED", "STAYS", JAN_2022, JAN_2024, None, "present", 2)]


def test_a_refused_register_of_labels_takes_nobody_out(told: Told) -> None:
    assert ("lucie_labels", "2024-01") in told.refused
    assert told.labelled == [(name, JAN_2022, None) for name in (ATELIER, "LEAVES", "RETURNS", "STAYS")]
    # the team's register is the whole truth of its day: who is not in it was taken out, as wrong or on demand
    assert told.labelled_later == [(name, JAN_2024, None) for name in (ATELIER, "RETURNS", "STAYS")]


def test_a_list_that_comes_late_counts_by_its_own_day(told: Told) -> None:
    assert told.later[RETURNS] == [
        (1, "RETURNS", None, JAN_2022, JAN_2022, JAN_2023, "absent", 1),
        (2, "RETURNS", None, JAN_2024, JAN_2024, None, "present", 1),
    ]
    assert told.later[LEAVES] == [(1, "LEAVES", None, JAN_2022, JAN_2022, JAN_2023, "absent", 1)]
    assert told.later[STAYS] == [(1, "STAYS RENAMED", "STAYS", JAN_2022, JAN_2024, None, "present", 3)]


def test_the_history_is_that_of_a_home_that_had_all_lists_at_once(told: Told) -> None:
    assert told.history == told.at_once
    assert len([row for row in told.history if row[2] == "esus"]) == CROWD + 4


def test_a_decision_stands_and_what_contradicts_it_is_told(told: Told) -> None:
    assert told.reviewed == [(RETURNS, "reviewed", "RSE", None, None)]
    # the register gives a number of another company for this name since
    assert told.reviewed_later == [(RETURNS, "reviewed", "RSE", "given_otherwise", STAYS)]
    assert told.warned == [False, True, True]
