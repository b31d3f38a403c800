"""A territory: what is known of it, beside the territory that it lies in; and the lists that lead to all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from orchestration.readers.site.edition import Edition, Figure, Place, sort_key
from orchestration.readers.site.pages.figures import FigureBook
from orchestration.readers.site.pages.shared import Draft, counted, home_crumb, newest, numbered, parts_of
from orchestration.readers.site.words import Route, Voice, place_route

PER_PAGE = 26


class Line(NamedTuple):
    """One indicator in a territory, beside the territory that it is compared with."""

    indicator_id: str
    sdg_id: int
    name: str
    value: str
    period: str
    address: tuple[str, str] | None
    beside: str
    trend: str


def drafts(e: Edition, v: Voice, book: FigureBook, *, all_epcis: bool = False) -> Iterator[Draft]:
    """Yield the list of territories and one page each (more where its indicators are many)."""
    yield _list(e, v, all_epcis)
    own = [e.home_place, *e.communes(), *e.comparators(), *e.nearest[1:]]
    others = sorted(p for p in e.territories if p not in own) if all_epcis else []
    for place in [*own, *others]:
        yield from _territory(e, v, book, place)
    if all_epcis:
        yield from _epcis(e, v)


def beside(e: Edition, place: Place) -> Place:
    """Return the territory that a territory is seen beside: the home EPCI, and for that its nearest larger one."""
    if place[0] == "commune" or (place[0] == "epci" and place != e.home_place):
        return e.home_place
    further = e.nearest[e.nearest.index(place) + 1 :] if place in e.nearest else []
    return further[0] if further else e.home_place


def _territory(e: Edition, v: Voice, book: FigureBook, place: Place) -> Iterator[Draft]:
    row, other = e.territories[place], beside(e, place)
    lines = [line for i in e.indicators if (line := _line(e, v, book, i, place, other))]
    name, route = v.name(place), place_route(place)
    scores = [
        (s.sdg_id, s.improving + s.target_met, s.worsening, s.comparator_rank, s.comparators)
        for s in e.scorecard.get(place, [])
        if s.improving + s.target_met + s.worsening + s.stable + s.mixed
    ]
    pages = list(parts_of(lines, PER_PAGE))
    for number, part in pages:
        at = route if number == 1 else Route("territory", f"{route.name}-{number}")
        yield Draft(
            at,
            numbered(v, v.t("site.territory_title", name=v.full(place)), number),
            v.t("site.territory_description", name=v.full(place), indicators=len(lines)),
            "territory.html.j2",
            {
                "place": place,
                "name": name,
                "row": row,
                "number": number,
                "level": v.label("levels_one", place[0]),
                "lines": part,
                "count": len(lines),
                "beside": v.full(other),
                "pages": [(n, f"{route.name}-{n}" if n > 1 else route.name) for n, _ in pages] if len(pages) > 1 else [],
                "moves": _moves(v, lines),
                "scores": scores if number == 1 and place[0] != "commune" else [],
                "ranked": any(rank and size > 1 for *_, rank, size in scores),
                "parents": _parents(e, v, place),
                "communes": [(v.name(p), p) for p in e.communes()] if place == e.home_place and number == 1 else [],
                "comparators": [(v.name(p), p) for p in e.comparators()] if place == e.home_place and number == 1 else [],
                "peers": [(p.name, ("epci", p.peer_code)) for p in e.peers] if place == e.home_place and number == 1 else [],
                "known": e.territories,
            },
            [home_crumb(v), ("territories", "", v.t("site.menu_territories"))],
        )  # fmt: skip


def _line(e: Edition, v: Voice, book: FigureBook, indicator_id: str, place: Place, other: Place) -> Line | None:
    figures = e.of(indicator_id, place)
    figure = newest(figures)
    if figure is None:
        return None
    row, trend = e.indicators[indicator_id], e.trend(indicator_id, place)
    return Line(
        indicator_id,
        row.sdg_id,
        v.of(row, "name"),
        _marked(v, figure),
        v.period(figure.period),
        book.address(figure),
        "" if row.additivity == "count" else _beside(e, v, figure, other),
        (trend.status or "") if trend else "",
    )


def _beside(e: Edition, v: Voice, figure: Figure, other: Place) -> str:
    """Return the same figure of `other`, else of the nearest larger territory that has it, which is then named."""
    further = e.nearest[e.nearest.index(other) + 1 :] if other in e.nearest else []
    for place in [other, *further]:
        same = next((f for f in e.of(figure.indicator_id, place) if f.period == figure.period), None)
        if same is not None and same.value is not None and same.series_id == figure.series_id and place != figure.place:
            return v.value(same) if place == other else f"{v.value(same)} ({v.short(place)})"
    return ""


def _marked(v: Voice, figure: Figure) -> str:
    marks = " (p)" if figure.status == "provisional" else ""
    return v.value(figure) + marks + (f" ({v.t('site.sample')})" if figure.is_synthetic else "")


def _moves(v: Voice, lines: Sequence[Line]) -> str:
    better = sum(line.trend in ("improving", "target_met") for line in lines)
    worse = sum(line.trend == "worsening" for line in lines)
    return v.t("site.count_lead", counts=counted(v, better, worse, len(lines) - better - worse))


def _parents(e: Edition, v: Voice, place: Place) -> list[tuple[str, Place]]:
    row = e.territories[place]
    ways = (
        ("epci", row.epci_code),
        ("department", row.department_code),
        ("region", row.region_code),
        ("country", "FR"),
    )
    found = [(level, code) for level, code in ways if (level, code) in e.territories and (level, code) != place]
    if place[0] in ("department", "region", "country"):
        found = (
            found[[level for level, _ in found].index("region") :]
            if place[0] == "department" and any(level == "region" for level, _ in found)
            else [p for p in found if p[0] == "country"]
        )
    return [(v.full(p), p) for p in found]


def _list(e: Edition, v: Voice, all_epcis: bool) -> Draft:
    home = v.name(e.home_place)
    return Draft(
        Route("territories"),
        v.t("site.territories_title"),
        v.t("site.territories_description", home=home),
        "territories.html.j2",
        {
            "home": (home, e.home_place),
            "communes": [(v.name(p), p) for p in e.communes()],
            "comparators": [(v.name(p), p) for p in e.comparators()],
            "larger": [(v.full(p), p) for p in e.nearest[1:]],
            "letters": _letters(e) if all_epcis else [],
        },
        [home_crumb(v)],
    )


def _letters(e: Edition) -> list[str]:
    return sorted({_letter(r.name) for (level, _), r in e.territories.items() if level == "epci"})


def _letter(name: str) -> str:
    """Return under which letter an EPCI is looked for: that of its own name, not of « Communauté de communes »."""
    words = sort_key(name)
    for kind in ("ca ", "cc ", "cu ", "communaute de communes ", "communaute d'agglomeration ", "communaute urbaine "):
        words = words.removeprefix(kind)
    for article in ("de la ", "de l'", "des ", "du ", "de ", "d'", "le ", "la ", "les ", "l'"):
        words = words.removeprefix(article)
    return next((c for c in words if c.isascii() and c.isalnum()), "-")


def _epcis(e: Edition, v: Voice) -> Iterator[Draft]:
    """Yield the lists of all EPCIs by letter."""
    by_letter: dict[str, list[tuple[str, Place]]] = defaultdict(list)
    for place, row in e.territories.items():
        if place[0] == "epci":
            by_letter[_letter(row.name)].append((row.name, place))
    for letter, found in sorted(by_letter.items()):
        for number, part in parts_of(sorted(found, key=lambda f: sort_key(f[0])), 150):
            suffix = f"-{number}" if number > 1 else ""
            yield Draft(
                Route("epcis", letter + suffix),
                numbered(v, v.t("site.epcis_title", letter=letter.upper()), number),
                v.t("site.epcis_description", letter=letter.upper()),
                "epcis.html.j2",
                {
                    "found": part,
                    "letters": [(one, one) for one in sorted(by_letter)],
                    "pages": [
                        (n, f"{letter}-{n}" if n > 1 else letter) for n, _ in parts_of(found, 150)
                    ] if len(found) > 150 else [],
                },
                [home_crumb(v), ("territories", "", v.t("site.menu_territories"))],
            )  # fmt: skip
