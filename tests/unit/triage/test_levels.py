"""Communes against the EPCI that they make up: what a first delivery can be held against."""

import pandas as pd
import pytest

from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Column, Table
from orchestration.triage import check_levels
from tests.words import fr, refuses

MEMBERS = {f"2444004{n:02d}": {f"44{n:02d}{i}" for i in range(4)} for n in range(10)}


def table() -> Table:
    return Table(
        description=Message.of(fr="x", en="x"),
        grain="x",
        files=[],
        columns=[
            Column(name="territory_level", type="text", key=True),
            Column(name="territory_code", type="territory", key=True),
            Column(name="persons", type="number", unit="personnes", measure="count"),
            Column(name="median", type="number", unit="euro par unité de consommation et par an", measure="quantile"),
            Column(name="ratio", type="number", unit="rapport", measure="ratio"),
        ],
    )


def figures() -> pd.DataFrame:
    rows = []
    for n, (epci, communes) in enumerate(MEMBERS.items()):
        parts = [(code, 1000.0 * (i + 1), 18_000.0 + 1000 * i + 50 * n) for i, code in enumerate(sorted(communes))]
        rows += [("commune", code, persons, median, 3.0) for code, persons, median in parts]
        # between the parts, and a ratio that exceeds every one of them, as D9/D1 of a mixture may
        rows.append(("epci", epci, sum(p[1] for p in parts), 19_700.0 + 50 * n, 3.9))
    frame = pd.DataFrame(rows, columns=["territory_level", "territory_code", "persons", "median", "ratio"])
    return frame.assign(_row=range(2, len(frame) + 2))


def test_levels_that_agree_pass():
    check_levels(table(), figures(), MEMBERS)


def test_one_epci_outside_its_communes_is_refused_with_both_figures():
    frame = figures()
    at = frame.index[frame["territory_code"] == "244400403"][0]
    frame.loc[at, "median"] = 25_000.0
    with pytest.raises(Refusal) as refusal:
        check_levels(table(), frame, MEMBERS)
    said = fr(refusal.value.reason)
    assert "« median » : 1 EPCI sur 10" in said and f"ligne {at + 2} (244400403)" in said
    assert "25000, communes de 18150 à 21150" in said


@pytest.mark.parametrize("factor", [0.1, 100, 1000])
def test_a_unit_changed_at_one_level_is_refused(factor):
    frame = figures()
    frame.loc[frame["territory_level"] == "commune", "persons"] *= factor
    with refuses(f"give {factor:.4g} times"):
        check_levels(table(), frame, MEMBERS)


def test_an_epci_with_a_commune_without_figure_is_not_judged():
    frame = figures()
    frame.loc[0, "median"] = None
    frame.loc[frame["territory_code"] == "244400400", "median"] = 90_000.0
    check_levels(table(), frame, MEMBERS)


def test_one_level_alone_says_nothing():
    frame = figures()
    check_levels(table(), frame[frame["territory_level"] == "commune"], MEMBERS)


def test_few_redrawn_epcis_do_not_refuse_a_count():
    frame = figures()
    frame.loc[frame["territory_code"].isin(["244400400", "244400401", "244400402"]), "persons"] *= 1.7
    check_levels(table(), frame, MEMBERS)
