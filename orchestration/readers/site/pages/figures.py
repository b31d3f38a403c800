"""A permanent address for each figure: indicator, territory, period, and the part that it is about.

The address is a page and an anchor: `fr/chiffres/sdg10_gini-2010.html#epci-244400404-2018`. Which page holds a figure
follows from the figure alone (its indicator, group of territories, decade), so that the address stays when others are
added; only where a decade does not fit into the budget is it cut by year, and then by the first letter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from orchestration.readers.site.edition import Edition, Figure, Place, Row
from orchestration.readers.site.pages.shared import Draft, home_crumb, remarks
from orchestration.readers.site.words import Route, Voice

# elements of a table that leave room for the rest of a page within 400
ROOM = 280
Group = str  # "" (home and larger territories), "communes", or the dimension of the parts ("sex")


@dataclass
class Leaf:
    """One page of figures: those of one indicator, one group and one stretch of periods."""

    indicator_id: str
    group: Group
    name: str
    figures: list[Figure]


def anchor(figure: Figure) -> str:
    """Return the fragment of a figure's address: `epci-244400404-2018`, with the part: `…-2018-sex.F`."""
    part = "" if figure.breakdown == "total" else f"-{figure.breakdown.replace('=', '.')}"
    return f"{figure.level.replace('_', '-')}-{figure.code}-{figure.period}{part}"


class FigureBook:
    """All figures of the pages, bound into leaves; knows the address of each."""

    def __init__(self, e: Edition) -> None:
        self.edition = e
        self.leaves: list[Leaf] = []
        self._address: dict[tuple[str, str], str] = {}
        wide = [*e.nearest, *e.comparators()]
        for indicator_id in e.indicators:
            self._bind(indicator_id, "", [f for p in wide for f in e.of(indicator_id, p)])
            self._bind(indicator_id, "communes", [f for p in e.communes() for f in e.of(indicator_id, p)])
            dimensions: dict[str, list[Figure]] = defaultdict(list)
            for f in e.parts.get(indicator_id, []):
                if f.place in wide:
                    dimensions[f.breakdown.partition("=")[0]].append(f)
            for dimension, figures in sorted(dimensions.items()):
                self._bind(indicator_id, dimension, figures)

    def _bind(self, indicator_id: str, group: Group, figures: Sequence[Figure]) -> None:
        stem = f"{indicator_id}-{group}" if group else indicator_id
        for key, part in _cut(figures, lambda f: f"{f.period[:3]}0", self._letter(group)):
            leaf = Leaf(indicator_id, group, f"{stem}-{key}", part)
            self.leaves.append(leaf)
            for f in part:
                self._address[indicator_id, anchor(f)] = leaf.name

    def _letter(self, group: Group) -> Callable[[Figure], str]:
        if group not in ("", "communes"):
            return lambda f: f.breakdown.partition("=")[2][:1].lower()
        return lambda f: self.edition.territories[f.place].name[:1].lower()

    def address(self, figure: Figure) -> tuple[str, str] | None:
        """Return the name of the page of figures and the anchor on it; None for a figure that these pages do not hold."""
        at = anchor(figure)
        name = self._address.get((figure.indicator_id, at))
        return (name, at) if name else None

    def of(self, indicator_id: str) -> list[Leaf]:
        """Return the leaves of an indicator."""
        return [leaf for leaf in self.leaves if leaf.indicator_id == indicator_id]


def _cut(
    figures: Sequence[Figure], decade: Callable[[Figure], str], letter: Callable[[Figure], str]
) -> Iterator[tuple[str, list[Figure]]]:
    for key, part in _by(figures, decade):
        if _nodes(part) <= ROOM:
            yield f"{key}", part
            continue
        for year, of_year in _by(part, lambda f: f.period[:4]):
            if _nodes(of_year) <= ROOM:
                yield year, of_year
            else:
                yield from ((f"{year}-{first}", one) for first, one in _by(of_year, letter))


def _by(figures: Sequence[Figure], key: Callable[[Figure], str]) -> list[tuple[str, list[Figure]]]:
    found: dict[str, list[Figure]] = defaultdict(list)
    for f in figures:
        found[key(f)].append(f)
    return sorted(found.items())


def _nodes(figures: Sequence[Figure]) -> int:
    rows = {(f.place, f.breakdown) for f in figures}
    return len(rows) * (len({f.period for f in figures}) + 2)


