"""Comparing two editions: counts, biggest moves, names, and what is no revision."""

from __future__ import annotations

from pathlib import Path

import pytest
from edition_fakes import FIRST, SECOND, VALUES, Shelf

from orchestration.editions import Share, compare
from tests.words import en, fr


def _pair(shelf: Shelf, old: list[tuple], new: list[tuple]) -> tuple[Path, Path]:
    return shelf.publish(FIRST, values=old), shelf.build(SECOND, values=new).path


def test_a_first_edition_is_all_new(shelf: Shelf) -> None:
    result = compare(None, shelf.build().path)
    assert (result.new, result.removed, result.revised, result.moves) == (6, 0, 0, [])
    assert result.before is None
    assert result.after.model_dump() == {
        "edition": FIRST, "indicators": 2, "territories": 4, "values": 5, "figures": 6, "suppressed": 0,
    }  # fmt: skip


def test_the_same_figures_are_no_change(shelf: Shelf) -> None:
    result = compare(*_pair(shelf, VALUES, list(reversed(VALUES))))
    assert result.is_same and result.unchanged == 6 and result.by_indicator == []
    assert result.before and result.before.edition == FIRST and result.after.edition == SECOND


def test_new_removed_revised_blanked_and_filled(shelf: Shelf) -> None:
    new = [
        (*VALUES[0][:5], 10.0),  # 12.5 → 10
        (*VALUES[1][:5], None),  # blanked
        # the Gini of Nantes is gone
        (*VALUES[3][:5], 0.27 * (1 + 1e-12)),  # noise of the last digit
        (*VALUES[4][:5], 0.30),  # the region 44, not the department 44
        (*VALUES[5][:5], 0.25),  # filled
        ("sdg01_poverty_rate", "44109", "commune", "2019", "total", 15.0),
    ]
    result = compare(*_pair(shelf, VALUES, new))
    assert (result.new, result.removed, result.revised) == (1, 1, 4)
    assert (result.blanked, result.filled, result.unchanged) == (1, 1, 1)
    assert [(m.territory, m.old_value, m.new_value) for m in result.moves] == [
        ("Nantes Métropole", 12.5, 10.0),
        ("Grand Est", 0.29, 0.30),
    ]
    first = result.moves[0]
    assert (fr(first.indicator), first.unit, first.change) == ("Taux de pauvreté", "%", -2.5)
    assert first.relative == pytest.approx(0.2)
    assert [(en(i.indicator), i.new, i.removed, i.revised) for i in result.by_indicator] == [
        ("Poverty rate", 1, 0, 2),
        ("Gini index", 0, 1, 2),
    ]


def test_each_of_two_deliveries_answers_for_its_own_figures(shelf: Shelf) -> None:
    poverty, gini = VALUES[0], VALUES[3]
    old = [(*poverty, "a", "1"), (*gini, "b", "1"), ("sdg10_gini", "01", "department", "2018", "total", 0.3, "c", "1")]
    new = [
        (*poverty[:5], 13.0, "a", "2"),
        (*gini[:5], 0.28, "b", "2"),
        ("sdg10_gini", "01", "department", "2018", "total", 0.31, "c", "1"),
    ]
    paths = _pair(shelf, old, new)
    assert compare(*paths).revised == 3
    first = compare(*paths, share=Share("a", {"sdg01_poverty_rate"}, {"b"}))
    assert [i.indicator_id for i in first.by_indicator] == ["sdg01_poverty_rate"] and first.revised == 1
    # the Gini of `c` rests on what `b` brought too; that of `b` is not told to those who dropped `a`
    assert compare(*paths, share=Share("b", {"sdg10_gini"}, {"a"})).revised == 2
    assert compare(*paths, share=Share("a", {"sdg01_poverty_rate", "sdg10_gini"}, {"b"})).revised == 2


def test_moves_are_ranked_by_proportion_then_home_and_cut(shelf: Shelf) -> None:
    codes = [f"441{i:02d}" for i in range(30)]
    old = [("sdg10_gini", c, "commune", "2018", "total", 100.0) for c in codes]
    new = [("sdg10_gini", c, "commune", "2018", "total", 100.0 + i) for i, c in enumerate(codes)]
    home = ("sdg10_gini", "244400404", "epci", "2018", "total")
    old.append((*home, 1000.0))
    new.append((*home, 1290.0))  # the same proportion as the largest, and home
    result = compare(*_pair(shelf, old, new))
    assert result.revised == 30 and len(result.moves) == 10
    assert [m.territory_code for m in result.moves[:3]] == ["244400404", "44129", "44128"]
    assert len(compare(*_pair_paths(shelf), moves=3).moves) == 3


