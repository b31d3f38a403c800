"""What the law asks a public site to declare: accessibility (RGAA) and eco-design (RGESN), with what this build measured.

Which criterion a test holds, and which a person must judge, stands in `criteria.yml`; nothing is declared compliant
that nobody audited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.base.yaml_data import own
from orchestration.readers.site.budget import MAX_COMPRESSED, MAX_NODES, MAX_SCRIPT, Weight, grade
from orchestration.readers.site.configuration import SiteConfiguration
from orchestration.readers.site.edition import Edition
from orchestration.readers.site.pages.shared import Draft, home_crumb
from orchestration.readers.site.words import Route, Voice

CRITERIA = Path(__file__).parents[1] / "criteria.yml"


@dataclass(frozen=True)
class Measured:
    """What the pages of one build weigh: sizes in kB, EcoIndex 0–100."""

    pages: int
    heaviest: float
    median: float
    total: float
    most_nodes: int
    median_nodes: int
    lowest: float
    letter: str


def measured(weights: Mapping[str, Weight]) -> Measured:
    """Return the measures of a build that the declarations tell."""
    sizes = sorted(w.compressed for w in weights.values())
    nodes = sorted(w.nodes for w in weights.values())
    lowest = min(w.ecoindex for w in weights.values())
    return Measured(
        len(sizes),
        sizes[-1] / 1000,
        sizes[len(sizes) // 2] / 1000,
        sum(sizes) / 1000,
        nodes[-1],
        nodes[len(nodes) // 2],
        lowest,
        grade(lowest),
    )


def conformity(configuration: SiteConfiguration) -> str:
    """Return the state that the law lets a site declare: without an audit, none."""
    audit = configuration.audit
    if audit is None or audit.rate < 50:
        return "none"
    return "full" if audit.rate >= 100 else "part"


def drafts(e: Edition, v: Voice, configuration: SiteConfiguration, m: Measured) -> Iterator[Draft]:
    """Yield both declarations."""
    criteria = own(CRITERIA)
    crumbs = [home_crumb(v)]
    themes = criteria["rgaa"]
    counts = {how: sum(len(t.get(how, [])) for t in themes.values()) for how in ("tested", "judged", "absent")}
    state = v.t(f"site.conformity_{conformity(configuration)}")
    yield Draft(
        Route("accessibility"),
        v.t("site.accessibility_title"),
        v.t("site.accessibility_description", state=state),
        "accessibility.html.j2",
        {
            "state": state,
            "audit": configuration.audit,
            "audit_day": v.day(configuration.audit.date) if configuration.audit else "",
            "counts": counts,
            "themes": [
                (v.label("rgaa_themes", number), *(_numbers(t.get(how, [])) for how in ("tested", "judged", "absent")))
                for number, t in themes.items()
            ],
            "m": m,
        },
        crumbs,
    )
    yield Draft(
        Route("ecodesign"),
        v.t("site.ecodesign_title"),
        v.t("site.ecodesign_description", kilobytes=round(MAX_COMPRESSED / 1000)),
        "ecodesign.html.j2",
        {
            "m": m,
            "most_kilobytes": round(MAX_COMPRESSED / 1000),
            "most_nodes": MAX_NODES,
            "most_script": round(MAX_SCRIPT / 1000),
            "kinds": [(how, len(found), _numbers(found)) for how, found in criteria["rgesn"].items()],
            "host": configuration.host,
        },
        crumbs,
    )


def _numbers(found: list[float | str]) -> str:
    return ", ".join(str(n) for n in found) or "—"
