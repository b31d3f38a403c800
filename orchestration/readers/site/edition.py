"""An edition as the pages need it: read once, in a dozen queries, as plain records.

Add a query here when a page shows something more of an edition. Only the edition's folder is read, through a
connection that can neither write nor look elsewhere on the disk. What a page makes of a record belongs to `pages`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from orchestration.base.duck import connect
from orchestration.base.files import quoted
from orchestration.base.messages import Refusal, say

DATABASE, MANIFEST = "observatory.duckdb", "manifest.json"
Place = tuple[str, str]
# from the nearest to the furthest: where the home EPCI has no figure, its département speaks, then its région
NEAREST = ("epci", "department", "region", "country")
# some publishers speak of metropolitan France alone (farmland birds, emissions): the last that may speak
COUNTRIES = ("FR", "FM")


class Row(dict[str, Any]):
    """One row of a table, its columns as attributes."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Figure(NamedTuple):
    """One figure of `fct_indicator_value`, the value in the indicator's unit; None where there is none."""

    indicator_id: str
    level: str
    code: str
    period: str
    breakdown: str
    value: float | None
    status: str
    reason: str | None
    series_id: str
    is_break: bool
    break_reason: str | None
    vintage: str
    source_id: str
    is_synthetic: bool
    is_overdue: bool
    geography_year: int | None

    @property
    def place(self) -> Place:
        """Return level and code: one code stands for different territories at different levels."""
        return self.level, self.code


