"""How the pages speak: sentences of the catalogue, figures, periods and names in one language, and where pages lie.

Add a way to write something here when two pages need it. Sentences stand in `receipts/sentences/site.yml`; numbers,
units and days are those of `receipts.wording`, kept once they are written: a page repeats them a hundred times.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from orchestration.base.messages import Language, Message, say
from orchestration.readers.site.edition import Edition, Figure, Place, Row
from orchestration.receipts import wording
from orchestration.receipts.labels import labels
from orchestration.receipts.sentences import text
from orchestration.receipts.sentences.templates import agreed

LANGUAGES: tuple[Language, ...] = ("fr", "en")
# kind of page → its folder, or the page's own name where there is one only
ROUTES: dict[str, dict[Language, str]] = {
    "home": {"fr": "index", "en": "index"},
    "goals": {"fr": "objectifs", "en": "goals"},
    "goal": {"fr": "objectif/{}", "en": "goal/{}"},
    "indicator": {"fr": "indicateur/{}", "en": "indicator/{}"},
    "communes": {"fr": "indicateur/{}-communes", "en": "indicator/{}-communes"},
    "figures": {"fr": "chiffres/{}", "en": "figures/{}"},
    "territories": {"fr": "territoires", "en": "territories"},
    "territory": {"fr": "territoire/{}", "en": "territory/{}"},
    "epcis": {"fr": "intercommunalites/{}", "en": "intercommunal-bodies/{}"},
    "issues": {"fr": "enjeux", "en": "issues"},
    "issue": {"fr": "enjeu/{}", "en": "issue/{}"},
    "companies": {"fr": "entreprises", "en": "companies"},
    "practice": {"fr": "pratiques/{}", "en": "practice/{}"},
    "labels": {"fr": "labels{}", "en": "labels{}"},
    "assess": {"fr": "evaluez", "en": "assess"},
    "sources": {"fr": "sources{}", "en": "sources{}"},
    "methods": {"fr": "methodes", "en": "methods"},
    "changes": {"fr": "changements", "en": "changes"},
    "receipt": {"fr": "fichiers/{}", "en": "files/{}"},
    "monitoring": {"fr": "suivi{}", "en": "monitoring{}"},
    "index": {"fr": "a-z{}", "en": "a-z{}"},
    "sitemap": {"fr": "plan", "en": "site-map"},
    "accessibility": {"fr": "accessibilite", "en": "accessibility"},
    "ecodesign": {"fr": "ecoconception", "en": "eco-design"},
    "feed": {"fr": "revisions.atom", "en": "revisions.atom"},
}
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
Trend = Literal["improving", "target_met", "stable", "worsening", "mixed"]
# said with a sign too: no colour alone tells anything
SIGNS: dict[str, str] = {"improving": "↗", "target_met": "✓", "stable": "→", "worsening": "↘", "mixed": "↔"}


class Route(NamedTuple):
    """A page independent of language: its kind and what it is about."""

    kind: str
    name: str = ""

    def path(self, language: Language) -> str:
        """Return where the page lies in the site: `fr/indicateur/sdg10_gini.html`."""
        suffix = ".xml" if self.kind == "feed" else ".html"
        return f"{language}/{ROUTES[self.kind][language].format(self.name)}{suffix}"


def place_route(place: Place) -> Route:
    """Return the page of a territory; its level is part of the name, for 44 is a département and a région."""
    return Route("territory", f"{place[0].replace('_', '-')}-{place[1]}")


class Voice:
    """One language's way to write what an edition holds."""

    def __init__(self, edition: Edition, language: Language) -> None:
        self.edition, self.language = edition, language
        self.number = lru_cache(maxsize=None)(self._number)
        self._fixed = lru_cache(maxsize=None)(lambda value, decimals: wording.fixed(value, decimals, language))
        self.decimals = lru_cache(maxsize=None)(self._decimals)
        self.period = lru_cache(maxsize=None)(self._period)
        self.t = lru_cache(maxsize=None)(self._t)
        self.behind = lru_cache(maxsize=None)(self._behind)

    def _t(self, code: str, **params: Any) -> str:
        return text(say(code, **params), self.language)

    def say(self, message: Message) -> str:
        """Return a message in words."""
        return text(message, self.language)

    def of(self, row: Row, name: str) -> Any:
        """Return a column that stands in both languages (`name` → `name_fr`); the French where it stands in no other."""
        said = row[f"{name}_{self.language}"]
        said = row[f"{name}_fr"] if said is None else said
        # « d'un coût » of the publishers' files beside « d’un coût » of ours
        return said.replace("'", "’") if isinstance(said, str) else said

    def _number(self, value: float, decimals: int | None = None) -> str:
        return wording.number(value, self.language, decimals)

    def fixed(self, value: float, decimals: int) -> str:
        """Return a number with just so many decimals; what is not nothing is not written as nothing."""
        rounded = round(value, decimals)
        # many figures of a territory round to the same: one text serves them all
        return str(self.number(value) if value and not rounded else self._fixed(rounded, decimals))

    def _decimals(self, indicator_id: str) -> int:
        row, target = self.edition.indicators[indicator_id], self.edition.indicators[indicator_id].target_value
        return wording.series_decimals(
            [*self.edition.values(indicator_id), *([target] if target else [])], row.published_precision
        )

    def _behind(self, indicator_id: str) -> str:
        row = self.edition.indicators[indicator_id]
        # « 0,035 pour 1 » at the end of a line, and « 000 habitants » on the next
        return _THOUSANDS.sub(wording.NARROW, wording.unit(row.unit, self.language, row.unit_fr))

    def bare(self, value: float | None, indicator_id: str) -> str:
        """Return a value without its unit, with the decimals that all figures of the indicator have."""
        return "—" if value is None else str(self.fixed(value, self.decimals(indicator_id)))

    def value(self, figure: Figure, *, with_unit: bool = True) -> str:
        """Return a figure as it may be read: a bound says so, what is withheld is named."""
        if figure.value is None:
            return str(self.t("site.withheld" if figure.status == "suppressed" else "site.unknown"))
        said = self.bare(figure.value, figure.indicator_id)
        if with_unit:
            said += self.behind(figure.indicator_id)
        return str(self.t("site.at_most", value=said)) if figure.status == "censored" else said

    def named_value(self, figure: Figure) -> str:
        """Return a figure for a list, where a bare index would say nothing: `83,16 (indice, 2011–2020 = 100)`."""
        row = self.edition.indicators[figure.indicator_id]
        unit = str(row.unit_fr if self.language == "fr" else row.unit)
        told = self.value(figure)
        is_index = unit.startswith(("indice", "index")) and figure.value is not None
        return f"{told} ({unit})" if is_index and not self.behind(figure.indicator_id) else told

    def change(self, value: float, indicator_id: str) -> str:
        """Return a difference with its sign and unit; between shares, in points."""
        row = self.edition.indicators[indicator_id]
        said = self.bare(abs(value), indicator_id)
        sign = "+" if value > 0 else wording.MINUS if value < 0 else ""
        behind = self.t("site.points", number=abs(value)) if row.unit == "%" else self.behind(indicator_id)
        return f"{sign}{said}{behind}"

    def _period(self, period: str) -> str:
        quarter = re.fullmatch(r"(\d{4})-Q([1-4])", period)
        if quarter:
            return str(self.t("site.quarter", year=quarter[1], quarter=int(quarter[2])))
        month = re.fullmatch(r"(\d{4})-(\d{2})", period)
        if month:
            return f"{labels('months')[month[2]][self.language]} {month[1]}"
        return period

    def remark(self, reason: str) -> str:
        """Return a reason that came with a figure, in French as the edition has it: `27 déclaration(s)` agrees with its number."""
        return agreed(reason.replace("'", "’"), "fr")

    def day(self, value: Any) -> str:
        """Return a day as our readers write it; a dash where there is none."""
        return wording.day(value, self.language)

    def status(self, status: str) -> str:
        """Return the status of a figure in words."""
        return wording.status(status, self.language)

    def breakdown(self, breakdown: str) -> str:
        """Return whom a part is about."""
        return wording.breakdown(breakdown, self.language)

    def label(self, kind: str, key: str) -> str:
        """Return a word that stands alone (`levels_one`, `trends`)."""
        found = labels(kind).get(key)
        return found[self.language] if found else key

    def name(self, place: Place) -> str:
        """Return the name of a territory of the edition."""
        row = self.edition.territories.get(place)
        return row.name if row else place[1]

    def short(self, place: Place) -> str:
        """Return a name that fits into a chart: `France` for « France, départements d'outre-mer compris »."""
        return self.name(place).partition(",")[0]

    def full(self, place: Place) -> str:
        """Return the name of a territory with its level, where the name alone may mislead: `Loire-Atlantique (département)`."""
        if place[0] in ("epci", "country"):
            return self.short(place)
        return f"{self.name(place)} ({self.label('levels_one', place[0])})"