def _pair_paths(shelf: Shelf) -> tuple[Path, Path]:
    return shelf.home / "editions" / FIRST, shelf.home / "work" / f"{SECOND}.building"


def test_unknown_indicators_and_territories_go_by_their_code(shelf: Shelf) -> None:
    key = ("sdg99_new", "99999", "commune", "2020", "total")
    move = compare(*_pair(shelf, [(*key, 1.0)], [(*key, 0.0)])).moves[0]
    assert (fr(move.indicator), move.territory, move.unit, move.relative) == (
        "sdg99_new", "99999", None, 1.0,
    )  # fmt: skip


def test_an_indicator_that_is_gone_keeps_its_old_name(shelf: Shelf, tmp_path: Path) -> None:
    old, new = _pair(shelf, VALUES, VALUES[:2])
    (new / "parquet" / "dim_indicator.parquet").unlink()
    assert fr(compare(old, new).by_indicator[0].indicator) == "Indice de Gini"


def test_editions_without_figures_can_be_compared(shelf: Shelf) -> None:
    old = shelf.publish(FIRST, tables=["dim_territory"])
    new = shelf.build(SECOND).path
    assert compare(old, new).new == 6
    assert compare(new, old).removed == 6


def test_a_null_in_the_key_still_pairs(shelf: Shelf) -> None:
    row = ("sdg10_gini", "44109", "commune", "2018", None)
    result = compare(*_pair(shelf, [(*row, 1.0)], [(*row, 2.0)]))
    assert (result.new, result.removed, result.revised) == (0, 0, 1)


def test_values_that_vanish_are_listed_by_indicator_and_level_home_first(shelf: Shelf) -> None:
    new = [
        # the poverty rate of the EPCI and of Nantes is gone
        (*VALUES[2][:5], None),  # the Gini of Nantes is kept secret now
        *VALUES[3:],
    ]
    gone = compare(*_pair(shelf, VALUES, new)).gone
    assert [(fr(g.indicator), g.territory_level, g.still_listed, g.figures, g.places) for g in gone] == [
        ("Taux de pauvreté", "epci", False, 1, ["Nantes Métropole"]),
        ("Taux de pauvreté", "commune", False, 1, ["Nantes"]),
        ("Indice de Gini", "commune", True, 1, ["Nantes"]),
    ]
    # a figure that never had a value (Bouguenais, secret all along) does not vanish
    assert compare(*_pair_paths(shelf)).gone == gone
    assert compare(None, shelf.home / "editions" / FIRST).gone == []


def test_values_from_an_older_vintage_are_counted_whether_they_changed_or_not(shelf: Shelf) -> None:
    def of(vintage: str, *values: tuple) -> list[tuple]:
        return [(*v, "insee_filosofi", vintage) for v in values]

    old = of("2021", *VALUES[:3]) + of("2018", VALUES[3])
    back = of("2018", VALUES[0], (*VALUES[1][:5], 15.0)) + of("2021", VALUES[2], VALUES[3])
    result = compare(*_pair(shelf, old, back))
    assert [o.model_dump() for o in result.older] == [
        {"source_id": "insee_filosofi", "before": "2021", "after": "2018", "figures": 2}
    ]
    assert result.revised == 1


def test_the_city_s_own_revisions_are_named_before_a_distant_village_s(shelf: Shelf) -> None:
    codes = [f"010{i:02d}" for i in range(20)]
    old = [("sdg10_gini", c, "commune", "2018", "total", 1.0) for c in codes]
    new = [(*v[:5], 5.0) for v in old]
    home = [(*VALUES[0][:3], str(year), "total") for year in range(2000, 2008)]
    result = compare(*_pair(shelf, old + [(*k, 10.0) for k in home], new + [(*k, 10.1) for k in home]))
    names = [m.territory_code for m in result.moves]
    assert names[:5] == ["244400404"] * 5 and len(names) == 10 and "244400404" not in names[5:]
