"""What an edition says of one company: its row of the profiles, where it stands beside others, and what the territory needs.

Add a field when the marts know something more of a company. Who may be named is decided there, never here: a SIREN without a row is
one of whom nothing is known, or who may not be named, and nothing tells the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.base.duck import connect
from orchestration.base.messages import Refusal, say

NEEDED = ("mart_company_csr_profile", "mart_company_benchmark", "mart_csr_sdg_complementarity")
Row = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """A figure of the company beside those of companies like it.

    `measure_id`, `year`, `value`; of the finest group that secrecy lets be shown: `activity`, `size` (`all`: every one), `companies`,
    `low`, `median`, `high` (quartiles; None below five companies); `percentile`: None where it is not computed.
    """

    measure_id: str
    year: str
    value: float
    activity: str
    size: str
    companies: int
    low: float | None
    median: float
    high: float | None
    percentile: float | None = None


@dataclass(frozen=True)
class Profile:
    """What is known of a company.

    `facts`: its row of `mart_company_csr_profile`; `figures`: what its statements print, the newest of each metric, with the page;
    `doubts`: those that a public register or the statement's own text contradicts; `needs`: goals that the territory needs, with their reading and whether the
    company's documents name them; `sources`: source_id -> titles of those that know it.
    """

    siren: str
    edition: str
    facts: Row
    figures: tuple[Row, ...]
    doubts: tuple[Row, ...]
    standings: tuple[Standing, ...]
    needs: tuple[Row, ...]
    sources: dict[str, dict[str, str]]

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        return {
            "siren": self.siren,
            "edition": self.edition,
            "facts": self.facts,
            "figures": list(self.figures),
            "doubts": list(self.doubts),
            "standings": [vars(one) for one in self.standings],
            "needs": list(self.needs),
            "sources": self.sources,
        }


def read_profile(edition: Path, siren: str) -> Profile | None:
    """Return what the edition in this folder says of a SIREN (nine digits, its key right); None where it says nothing.

    Raises Refusal where the edition was made before profiles were.
    """
    with connect(edition / "observatory.duckdb", read_only=True, enable_external_access=False) as connection:

        def rows(sql: str) -> list[Row]:
            cursor = connection.execute(sql)
            names = [d[0] for d in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        tables = {row["table_name"] for row in rows("SELECT table_name FROM duckdb_tables()")}
        if not set(NEEDED) <= tables:
            raise Refusal(say("companies.old_edition", edition=edition.name), say("site.refresh_first"))
        # nine digits: nothing in it could be SQL
        found = rows(f"SELECT * FROM mart_company_csr_profile WHERE siren = '{siren}'")
        if not found:
            return None
        facts = found[0]
        known = [source for source in (facts["sources"] or "").split(", ") if source]
        titles = {
            row["source_id"]: {"fr": row["title_fr"], "en": row["title_en"]} for row in rows("SELECT * FROM dim_source")
        }
        figures = rows(
            "SELECT m.metric_id, m.fiscal_year, m.value, m.unit, m.page FROM fct_filing_metric AS m JOIN fct_filing AS f USING (filing_id) "
            f"WHERE f.siren = '{siren}' "
            "QUALIFY row_number() OVER (PARTITION BY m.metric_id ORDER BY m.fiscal_year DESC, m.confidence DESC) = 1 "
            "ORDER BY m.metric_id"
        )
        doubts = rows(
            "SELECT metric_id, fiscal_year, filed_value, register, register_value, register_printed, unit FROM mart_filing_contradiction "
            f"WHERE siren = '{siren}' ORDER BY fiscal_year DESC, metric_id, register"
        )
        known += sorted({row["register"] for row in doubts} & set(titles) - set(known))
        return Profile(
            siren,
            edition.resolve().name,
            facts,
            tuple(figures),
            tuple(doubts),
            tuple(_standings(rows, facts, figures)),
            tuple(_needs(rows, facts)),
            {source: titles.get(source, {"fr": source, "en": source}) for source in known},
        )


def _standings(rows: Any, facts: Row, figures: list[Row]) -> list[Standing]:
    """Return the company's figures that a group of companies like it may be shown beside; its own statements' figures come last."""
    found: list[Standing] = []
    if facts["index_percentile"] is not None:
        activity, size = facts["index_peer_activity"], facts["index_peer_size"]
        group = _group(rows, "gender_index", str(facts["index_year"]), activity, size, exact=True)
        if group:
            found.append(
                _standing(
                    "gender_index", str(facts["index_year"]), facts["index_score"], group, facts["index_percentile"]
                )
            )
    if facts["ghg_interval"] is not None:
        year = str(facts["newest_ghg_report"].year)
        if group := _group(rows, "ghg_report_interval", year, facts["naf_division"], facts["size_class"]):
            found.append(_standing("ghg_report_interval", year, facts["ghg_interval"], group))
    for row in figures:
        group = _group(rows, row["metric_id"], str(row["fiscal_year"]), facts["naf_division"], facts["size_class"])
        if group:
            found.append(_standing(row["metric_id"], str(row["fiscal_year"]), row["value"], group))
    return found


def _group(
    rows: Any, measure: str, year: str, activity: str | None, size: str | None, exact: bool = False
) -> Row | None:
    """Return the finest group of the country that may be shown: activity and size, activity, size, all."""
    wanted = [(activity, size)] if exact else [(activity, size), (activity, "all"), ("all", size), ("all", "all")]
    shown = {
        (row["naf_division"], row["size_class"]): row
        for row in rows(
            "SELECT * FROM mart_company_benchmark WHERE territory_level = 'country' AND suppression_reason IS NULL "
            f"AND measure_id = '{measure}' AND period = '{year}'"
        )
    }
    return next((shown[group] for group in wanted if group in shown), None)


def _standing(measure: str, year: str, value: float, group: Row, percentile: float | None = None) -> Standing:
    return Standing(
        measure,
        year,
        value,
        group["naf_division"],
        group["size_class"],
        group["companies"],
        group["p25"],
        group["p50"],
        group["p75"],
        percentile,
    )


def _needs(rows: Any, facts: Row) -> list[Row]:
    """Return the goals of which the territory's need is high, those in the shadows first."""
    named = {int(goal) for goal in (facts["sdg_ids"] or "").split(",") if goal}
    return [
        {**row, "is_named": row["sdg_id"] in named}
        for row in rows(
            "SELECT c.sdg_id, g.name_fr, g.name_en, c.reading, c.practice, c.is_synthetic "
            "FROM mart_csr_sdg_complementarity AS c JOIN dim_sdg AS g USING (sdg_id) WHERE c.need = 'high' "
            "ORDER BY c.reading <> 'shadow', c.sdg_id"
        )
    ]
