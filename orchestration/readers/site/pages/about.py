"""What the pages say of themselves: sources, methods, what changed, the files taken, the plan's monitoring, lists of pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from orchestration.readers.site.edition import Edition, Row, sort_key
from orchestration.readers.site.pages.shared import Draft, home_crumb, numbered, parts_of
from orchestration.readers.site.words import Route, Voice, place_route
from orchestration.receipts import wording

SOURCES_PER_PAGE = 32
FILES_PER_PAGE = 55
CHANGES_SHOWN = 40
KPIS_PER_PAGE = 34
# a page of an alphabet of more indicators than this would not hold the budget
INDEX_PER_PAGE = 150
STATES = ("late_publisher", "late_us", "refused", "due", "never", "fresh")


def drafts(e: Edition, v: Voice) -> Iterator[Draft]:
    """Yield all of these pages."""
    yield from _sources(e, v)
    yield _methods(e, v)
    yield _changes(e, v)
    yield from _files(e, v)
    yield from _monitoring(e, v)
    yield from _index(e, v)
    yield _sitemap(e, v)


def _sources(e: Edition, v: Voice) -> Iterator[Draft]:
    rows = []
    for source_id, source in e.sources.items():
        health = e.health.get(source_id)
        rows.append((source_id, source, health, v.label("source_states", health.state if health else "never")))
    rows.sort(key=lambda r: (STATES.index(r[2].state if r[2] else "never"), sort_key(v.of(r[1], "title"))))
    counts = Counter(r[2].state if r[2] else "never" for r in rows)
    pages = list(parts_of(rows, SOURCES_PER_PAGE))
    for number, part in pages:
        yield Draft(
            Route("sources", _suffix(number)),
            numbered(v, v.t("site.sources_title"), number),
            v.t("site.sources_description", count=len(rows)),
            "sources.html.j2",
            {
                "rows": part,
                "counts": [(v.label("source_states", s), counts[s]) for s in STATES if counts[s]],
                "pages": [(n, _suffix(n)) for n, _ in pages],
                "number": number,
            },
            [home_crumb(v)],
        )


def _methods(e: Edition, v: Voice) -> Draft:
    return Draft(
        Route("methods"),
        v.t("site.methods_title"),
        v.t("site.methods_description"),
        "methods.html.j2",
        {"home": v.name(e.home_place)},
        [home_crumb(v)],
    )


def _changes(e: Edition, v: Voice) -> Draft:
    counts = Counter(c.change for c in e.changes)
    shown = [
        (
            c.indicator_id,
            v.of(e.indicators[c.indicator_id], "name") if c.indicator_id in e.indicators else c.indicator_id,
            c.territory or c.territory_code,
            v.period(c.period) + ("" if c.breakdown == "total" else f", {v.breakdown(c.breakdown)}"),
            v.label("figure_changes", c.change),
            *_told(v, c),
        )
        for c in sorted(e.changes, key=lambda c: (c.change != "revised", c.indicator_id))[:CHANGES_SHOWN]
    ]
    per_edition: dict[str, Counter[str]] = {}
    for r in e.revisions:
        per_edition.setdefault(r.edition, Counter()).update(new=r.new, revised=r.revised, removed=r.removed)
    return Draft(
        Route("changes"),
        v.t("site.changes_title"),
        v.t("site.changes_description", edition=e.edition_id),
        "changes.html.j2",
        {
            "is_first": e.previous is None,
            "previous": e.previous,
            "counts": [(v.label("figure_changes", k), counts[k]) for k in ("new", "revised", "removed") if counts[k]],
            "shown": shown,
            "total": len(e.changes),
            "editions": list(per_edition.items())[:20],
            "files": len(e.files),
            "code_version": e.code_version,
        },
        [home_crumb(v)],
    )


def _told(v: Voice, c: Row) -> tuple[str, str]:
    """Return a figure before and after, told apart even where its decimals would show them alike."""
    before, after = _valued(v, c, c.old_value, c.old_status), _valued(v, c, c.new_value, c.new_status)
    if before == after and c.old_value is not None and c.new_value is not None:
        return wording.pair(c.old_value, c.new_value, v.language)
    return before, after


def _valued(v: Voice, c: Row, value: float | None, status: str | None) -> str:
    if value is None:
        return v.status(status) if status else ""
    return v.bare(value, c.indicator_id) if c.indicator_id in v.edition.indicators else str(v.number(value))


def _files(e: Edition, v: Voice) -> Iterator[Draft]:
    """Yield the files that the edition was made from, with their hashes: what a figure rests on."""
    pages = list(parts_of(e.files, FILES_PER_PAGE))
    for number, part in pages:
        yield Draft(
            Route("receipt", str(number)),
            v.t("site.files_title", number=number),
            v.t("site.files_description", edition=e.edition_id, count=len(e.files)),
            "files.html.j2",
            {
                "rows": [
                    (
                        v.of(e.sources[f.source], "title") if f.source in e.sources else f.source,
                        f.vintage,
                        f.file,
                        f.sha256,
                    )
                    for f in part
                ],
                "pages": [n for n, _ in pages] if len(pages) > 1 else [],
                "number": number,
            },
            [home_crumb(v), ("changes", "", v.t("site.menu_changes"))],
        )


def _monitoring(e: Edition, v: Voice) -> Iterator[Draft]:
    ordered = sorted(e.kpis, key=lambda k: (k.value is None, k.target is None, sort_key(v.of(k, "name"))))
    pages = list(parts_of(ordered, KPIS_PER_PAGE))
    for number, part in pages:
        yield Draft(
            Route("monitoring", _suffix(number)),
            numbered(v, v.t("site.monitoring_title"), number),
            v.t("site.monitoring_description", count=len(e.kpis)),
            "monitoring.html.j2",
            {
                "rows": [_kpi(v, k) for k in part],
                "unknown": sum(k.value is None for k in e.kpis),
                "pages": [(n, _suffix(n)) for n, _ in pages],
                "number": number,
            },
            [home_crumb(v)],
        )


def _kpi(v: Voice, k: Row) -> tuple[object, ...]:
    unit = k.unit_fr if v.language == "fr" else k.unit
    known = (k.baseline, k.value, k.target)
    decimals = wording.series_decimals(x for x in known if x is not None)
    numbers = ("—" if x is None else v.fixed(x, decimals) for x in known)
    return (v.of(k, "name"), unit, *numbers, k.is_met, k.is_synthetic)


def _suffix(number: int) -> str:
    return f"-{number}" if number > 1 else ""


def _index(e: Edition, v: Voice) -> Iterator[Draft]:
    found = sorted(((v.of(r, "name"), i, r.sdg_id) for i, r in e.indicators.items()), key=lambda f: sort_key(f[0]))
    pages = list(parts_of(found, INDEX_PER_PAGE))
    for number, part in pages:
        yield Draft(
            Route("index", _suffix(number)),
            numbered(v, v.t("site.menu_index"), number),
            v.t("site.index_description", count=len(found)),
            "index.html.j2",
            {"found": part, "pages": [(n, _suffix(n)) for n, _ in pages]},
            [home_crumb(v)],
        )


def _sitemap(e: Edition, v: Voice) -> Draft:
    return Draft(
        Route("sitemap"),
        v.t("site.menu_sitemap"),
        v.t("site.sitemap_description"),
        "sitemap.html.j2",
        {
            "goals": [(n, v.of(g, "name")) for n, g in e.goals.items()],
            "issues": [(i.issue_id, v.of(i, "name")) for i in e.issues],
            "places": [(v.full(p), place_route(p).name) for p in (*e.nearest, *e.comparators())],
        },
        [home_crumb(v)],
    )