def drafts(e: Edition, v: Voice, book: FigureBook) -> Iterator[Draft]:
    """Yield the pages of figures."""
    for leaf in book.leaves:
        row = e.indicators[leaf.indicator_id]
        name = v.of(row, "name")
        periods = sorted({f.period for f in leaf.figures})
        said = [v.period(periods[0]), v.period(periods[-1])]
        span = said[0] if said[0] == said[1] else v.t("site.span", first=said[0], last=said[1])
        whom = _whom(v, leaf)
        yield Draft(
            Route("figures", leaf.name),
            v.t("site.figures_title", name=name, whom=whom, span=span),
            v.t("site.figures_description", name=name, whom=whom, span=span, edition=e.edition_id),
            "figures.html.j2",
            {
                "indicator_id": leaf.indicator_id,
                "name": name,
                "unit": v.t("site.in_unit", unit=row.unit_fr if v.language == "fr" else row.unit),
                "periods": [v.period(p) for p in periods],
                "rows": list(_rows(v, leaf, periods)),
                "reasons": remarks(v, leaf.figures),
                "sources": _sources(e, v, leaf.figures),
                "vintages": _vintages(leaf.figures, periods),
                "kinds": {f.status for f in leaf.figures} | ({"break"} if any(f.is_break for f in leaf.figures) else set()),
                "address": Route("figures", leaf.name).path(v.language),
                "example": anchor(leaf.figures[0]),
                "siblings": [(other.name, named(v, other)) for other in book.of(leaf.indicator_id) if other is not leaf],
            },
            [
                home_crumb(v),
                ("goal", str(row.sdg_id), v.t("site.goal_short", number=row.sdg_id)),
                ("indicator", leaf.indicator_id, name),
            ],
        )  # fmt: skip


def _whom(v: Voice, leaf: Leaf) -> str:
    if leaf.group == "":
        return str(v.t("site.whom_wide", home=v.name(v.edition.home_place)))
    if leaf.group == "communes":
        return str(v.t("site.whom_communes", home=v.name(v.edition.home_place)))
    return str(v.t("site.whom_parts", dimension=v.label("dimensions", leaf.group)))


def named(v: Voice, leaf: Leaf) -> str:
    """Return what a page of figures is called beside others of its indicator."""
    return f"{_whom(v, leaf)}, {stretch(v, leaf)}"


def stretch(v: Voice, leaf: Leaf) -> str:
    """Return which periods (and letters) a page of figures holds: `2010 à 2019`, `2021, a`."""
    key = leaf.name.removeprefix(leaf.indicator_id).removeprefix(f"-{leaf.group}").strip("-")
    year, _, letter = key.partition("-")
    if year.endswith("0") and not letter and any(f.period[:4] != year for f in leaf.figures):
        return str(v.t("site.span", first=year, last=str(int(year) + 9)))
    return f"{year}, {letter}" if letter else year


def _rows(v: Voice, leaf: Leaf, periods: Sequence[str]) -> Iterator[tuple[str, list[tuple[str, str] | None]]]:
    """Yield each territory (and part) with one cell a period: its anchor and its value; None where there is no figure."""
    by_row: dict[tuple[Place, str], dict[str, Figure]] = defaultdict(dict)
    for f in leaf.figures:
        by_row[f.place, f.breakdown][f.period] = f
    for (place, breakdown), found in by_row.items():
        part = "" if breakdown == "total" else f", {v.breakdown(breakdown)}"
        cells = [(anchor(at), said(v, at)) if (at := found.get(p)) else None for p in periods]
        yield f"{v.full(place)}{part}", cells


def said(v: Voice, f: Figure) -> str:
    """Return a value with the marks that the legend explains: break, provisional, bound, sample."""
    marks = ("‖ " if f.is_break else "", v.value(f, with_unit=False), " (p)" if f.status == "provisional" else "")
    return "".join(marks) + (f" ({v.t('site.sample')})" if f.is_synthetic else "")


def _sources(e: Edition, v: Voice, figures: Sequence[Figure]) -> list[tuple[str, Row]]:
    return [(s, e.sources[s]) for s in sorted({f.source_id for f in figures}) if s in e.sources]


def _vintages(figures: Sequence[Figure], periods: Sequence[str]) -> list[str]:
    found: dict[str, set[str]] = defaultdict(set)
    for f in figures:
        found[f.period].add(f.vintage)
    return [", ".join(sorted(found[p])) for p in periods]
