"""An indicator: its newest figure, its line, who else has it, its parts, how its progress is judged, where it comes from.

The communes have a page of their own, for a map and 24 rows would not leave room for the rest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.readers.site import maps
from orchestration.readers.site.charts import BarChart, bar_chart, line_chart
from orchestration.readers.site.csv_files import csv_path
from orchestration.readers.site.edition import Edition, Figure, Place, Row
from orchestration.readers.site.pages.figures import FigureBook, named, said
from orchestration.readers.site.pages.shared import Draft, home_crumb, newest, numbered, parts_of, remarks, standing
from orchestration.readers.site.words import Route, Voice

SHOWN_PERIODS = 16
SHOWN_PARTS = 12
COMMUNES_PER_PAGE = 48
METHODS = ("cagr", "un", "destatis")
LICENCES = {
    "Licence Ouverte 2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODbL": "https://opendatacommons.org/licenses/odbl/1-0/",
}


@dataclass(frozen=True)
class Comparison:
    """Named figures of one period beside each other, with their chart and what to see in it."""

    period: str
    chart: BarChart | None
    rows: list[tuple[str, Place, Figure, bool]]
    see: str


def drafts(e: Edition, v: Voice, book: FigureBook, sizes: Mapping[str, int], base: str) -> Iterator[Draft]:
    """Yield the pages of all indicators, and those of the communes where communes have figures.

    `sizes`: bytes of the CSV files that go with them, by path; `base`: the address of the site.
    """
    for indicator_id, row in e.indicators.items():
        draft = _indicator(e, v, book, indicator_id, row)
        path = csv_path(indicator_id)
        draft.context["csv"] = (path, sizes[path]) if path in sizes else None
        if draft.dataset and path in sizes:
            draft.dataset["distribution"] = {
                "@type": "DataDownload",
                "encodingFormat": "text/csv",
                "contentUrl": base + path,
            }
        yield draft
        yield from _communes(e, v, indicator_id, row)


def trail(v: Voice, row: Row) -> list[tuple[str, str, str]]:
    """Return the steps above an indicator."""
    return [home_crumb(v), ("goal", str(row.sdg_id), v.t("site.goal_short", number=row.sdg_id))]


def _indicator(e: Edition, v: Voice, book: FigureBook, indicator_id: str, row: Row) -> Draft:
    name, at = v.of(row, "name"), e.speaks(indicator_id)
    places = _drawn(e, indicator_id, row)
    chart = line_chart(
        [(v.short(p), e.of(indicator_id, p)) for p in places],
        lambda value, decimals: str(v.fixed(value, decimals)),
    )
    figure = newest(e.of(indicator_id, at)) if at else None
    source = e.sources.get(figure.source_id if figure else row.source_id)
    used = dict.fromkeys(f.source_id for p in places for f in reversed(e.of(indicator_id, p)))
    sources = [e.sources[s] for s in used if s in e.sources] or ([source] if source else [])
    return Draft(
        Route("indicator", indicator_id),
        name,
        v.t("site.indicator_description", name=name, definition=v.of(row, "definition"))[:300],
        "indicator.html.j2",
        {
            "id": indicator_id,
            "row": row,
            "figure": figure,
            "place": v.full(at) if at else None,
            "standing": standing(e, v, indicator_id),
            "chart": chart,
            "see": _see_line(e, v, indicator_id, places),
            "places": [(v.short(p), p) for p in places],
            "table": _table(e, v, book, indicator_id, places),
            "older": max(0, len({f.period for p in places for f in e.of(indicator_id, p)}) - SHOWN_PERIODS),
            # of the first column; the pages of figures, a step behind each period, have those of the others
            "reasons": remarks(v, reversed(e.of(indicator_id, places[0]))) if places else [],
            "comparison": _comparators(e, v, indicator_id),
            "communes": sum(newest(e.of(indicator_id, p)) is not None for p in e.communes()),
            "parts": _parts(e, v, indicator_id),
            "dimensions": ", ".join(
                dict.fromkeys(v.label("dimensions", f.breakdown.partition("=")[0]) for f in e.parts.get(indicator_id, []))
            ),
            "progress": _progress(e, v, indicator_id),
            "trend_place": v.full(t[0]) if (t := e.nearest_trend(indicator_id)) else (v.full(at) if at else ""),
            "rank": e.ranks.get((indicator_id, e.home_place, "metropolis")),
            "source": source,
            # what `open_data.workbooks` calls it; a test follows the link
            "workbook": f"xlsx/odd-{row.sdg_id:02}.xlsx",
            "sources": sources,
            "health": e.health.get(source.source_id) if source else None,
            "vintages": sorted({f.vintage for p in places for f in e.of(indicator_id, p)}),
            "addresses": [(leaf.name, named(v, leaf)) for leaf in book.of(indicator_id)],
            "issues": [(i.issue_id, v.of(i, "name")) for i in e.issues_of(indicator_id)],
        },
        trail(v, row),
        dataset=_dataset(e, v, indicator_id, row, source, places),
        fragment=f"fragments/{v.language}/{indicator_id}.json" if chart else None,
    )  # fmt: skip


def _drawn(e: Edition, indicator_id: str, row: Row) -> list[Place]:
    """Return the places whose lines may stand in one frame: of amounts only the nearest, for a country dwarfs a city."""
    have = [p for p in e.nearest if any(f.value is not None for f in e.of(indicator_id, p))]
    if row.additivity == "count":
        return have[:1]
    # the country once: a line without overseas beside the whole would say the same twice
    return [p for p in have if p[0] != "country" or p == next(c for c in have if c[0] == "country")]


def _table(
    e: Edition, v: Voice, book: FigureBook, indicator_id: str, places: Sequence[Place]
) -> list[tuple[str, tuple[str, str] | None, list[str]]]:
    """Return one row a period, the newest first: its name, the address of its first figure, one value a place."""
    by_period: dict[str, dict[Place, Figure]] = defaultdict(dict)
    for place in places:
        for f in e.of(indicator_id, place):
            by_period[f.period][place] = f
    rows = []
    for period in sorted(by_period, reverse=True)[:SHOWN_PERIODS]:
        found = by_period[period]
        first = next(iter(found.values()))
        rows.append((v.period(period), book.address(first), [said(v, found[p]) if p in found else "" for p in places]))
    return rows


def _see_line(e: Edition, v: Voice, indicator_id: str, places: Sequence[Place]) -> list[str]:
    """Return what to see in the line: where it stands, since when, where it is cut."""
    if not places:
        return []
    shown = [f for f in e.of(indicator_id, places[0]) if f.value is not None]
    last = shown[-1]
    told = []
    since = next((i for i in range(len(shown) - 1, -1, -1) if shown[i].is_break), 0)
    first = shown[since]
    assert first.value is not None
    assert last.value is not None
    if first is last:
        told.append(v.t("site.see_one", place=v.short(places[0]), value=v.value(last), period=v.period(last.period)))
    else:
        told.append(
            v.t(
                "site.see_line",
                place=v.short(places[0]),
                value=v.value(last),
                period=v.period(last.period),
                change=v.change(last.value - first.value, indicator_id),
                first=v.period(first.period),
            )
        )
    wider = next(
        (p for p in reversed(places[1:]) if (f := _at(e, indicator_id, p, last.period)) and f.value is not None), None
    )
    if wider:
        f = _at(e, indicator_id, wider, last.period)
        assert f is not None
        told.append(v.t("site.see_beside", place=v.full(wider), value=v.value(f)))
    cuts = [v.period(f.period) for f in shown if f.is_break]
    if cuts:
        told.append(v.t("site.see_breaks", periods=tuple(cuts)))
    return told


def _at(e: Edition, indicator_id: str, place: Place, period: str) -> Figure | None:
    return next((f for f in e.of(indicator_id, place) if f.period == period), None)


def _comparators(e: Edition, v: Voice, indicator_id: str) -> Comparison | None:
    """Return the home EPCI beside its comparators, in the newest period that the home EPCI has."""
    home = [f for f in e.of(indicator_id, e.home_place) if f.value is not None]
    if not home:
        return None
    period = home[-1].period
    found = [(v.name(p), p, f) for p in [e.home_place, *e.comparators()] if (f := _at(e, indicator_id, p, period))]
    return _compared(e, v, indicator_id, period, found, e.home_place)


def _compared(
    e: Edition, v: Voice, indicator_id: str, period: str, found: Sequence[tuple[str, Place, Figure]], main: Place | None
) -> Comparison | None:
    up = e.indicators[indicator_id].desired_direction == "up"
    ordered = sorted(found, key=lambda r: (r[2].value is None, (r[2].value or 0) * (-1 if up else 1), r[0]))
    with_value = [r for r in ordered if r[2].value is not None]
    if len(with_value) < 2:
        return None
    rows = [(name, place, f, place == main) for name, place, f in ordered]
    chart = bar_chart([(name, f, is_main) for name, _, f, is_main in rows], lambda f: v.value(f, with_unit=False))
    best, worst = with_value[0], with_value[-1]
    see = v.t(
        "site.see_bars",
        count=len(with_value),
        period=v.period(period),
        best=best[0],
        best_value=v.value(best[2]),
        worst=worst[0],
        worst_value=v.value(worst[2]),
        lacking=len(ordered) - len(with_value),
    )
    return Comparison(v.period(period), chart, rows, see)


def _parts(e: Edition, v: Voice, indicator_id: str) -> list[tuple[str, Comparison]]:
    """Return the parts of the nearest place that has some, one comparison a dimension, where they are few."""
    told = []
    by_dimension: dict[tuple[Place, str], list[Figure]] = defaultdict(list)
    for f in e.parts.get(indicator_id, []):
        by_dimension[f.place, f.breakdown.partition("=")[0]].append(f)
    seen: set[str] = set()
    for place in e.nearest:
        for (at, dimension), figures in sorted(by_dimension.items(), key=lambda kv: kv[0][1]):
            if at != place or dimension in seen:
                continue
            period = max(f.period for f in figures)
            newest_parts = [(v.breakdown(f.breakdown), at, f) for f in figures if f.period == period]
            if len(newest_parts) > SHOWN_PARTS:
                continue
            comparison = _compared(e, v, indicator_id, period, newest_parts, None)
            if comparison:
                seen.add(dimension)
                told.append(
                    (v.t("site.parts_of", dimension=v.label("dimensions", dimension), place=v.full(at)), comparison)
                )
    return told


def _progress(e: Edition, v: Voice, indicator_id: str) -> dict[str, Any] | None:
    """Return what each method says of the short and the long window, with the reason where it says nothing."""
    at = e.nearest_trend(indicator_id)
    place = at[0] if at else e.speaks(indicator_id)
    windows = e.progress.get((indicator_id, place), {}) if place else {}
    if not windows:
        return None
    methods = []
    for method in METHODS:
        cells = []
        for window in ("short", "long"):
            row = windows.get(window)
            if row is None:
                cells.append("—")
            elif row[f"{method}_status"]:
                cells.append(v.label("method_statuses", row[f"{method}_status"]))
            else:
                why = row[f"{method}_refusal"] or row.refusal_reason
                cells.append(v.t("site.refused", why=v.label("refusals", why)) if why else "—")
        methods.append((v.label("methods", method), cells))
    total = [v.label("trends", windows[w].status or "not_assessed") if w in windows else "—" for w in ("short", "long")]
    spans = [
        v.t("site.span", first=v.period(windows[w].first_period), last=v.period(windows[w].last_period))
        if w in windows and windows[w].first_period else "—"
        for w in ("short", "long")
    ]  # fmt: skip
    said_row = at[1] if at else None
    return {
        "methods": methods,
        "total": total,
        "spans": spans,
        "is_fragile": bool(said_row and said_row.is_fragile),
        "agreement": said_row.method_agreement if said_row else None,
        "reading_aid": bool(said_row and said_row.is_target_reading_aid),
    }


def _dataset(
    e: Edition, v: Voice, indicator_id: str, row: Row, source: Row | None, places: Sequence[Place]
) -> dict[str, Any]:
    """Return schema.org's description of the figures, for the search engines of data."""
    figures = [f for p in places for f in e.of(indicator_id, p)]
    years = sorted({f.period[:4] for f in figures})
    licence = source.licence if source else None
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": v.of(row, "name"),
        "description": v.of(row, "definition")[:4900],
        "inLanguage": v.language,
        "identifier": indicator_id,
        "version": e.edition_id,
        "dateModified": e.published_at[:10],
        "isAccessibleForFree": True,
        **({"creator": {"@type": "Organization", "name": source.publisher}, "isBasedOn": source.homepage} if source else {}),
        **({"license": LICENCES.get(licence, licence)} if licence else {}),
        **({"temporalCoverage": f"{years[0]}/{years[-1]}"} if years else {}),
        "spatialCoverage": [v.name(p) for p in places] or [v.name(e.home_place)],
        "variableMeasured": {"@type": "PropertyValue", "name": v.of(row, "name"), "unitText": row.unit_fr if v.language == "fr" else row.unit},
    }  # fmt: skip