@dataclass
class Edition:
    """What the pages know of one edition. Places are pairs of level and code."""

    edition_id: str
    published_at: str
    previous: str | None
    is_sample: bool
    code_version: str
    home: Row
    indicators: dict[str, Row]
    goals: dict[int, Row]
    territories: dict[Place, Row]
    sources: dict[str, Row]
    health: dict[str, Row]
    # indicator → place → its figures in order of period; only totals
    figures: dict[str, dict[Place, list[Figure]]]
    # indicator → figures of parts (sex, age, activity) of the nearest places
    parts: dict[str, list[Figure]]
    progress: dict[tuple[str, Place], dict[str, Row]]
    ranks: dict[tuple[str, Place, str], Row]
    scorecard: dict[Place, list[Row]]
    needs: dict[int, Row]
    subjects: list[Row]
    issues: list[Row]
    links: dict[str, list[Row]]
    peers: list[Row]
    coverage: dict[tuple[str, Place], Row]
    labels: list[Row]
    filings: list[Row]
    actions: list[Row]
    kpis: list[Row]
    changes: list[Row]
    revisions: list[Row]
    files: list[Row]
    # quartiles of the country's companies; none in editions made before they were
    benchmarks: list[Row] = field(default_factory=list)
    contours: dict[str, Row] = field(default_factory=dict)

    @property
    def home_place(self) -> Place:
        """Return the place that the observatory is for."""
        return "epci", self.home.territory_code

    @property
    def nearest(self) -> list[Place]:
        """Return the home EPCI, then the larger territories that it lies in, the country last (whole, then without overseas)."""
        ways = {"epci": "territory_code", "department": "department_code", "region": "region_code"}
        found = [(level, self.home[ways[level]]) for level in NEAREST[:-1]]
        found += [("country", code) for code in COUNTRIES]
        return [place for place in found if place in self.territories]

    def communes(self) -> list[Place]:
        """Return the communes of the home EPCI, by name."""
        return self._communes

    @cached_property
    def _communes(self) -> list[Place]:
        rows = [r for (level, _), r in self.territories.items() if level == "commune" and r.is_home]
        return [("commune", r.territory_code) for r in sorted(rows, key=lambda r: sort_key(r.name))]

    def comparators(self) -> list[Place]:
        """Return the métropoles that the home EPCI is compared with, by name."""
        return self._comparators

    @cached_property
    def _comparators(self) -> list[Place]:
        rows = [r for (level, _), r in self.territories.items() if level == "epci" and r.is_comparator and r.is_current]
        return [("epci", r.territory_code) for r in sorted(rows, key=lambda r: sort_key(r.name))]

    def issues_of(self, indicator_id: str) -> list[Row]:
        """Return the priority issues that an indicator measures."""
        return self._issues_of.get(indicator_id, [])

    @cached_property
    def _issues_of(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for issue in self.issues:
            for linked in dict.fromkeys(x.linked_id for x in self.links[issue.issue_id] if x.link_type == "indicator"):
                found[linked].append(issue)
        return found

    def of(self, indicator_id: str, place: Place) -> list[Figure]:
        """Return the totals of an indicator in a place, in order of period; empty without one."""
        return self.figures.get(indicator_id, {}).get(place, [])

    def all_of(self, indicator_id: str) -> Iterator[Figure]:
        """Yield the figures that the pages know of an indicator, of all places, then those of parts."""
        yield from chain.from_iterable(self.figures.get(indicator_id, {}).values())
        yield from self.parts.get(indicator_id, [])

    def values(self, indicator_id: str) -> Iterator[float]:
        """Yield their values, where they have one."""
        return (f.value for f in self.all_of(indicator_id) if f.value is not None)

    def speaks(self, indicator_id: str) -> Place | None:
        """Return the nearest place with a value of the indicator; None where none of the chain has one."""
        return next((p for p in self.nearest if any(f.value is not None for f in self.of(indicator_id, p))), None)

    def parts_at(self, indicator_id: str, place: Place) -> list[Figure]:
        """Return the figures of parts (sex, age, activity) of an indicator in a place; empty without one."""
        return [f for f in self.parts.get(indicator_id, []) if f.place == place]

    def trend(self, indicator_id: str, place: Place) -> Row | None:
        """Return the progress that a page tells: the short window where a method judges it, else the long one."""
        rows = self.progress.get((indicator_id, place), {})
        judged = [rows[w] for w in ("short", "long") if w in rows and rows[w].status]
        return judged[0] if judged else next(iter(rows.values()), None)

    def nearest_trend(self, indicator_id: str) -> tuple[Place, Row] | None:
        """Return the nearest place of which a method says something, and what it says."""
        for place in self.nearest:
            row = self.trend(indicator_id, place)
            if row is not None and row.status:
                return place, row
        return None


_ACCENTS = str.maketrans("àâäçéèêëîïôöùûüÿœæ", "aaaceeeeiioouuuyoa")


def sort_key(name: str) -> str:
    """Return what a name is sorted by: Écully stands under E."""
    return name.lower().translate(_ACCENTS)


def read_edition(folder: Path, *, all_epcis: bool = False) -> Edition:
    """Return what the pages need of the edition in `folder`; `all_epcis`: with the newest figures of every EPCI.

    Raises Refusal where the folder is no edition, or one of a version without the marts that the pages read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refusal(say("site.no_edition", folder=folder), say("site.refresh_first")) from error
    # one thread: these are small questions, and threads that wait for each other cost a quarter more
    connection = connect(
        folder / DATABASE, read_only=True, enable_external_access=False, lock_configuration=False, threads=1
    )
    try:
        return _read(_Reader(connection), manifest, all_epcis)
    finally:
        connection.close()


class _Reader:
    def __init__(self, connection: Any) -> None:
        self.connection = connection
        names = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        self.tables = {name for (name,) in names}

    def rows(self, sql: str) -> list[Row]:
        # nothing is bound: for a parameter DuckDB imports pandas, half a second
        cursor = self.connection.execute(sql)
        names = [d[0] for d in cursor.description]
        return [Row(zip(names, row, strict=True)) for row in cursor.fetchall()]


_SCOPE = f"""
CREATE TEMP TABLE scope AS
WITH home AS (SELECT * FROM dim_territory WHERE territory_level = 'epci' AND is_home)
SELECT t.* FROM dim_territory AS t, home AS h
WHERE t.is_home
  OR (t.territory_level = 'epci' AND t.is_comparator AND t.is_current)
  OR (t.territory_level = 'department' AND t.territory_code = h.department_code)
  OR (t.territory_level = 'region' AND t.territory_code = h.region_code)
  OR (t.territory_level = 'country' AND t.territory_code IN {COUNTRIES})
"""

_FIGURE = """
f.indicator_id, f.territory_level, f.territory_code, f.period, f.breakdown, f.value, f.status,
coalesce(f.status_reason, f.suppression_reason), f.series_id, coalesce(f.is_break, false), f.break_reason,
f.vintage, f.source_id, coalesce(f.is_synthetic, false), coalesce(f.is_overdue, false), f.geography_year
"""

_TOTALS = f"""
SELECT {_FIGURE} FROM fct_indicator_value AS f JOIN scope USING (territory_level, territory_code)
WHERE f.breakdown = 'total'
ORDER BY f.indicator_id, f.territory_level, f.territory_code, f.period
"""

_PARTS = f"""
SELECT {_FIGURE} FROM fct_indicator_value AS f JOIN scope USING (territory_level, territory_code)
WHERE f.breakdown <> 'total' AND f.territory_level <> 'commune'
ORDER BY f.indicator_id, f.territory_level, f.territory_code, f.breakdown, f.period
"""

# of every EPCI of today: the newest value of each indicator
_EPCIS = f"""
SELECT {_FIGURE} FROM fct_indicator_value AS f
JOIN dim_territory AS t USING (territory_level, territory_code)
WHERE f.breakdown = 'total' AND t.territory_level = 'epci' AND t.is_current
  AND NOT t.is_home AND NOT t.is_comparator
ORDER BY f.indicator_id, f.territory_code, f.period
"""

_CHANGES = """
SELECT c.*, t.name AS territory FROM mart_edition_change AS c
LEFT JOIN dim_territory AS t USING (territory_level, territory_code)
WHERE c.edition = (SELECT max(edition) FROM mart_edition_change)
  AND (territory_level, territory_code) IN (SELECT (territory_level, territory_code) FROM scope)
ORDER BY c.change DESC, c.indicator_id, c.territory_level, c.territory_code, c.period, c.breakdown
LIMIT 2000
"""

_REVISIONS = """
SELECT edition, previous_edition, indicator_id, count(*) FILTER (change = 'new') AS new,
  count(*) FILTER (change = 'revised') AS revised, count(*) FILTER (change = 'removed') AS removed
FROM mart_edition_change GROUP BY ALL ORDER BY edition DESC, indicator_id
"""

_LABELS = """
SELECT l.label, l.company_name, l.is_current, l.as_of, l.valid_from, l.valid_to, l.match_method, l.source_id, l.vintage,
  t.name AS commune
FROM fct_company_label AS l
JOIN dim_territory AS t ON t.territory_level = 'commune' AND t.territory_code = l.commune_code
WHERE t.is_home ORDER BY l.label, l.company_name, l.valid_from
"""


def _set(row: Row, *columns: str) -> Row:
    """Return a row in whose texts « l'équipe » of a keyboard is « l’équipe » of our sentences."""
    return Row(row, **{c: row[c].replace("'", "’") for c in columns if isinstance(row.get(c), str)})


def _read(reader: _Reader, manifest: dict[str, Any], all_epcis: bool) -> Edition:
    if not {"dim_territory", "dim_indicator", "fct_indicator_value", "mart_indicator_progress"} <= reader.tables:
        raise Refusal(say("site.old_edition", edition=manifest["edition"]), say("site.refresh_first"))
    rows = reader.rows
    reader.connection.execute(_SCOPE)
    territories = {(r.territory_level, r.territory_code): r for r in rows("SELECT * FROM scope")}
    home = next((r for (level, _), r in territories.items() if level == "epci" and r.is_home), None)
    if home is None:
        raise Refusal(say("site.no_home", edition=manifest["edition"]), say("site.refresh_first"))
    totals = [Figure(*r) for r in reader.connection.execute(_TOTALS).fetchall()]
    if all_epcis:
        every = rows("SELECT * FROM dim_territory WHERE territory_level = 'epci' AND is_current")
        territories |= {("epci", r.territory_code): r for r in every}
        totals += [Figure(*r) for r in reader.connection.execute(_EPCIS).fetchall()]
    figures: dict[str, dict[Place, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for figure in totals:
        figures[figure.indicator_id][figure.place].append(figure)
    parts: dict[str, list[Figure]] = defaultdict(list)
    for part in (Figure(*r) for r in reader.connection.execute(_PARTS).fetchall()):
        parts[part.indicator_id].append(part)
    scope = "JOIN scope USING (territory_level, territory_code)"
    if all_epcis:
        scope = "JOIN dim_territory USING (territory_level, territory_code)"
        scope += " WHERE is_current AND territory_level IN ('epci', 'department', 'region', 'country') OR is_home"
    progress: dict[tuple[str, Place], dict[str, Row]] = defaultdict(dict)
    with_scope = scope.replace(" WHERE ", " WHERE (", 1) + (") AND" if all_epcis else " WHERE")
    for r in rows(
        f"SELECT p.* FROM mart_indicator_progress AS p {with_scope} p.breakdown = 'total' AND p.is_newest_series "
        "ORDER BY p.window_length DESC"
    ):
        progress[r.indicator_id, (r.territory_level, r.territory_code)][r.window_length] = r
    scorecard: dict[Place, list[Row]] = defaultdict(list)
    for r in rows(f"SELECT s.* FROM mart_sdg_scorecard AS s {scope} ORDER BY s.sdg_id"):
        scorecard[r.territory_level, r.territory_code].append(r)
    ranks = rows(
        "SELECT r.* FROM mart_indicator_rank AS r JOIN scope USING (territory_level, territory_code) "
        "WHERE r.breakdown = 'total' AND r.peer_group IN ('metropolis', 'home_commune')"
    )
    links: dict[str, list[Row]] = defaultdict(list)
    for r in rows("SELECT * FROM mart_priority_issue_link ORDER BY ALL"):
        links[r.issue_id].append(r)
    coverage = rows(
        "SELECT c.* FROM mart_territory_coverage AS c JOIN scope USING (territory_level, territory_code) "
        "WHERE NOT c.has_figure"
    )
    contours = (
        rows(
            "SELECT c.* FROM dim_territory_contour AS c JOIN scope USING (territory_level, territory_code) ORDER BY ALL"
        )
        if "dim_territory_contour" in reader.tables
        else []
    )
    return Edition(
        edition_id=manifest["edition"],
        published_at=manifest["created_at"],
        previous=manifest.get("previous"),
        is_sample=manifest.get("realm") != "real",
        code_version=manifest["code_version"],
        home=home,
        indicators={r.indicator_id: r for r in rows("SELECT * FROM dim_indicator ORDER BY sdg_id, indicator_id")},
        goals={r.sdg_id: r for r in rows("SELECT * FROM dim_sdg ORDER BY sdg_id")},
        territories=territories,
        sources={
            r.source_id: _set(r, "publisher", "licence") for r in rows("SELECT * FROM dim_source ORDER BY source_id")
        },
        health={r.source_id: r for r in rows("SELECT * FROM mart_source_health ORDER BY source_id")},
        figures=figures,
        parts=parts,
        progress=progress,
        ranks={(r.indicator_id, (r.territory_level, r.territory_code), r.peer_group): r for r in ranks},
        scorecard=scorecard,
        needs={
            r.sdg_id: _set(r, "evidence_searched")
            for r in rows("SELECT * FROM mart_csr_sdg_complementarity ORDER BY sdg_id")
        },
        subjects=rows("SELECT * FROM mart_csr_subject ORDER BY sdg_id, subject_id"),
        issues=rows("SELECT * FROM mart_priority_issue ORDER BY position"),
        links=links,
        peers=rows(
            "SELECT p.*, t.name FROM mart_territory_peer AS p JOIN dim_territory AS t "
            "ON t.territory_level = 'epci' AND t.territory_code = p.peer_code "
            f"WHERE p.epci_code = {quoted(home.territory_code)} ORDER BY p.rank"
        ),
        coverage={(r.indicator_id, (r.territory_level, r.territory_code)): r for r in coverage},
        labels=rows(_LABELS),
        filings=rows("SELECT * FROM fct_filing ORDER BY fiscal_year DESC, company_name, filing_id"),
        actions=rows("SELECT * FROM fct_csr_action ORDER BY title, action_id"),
        kpis=rows("SELECT * FROM mart_observatory_kpi ORDER BY kpi_id"),
        benchmarks=rows("SELECT * FROM mart_company_benchmark WHERE territory_level = 'country' ORDER BY ALL")
        if "mart_company_benchmark" in reader.tables
        else [],
        changes=rows(_CHANGES),
        revisions=rows(_REVISIONS),
        files=[Row(i) for i in manifest["inputs"]],
        contours={r.territory_code: r for r in contours},
    )
