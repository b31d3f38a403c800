"""Every figure keeps its address when others are added, and no page of figures is larger than its room."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from orchestration.readers.site.pages.figures import ROOM, FigureBook, _nodes


def book(figures: list[Any]) -> FigureBook:
    """Bind figures of one indicator; the home EPCI and its communes are those that the figures name."""
    places = list(dict.fromkeys(f.place for f in figures))
    of: dict[Any, list[Any]] = {p: [f for f in figures if f.place == p and f.breakdown == "total"] for p in places}
    edition = SimpleNamespace(
        indicators={"sdg10_gini": None},
        nearest=[p for p in places if p[0] == "epci"],
        comparators=list,
        communes=lambda: [p for p in places if p[0] == "commune"],
        of=lambda _, place: of.get(place, []),
        parts={"sdg10_gini": [f for f in figures if f.breakdown != "total"]},
        territories={p: SimpleNamespace(name=f"{chr(97 + i % 26)}ville {i}") for i, p in enumerate(places)},
    )
    return FigureBook(edition)  # type: ignore[arg-type]


def test_an_address_stays_when_a_decade_and_a_part_come(figure) -> None:
    old = [figure(str(y), 1.0) for y in range(2014, 2019)]
    new = [*old, figure("2020", 1.0), figure("2018", 1.0, breakdown="sex=F"), figure("1999", 1.0)]
    before, after = book(old), book(new)
    assert [before.address(f) for f in old] == [after.address(f) for f in old]
    assert before.address(old[-1]) == ("sdg10_gini-2010", "epci-244400404-2018")
    assert after.address(new[6]) == ("sdg10_gini-sex-2010", "epci-244400404-2018-sex.F")


def test_what_does_not_fit_is_cut_by_year_and_then_by_letter(figure) -> None:
    few = [figure(str(y), 1.0, level="commune", code=f"{c:05d}") for c in range(60) for y in range(2010, 2019)]
    assert {leaf.name for leaf in book(few).leaves} == {f"sdg10_gini-communes-{y}" for y in range(2010, 2019)}
    many = [figure("2018", 1.0, level="commune", code=f"{c:05d}") for c in range(400)]
    leaves = book(many).leaves
    assert len(leaves) == 26 and all(leaf.name.startswith("sdg10_gini-communes-2018-") for leaf in leaves)
    assert sum(len(leaf.figures) for leaf in leaves) == 400
    assert all(_nodes(leaf.figures) <= ROOM for leaf in leaves)


def test_a_figure_that_the_pages_do_not_hold_has_no_address(figure) -> None:
    assert book([figure("2018", 1.0)]).address(figure("2019", 1.0)) is None
