"""Faults that leave every value possible: seen by comparing with what is known of the same places."""

import random
from datetime import date

import pandas as pd
import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Budgets, Column, Rule, Table
from orchestration.conforming.conform import Conformed
from orchestration.triage import CodeLists, Reference, apply_rules, check_codes
from orchestration.triage import compare as compare_all
from orchestration.triage.codes import MAINLAND, MAINLAND_REGIONS
from tests.words import en, fr, refuses

TEXT = Message.of(fr="les déciles ne sont pas dans l'ordre", en="deciles out of order")


def table(*rules: Rule, **budgets) -> Table:
    return Table(
        description=TEXT,
        grain="x",
        files=[],
        rules=list(rules),
        budgets=Budgets(**budgets),
        columns=[
            Column(name="code", type="commune", key=True),
            Column(name="year", type="year", key=True),
            Column(name="women", type="number", unit="euro"),
            Column(name="men", type="number", unit="euro"),
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
    return Reference(frame, Message.of(fr=f"le millésime {vintage}", en=f"vintage {vintage}"), vintage, **more)


def compare(new: pd.DataFrame, old: pd.DataFrame) -> list[Message]:
    return compare_all(table(), new, [known(old, "2014")], file_name="wages.csv", vintage="2015")


def test_a_usual_year_passes():
    compare(wages(2015), wages(2014, growth=1.0))


def test_a_vintage_kept_from_before_the_key_grew_is_no_reference():
    # the barometer's rows gained the file that lists them: a home that had read it without refused all its files
    compare(wages(2015), wages(2014, growth=1.0).drop(columns="year"))


@pytest.mark.parametrize("factor", [100, 1000, 0.01, 0.001])
def test_a_change_of_unit_is_refused_with_the_figures(factor):
    new = wages(2015)
    new["women"] *= factor
    with pytest.raises(Refusal) as refusal:
        compare(new, wages(2014, growth=1.0))
    assert "« women »" in fr(refusal.value.reason) and "médiane" in fr(refusal.value.reason)


def test_two_exchanged_columns_are_refused():
    new = wages(2015).rename(columns={"women": "men", "men": "women"})
    with refuses("seem exchanged"):
        compare(new, wages(2014, growth=1.0))


@pytest.mark.parametrize("rows", [-2, -1, 1, 2])
def test_values_moved_against_their_codes_are_refused(rows):
    new = wages(2015)
    for name in ("women", "men"):
        new[name] = new[name].to_numpy()[[(i - rows) % len(new) for i in range(len(new))]]
    with refuses("off their codes"):
        compare(new, wages(2014, growth=1.0))


def test_few_places_show_a_unit_only_by_a_whole_power_of_ten():
    old = wages(2014, places=4, growth=1.0)
    new = wages(2015, places=4)
    new["women"] *= 6
    compare(new, old)
    new["women"] *= 100 / 6
    with refuses("102 times"):
        compare(new, old)


def test_a_file_cut_at_a_line_border_is_refused():
    whole = wages(2014)
    with pytest.raises(Refusal) as refusal:
        compare_all(
            table(), whole.head(20), [known(whole, "2014", same_vintage=True)], file_name="w.csv", vintage="2014"
        )
    assert "20 territoires ou unités sur 40" in fr(refusal.value.reason)


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
    assert len(said) == 1 and "1 valeur sur 80" in fr(said[0]) and "ligne 5" in fr(said[0])


def test_figures_that_the_shipped_extract_states_otherwise_are_refused():
    new, old = wages(2014), wages(2014)
    new.loc[3:7, "women"] += 0.1
    with refuses("states the published figures"):
        compare_all(
            table(), new, [known(old, "2014", same_vintage=True, extract=True)], file_name="w.csv", vintage="2014"
        )


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
    assert "ligne 5" in fr(refusal.value.reason) and "women = 99" in fr(refusal.value.reason)
    assert "line 5" in en(refusal.value.reason)


def test_a_rule_may_reject_single_rows():
    found = conformed()
    found.frame.loc[3, "women"] = 99.0
    apply_rules(
        table(rule("women <= men", on_failure="reject", tolerated_share=0.1)),
        found,
        file_name="w.csv",
        vintage_year=2014,
    )
    assert len(found.frame) == 39 and found.rejected[0].line == 5


def test_a_rule_may_only_warn():
    found = conformed()
    found.frame.loc[3, "women"] = 99.0
    apply_rules(table(rule("women <= men", on_failure="warn")), found, file_name="w.csv", vintage_year=2014)
    assert len(found.frame) == 40 and "1 ligne sur 40" in fr(found.notes[0])


def test_a_rule_does_not_apply_to_missing_values():
    found = conformed()
    found.frame["women"] = None
    apply_rules(table(rule("women <= men")), found, file_name="w.csv", vintage_year=2014)


def test_a_rule_knows_the_year_of_the_vintage():
    with pytest.raises(Refusal):
        apply_rules(table(rule("year = $vintage_year")), conformed(), file_name="w.csv", vintage_year=2015)


# values and places that vanish --------------------------------------------------------------------


def test_a_measure_that_lost_half_of_its_values_is_refused():
    new = wages(2015)
    new.loc[new.index >= 20, "women"] = float("nan")
    with refuses("column 'women' is empty in 20 of 40 rows") as refusal:
        compare(new, wages(2014, growth=1.0))
    assert refusal.value.kind == "emptied"


def test_a_few_more_secrets_than_last_year_pass():
    new = wages(2015)
    new.loc[new.index < 4, "women"] = float("nan")
    compare(new, wages(2014, growth=1.0))


def test_a_zero_in_a_column_that_knows_none_is_refused():
    new = wages(2015)
    new.loc[7, "men"] = 0.0
    with refuses("1 row are 0 where"):
        compare(new, wages(2014, growth=1.0))


def test_the_end_of_the_list_gone_is_a_cut_however_short():
    with refuses("3 of 40 places") as refusal:
        compare_all(
            table(vanished_share=0.10),
            wages(2015)[:37],
            [known(wages(2014, growth=1.0), "2014")],
            file_name="wages.csv",
            vintage="2015",
        )
    assert refusal.value.kind == "vanished"


def test_places_gone_here_and_there_within_the_budget_pass():
    new = wages(2015)
    compare_all(
        table(vanished_share=0.10),
        new[~new["code"].isin(["44003", "44011", "44029"])],
        [known(wages(2014, growth=1.0), "2014")],
        file_name="wages.csv",
        vintage="2015",
    )


def test_last_years_figures_under_this_years_header_are_told():
    old = wages(2014)
    assert "exactly the figures of vintage 2014" in en(compare(old.assign(year=2015), old)[0])


def test_two_crossed_cells_are_seen_when_the_same_figures_come_again():
    old = wages(2014)
    new = old.copy()
    new.loc[5, ["women", "men"]] = old.loc[5, ["men", "women"]].to_numpy()
    with refuses("in 1 row each has the figure that the other had"):
        compare_all(table(), new, [known(old, "2014", same_vintage=True)], file_name="wages.csv", vintage="2014")


def rates(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "territory_level": "department",
            "code": [f"{n:02d}" for n in range(len(values))],
            "rate": values,
            "_row": range(2, len(values) + 2),
        }
    )


@pytest.mark.parametrize("odd", [0.17, 0.0])
def test_a_share_among_percentages_is_seen_in_the_file_alone(odd):
    level = Column(name="territory_level", type="text", key=True)
    contract = Table(
        description=TEXT,
        grain="x",
        files=[],
        columns=[level, Column(name="code", type="territory", key=True), Column(name="rate", type="number", unit="%")],
    )
    usual = [12 + (n % 9) for n in range(96)]
    compare_all(contract, rates(usual), [], file_name="rates.csv", vintage="2018")
    with refuses("1 value of another order") as refusal:
        compare_all(contract, rates([*usual[:13], odd, *usual[14:]]), [], file_name="rates.csv", vintage="2018")
    assert "département" not in en(refusal.value.reason) and "line 15" in en(refusal.value.reason)


# which geography ----------------------------------------------------------------------------------


def judged_communes(codes: list[str], lists: CodeLists, dated: bool = False) -> None:
    frame = pd.DataFrame({"code": codes, "year": 2020, "women": 1.0, "men": 1.0, "_row": range(2, len(codes) + 2)})
    check_codes(
        table(),
        Conformed(frame, len(frame)),
        lists,
        file_name="x.csv",
        vintage_year=2020,
        gives_lists=False,
        dated_geography=dated,
    )


@pytest.fixture(scope="module")
def france() -> CodeLists:
    """A country of 31,680 communes, of which four ended on 1 January 2020."""
    codes = [f"{d}{n:03d}" for d in sorted(MAINLAND) for n in range(1, 331)]
    return CodeLists(communes=set(codes), suppressed={c: date(2020, 1, 1) for c in codes[5:9]})


def test_a_whole_file_in_last_years_geography_is_read(france):
    judged_communes(sorted(france.communes), france)


def test_some_former_codes_among_new_ones_are_refused(france):
    ended = sorted(france.suppressed)
    with refuses("suppressed before 2020"):
        judged_communes([c for c in sorted(france.communes) if c not in ended[1:]], france)


def test_a_composition_of_an_earlier_day_is_another_years(france):
    with refuses("suppressed before 2020"):
        judged_communes(sorted(france.communes), france, dated=True)


@pytest.mark.parametrize("absent", [{"69"}, {"69", "95"}])
def test_a_departement_that_the_publisher_never_gives_is_no_cut(absent):
    """Copernicus' means give the Rhône in two parts, 69D and 69M; Val-d'Oise at the end would be a cut file."""
    places = sorted(MAINLAND - absent)
    frame = pd.DataFrame({"dep": places, "_row": range(2, len(places) + 2)})
    columns = [Column(name="dep", type="department", key=True)]
    contract = Table(description=TEXT, grain="x", files=[], columns=columns, lacks={"department": ["69"]})

    def check():
        check_codes(
            contract,
            Conformed(frame, len(frame)),
            CodeLists(),
            file_name="x.xlsx",
            vintage_year=2018,
            gives_lists=False,
        )

    if absent == {"69"}:
        check()
    else:
        with refuses("95"):
            check()


def test_a_missing_region_is_a_cut_file():
    frame = pd.DataFrame({"region": sorted(MAINLAND_REGIONS - {"94"}), "_row": range(2, 14)})
    contract = Table(description=TEXT, grain="x", files=[], columns=[Column(name="region", type="region", key=True)])
    with refuses("1 of the 13 mainland régions are missing \\(94\\)"):
        check_codes(
            contract, Conformed(frame, len(frame)), CodeLists(), file_name="x.csv", vintage_year=2018, gives_lists=False
        )


def test_departments_with_nothing_to_count_may_be_absent_and_no_others():
    def check(codes: set[str]) -> None:
        frame = pd.DataFrame({"department": sorted(codes), "_row": range(2, len(codes) + 2)})
        contract = Table(
            description=TEXT,
            grain="x",
            files=[],
            lacks={"department": ["75", "92"]},
            columns=[Column(name="department", type="department", key=True)],
        )
        found = Conformed(frame, len(frame))
        check_codes(contract, found, CodeLists(), file_name="x.csv", vintage_year=2023, gives_lists=False)

    check(MAINLAND - {"75", "92"})
    with refuses("of the 96 mainland départements, 85 are missing"):
        check(MAINLAND - {"75", "92", "85"})


def test_missing_epcis_are_a_cut_file():
    epcis = {f"2{n:08d}" for n in range(1200)}
    contract = Table(
        description=TEXT,
        grain="x",
        files=[],
        columns=[
            Column(name="territory_level", type="text", key=True),
            Column(name="code", type="territory", key=True),
        ],
    )
    frame = pd.DataFrame({"territory_level": "epci", "code": sorted(epcis)[:1190]})
    frame["_row"] = range(2, 1192)
    with refuses("the last 10 in the order of codes"):
        check_codes(
            contract,
            Conformed(frame, len(frame)),
            CodeLists(epcis=epcis),
            file_name="x.csv",
            vintage_year=2018,
            gives_lists=False,
        )


def test_a_tolerated_share_without_reject_lets_rows_stand_and_counts_them():
    found = conformed()
    found.frame.loc[3:5, "women"] = 99.0
    apply_rules(table(rule("women <= men", tolerated_share=0.1)), found, file_name="w.csv", vintage_year=2014)
    assert len(found.frame) == 40 and "3 lignes sur 40" in fr(found.notes[0])
    with pytest.raises(Refusal):
        apply_rules(table(rule("women <= men", tolerated_share=0.05)), found, file_name="w.csv", vintage_year=2014)
