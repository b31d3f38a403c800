"""Faults that leave every value possible: seen by comparing with what is known of the same places."""

import random

import pandas as pd
import pytest

from orchestration.catalog.models import Budgets, Column, Rule, Table, Text
from orchestration.conforming.conform import Conformed
from orchestration.messages import Message, Refusal
from orchestration.triage import Reference, apply_rules
from orchestration.triage import compare as compare_all

TEXT = Text(fr="les déciles ne sont pas dans l'ordre", en="deciles out of order")


def table(*rules: Rule, **budgets) -> Table:
    return Table(
        description=TEXT, grain="x", files=[], rules=list(rules), budgets=Budgets(**budgets),
        columns=[
            Column(name="code", type="commune", key=True), Column(name="year", type="year", key=True),
            Column(name="women", type="number", unit="euro"), Column(name="men", type="number", unit="euro"),
        ],
    )


def wages(year: int, places: int = 40, growth: float = 1.02, seed: int = 1) -> pd.DataFrame:
    """Women's and men's wages of `places` communes, as unlike each other as INSEE's of 2014 (12.9 and 16.0)."""
    chance = random.Random(seed)
    rows = []
    for i in range(places):
        women = 11 + 6 * chance.random()
        rows.append({"code": f"44{i:03d}", "year": year, "women": women * growth, "men": women * 1.24 * growth})
    frame = pd.DataFrame(rows)
    frame["_row"] = range(2, places + 2)
    return frame


def known(frame: pd.DataFrame, vintage: str, **more) -> Reference:
    return Reference(frame, Message(fr=f"le millésime {vintage}", en=f"vintage {vintage}"), vintage, **more)


def compare(new: pd.DataFrame, old: pd.DataFrame) -> list[Message]:
    return compare_all(table(), new, [known(old, "2014")], file_name="wages.csv", vintage="2015")


def test_a_usual_year_passes():
    compare(wages(2015), wages(2014, growth=1.0))


@pytest.mark.parametrize("factor", [100, 1000, 0.01, 0.001])
def test_a_change_of_unit_is_refused_with_the_figures(factor):
    new = wages(2015)
    new["women"] *= factor
    with pytest.raises(Refusal) as refusal:
        compare(new, wages(2014, growth=1.0))
    assert "« women »" in refusal.value.reason.fr and "médiane" in refusal.value.reason.fr


def test_two_exchanged_columns_are_refused():
    new = wages(2015).rename(columns={"women": "men", "men": "women"})
    with pytest.raises(Refusal, match="seem exchanged"):
        compare(new, wages(2014, growth=1.0))


@pytest.mark.parametrize("rows", [-2, -1, 1, 2])
def test_values_moved_against_their_codes_are_refused(rows):
    new = wages(2015)
    for name in ("women", "men"):
        new[name] = new[name].to_numpy()[[(i - rows) % len(new) for i in range(len(new))]]
    with pytest.raises(Refusal, match="off their codes"):
        compare(new, wages(2014, growth=1.0))


def test_few_places_show_a_unit_only_by_a_whole_power_of_ten():
    old = wages(2014, places=4, growth=1.0)
    new = wages(2015, places=4)
    new["women"] *= 6
    compare(new, old)
    new["women"] *= 100 / 6
    with pytest.raises(Refusal, match="102 times"):
        compare(new, old)


def test_a_file_cut_at_a_line_border_is_refused():
    whole = wages(2014)
    with pytest.raises(Refusal) as refusal:
        compare_all(table(), whole.head(20), [known(whole, "2014", same_vintage=True)], file_name="w.csv", vintage="2014")
    assert "20 territoires ou unités sur 40" in refusal.value.reason.fr


def test_places_redrawn_between_two_years_pass():
    # here and there, not the end of the list; what the later vintage holds may not exist yet
    new = wages(2014, growth=1.0)
    compare_all(
        table(), new[new.index % 2 == 1], [known(wages(2015), "2015", later=True)], file_name="w.csv", vintage="2014"
    )


def test_a_revision_of_the_same_vintage_is_told():
    new, old = wages(2014), wages(2014)
    new.loc[3, "women"] += 0.1
    said = compare_all(table(), new, [known(old, "2014", same_vintage=True)], file_name="w.csv", vintage="2014")
    assert len(said) == 1 and "1 valeur(s) sur 80" in said[0].fr and "ligne 5" in said[0].fr


def test_a_figure_that_the_shipped_extract_states_otherwise_is_refused():
    new, old = wages(2014), wages(2014)
    new.loc[3, "women"] += 0.1
    with pytest.raises(Refusal, match="states the published figures"):
        compare_all(table(), new, [known(old, "2014", same_vintage=True, extract=True)], file_name="w.csv", vintage="2014")


def conformed() -> Conformed:
    return Conformed(wages(2014), rows_read=40)


def rule(sql: str, **more) -> Rule:
    return Rule(name="order", sql=sql, message=TEXT, **more)


def test_a_rule_that_holds_changes_nothing():
    found = conformed()
    apply_rules(table(rule("women <= men")), found, file_name="w.csv", vintage_year=2014)
    assert len(found.frame) == 40 and not found.notes


def test_a_broken_rule_refuses_the_file_and_shows_rows_with_their_lines():
    found = conformed()
    found.frame.loc[3, "women"] = 99.0
    with pytest.raises(Refusal) as refusal:
        apply_rules(table(rule("women <= men")), found, file_name="w.csv", vintage_year=2014)
    assert "ligne 5" in refusal.value.reason.fr and "women = 99" in refusal.value.reason.fr
    assert "line 5" in refusal.value.reason.en


def test_a_rule_may_reject_single_rows():
    found = conformed()
    found.frame.loc[3, "women"] = 99.0
    apply_rules(
        table(rule("women <= men", on_failure="reject", tolerated_share=0.1)), found, file_name="w.csv", vintage_year=2014
    )
    assert len(found.frame) == 39 and found.rejected[0].line == 5


def test_a_rule_may_only_warn():
    found = conformed()
    found.frame.loc[3, "women"] = 99.0
    apply_rules(table(rule("women <= men", on_failure="warn")), found, file_name="w.csv", vintage_year=2014)
    assert len(found.frame) == 40 and "1 ligne(s) sur 40" in found.notes[0].fr


def test_a_rule_does_not_apply_to_missing_values():
    found = conformed()
    found.frame["women"] = None
    apply_rules(table(rule("women <= men")), found, file_name="w.csv", vintage_year=2014)


def test_a_rule_knows_the_year_of_the_vintage():
    with pytest.raises(Refusal):
        apply_rules(table(rule("year = $vintage_year")), conformed(), file_name="w.csv", vintage_year=2015)