def _communes(e: Edition, v: Voice, indicator_id: str, row: Row) -> Iterator[Draft]:
    """Yield the pages of the communes: a map, bars where they are few, a table."""
    newest_of = {p: f for p in e.communes() if (f := newest(e.of(indicator_id, p)))}
    if not newest_of:
        return
    period = Counter(f.period for f in newest_of.values()).most_common(1)[0][0]
    found = [(v.name(p), p, f) for p in newest_of if (f := _at(e, indicator_id, p, period))]
    comparison = _compared(e, v, indicator_id, period, found, None)
    rows = comparison.rows if comparison else [(n, p, f, False) for n, p, f in found]
    drawn = maps.choropleth(e, indicator_id, {p[1]: f for _, p, f, _ in rows}, v.value)
    name, home = v.of(row, "name"), v.name(e.home_place)
    pages = list(parts_of(rows, COMMUNES_PER_PAGE))
    for number, part in pages:
        suffix = f"-{number}" if number > 1 else ""
        yield Draft(
            Route("communes", indicator_id + suffix),
            numbered(v, v.t("site.communes_title", name=name, home=home), number),
            v.t("site.communes_description", name=name, home=home, period=v.period(period)),
            "communes.html.j2",
            {
                "id": indicator_id,
                "name": name,
                "period": v.period(period),
                "comparison": comparison,
                "chart": comparison.chart if comparison and len(rows) <= COMMUNES_PER_PAGE else None,
                "map": drawn if number == 1 else None,
                "bounds": _bounds(v, indicator_id, drawn),
                "rows": part,
                "ranks": {p: e.ranks.get((indicator_id, p, "home_commune")) for _, p, _, _ in part},
                "reasons": remarks(v, (f for _, _, f, _ in part)),
                "pages": [(n, f"{indicator_id}-{n}" if n > 1 else indicator_id) for n, _ in pages] if len(pages) > 1 else [],
                "number": number,
                "home": home,
            },
            [*trail(v, row), ("indicator", indicator_id, name)],
        )  # fmt: skip


def _bounds(v: Voice, indicator_id: str, drawn: maps.Map | None) -> list[str]:
    if drawn is None:
        return []
    return [
        v.t("site.span", first=v.bare(low, indicator_id), last=f"{v.bare(high, indicator_id)}{v.behind(indicator_id)}")
        for low, high in drawn.classes
    ]
