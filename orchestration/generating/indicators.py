"""The indicators as their YAML files describe them: `dbt_project/models/indicators/goal_NN/ind_<indicator>.yml`.

Each stands beside the SQL model of the same name, which gives its figures; without that model the indicator is in the catalogue
and has none yet. Add a field here when every indicator may need it. How files are written from it belongs to `catalogue`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from orchestration.base.messages import Message
from orchestration.base.yaml_data import own

FOLDER = Path("models") / "indicators"
UNITS = Path("catalogue") / "units.csv"
TESTS = re.compile(r"^unit_tests:\n", re.MULTILINE)


class IndicatorError(Exception):
    """An indicator's YAML that contradicts itself or the rest; each line names file and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Strict(BaseModel):
    """A model that refuses keys that it does not know: a typing mistake must not pass unseen."""

    model_config = ConfigDict(extra="forbid")


def _written(message: Message) -> Message:
    if not all(message.params.values()):
        raise ValueError("a text in both languages is expected: fr and en")
    return message


# a text for people, in French and English
Words = Annotated[Message, AfterValidator(_written)]


class Target(Strict):
    """A value that somebody with a mandate has set, until when, and for which level of territory. A baseline is none.

    Set for the country, it is a reading aid elsewhere. `reference`: the document that sets it.
    """

    value: float
    year: int | None = None
    setter: str = Field(min_length=1)
    scope: Literal["country", "region", "department", "epci", "commune"]
    reference: str = Field(min_length=1)


class Bounds(Strict):
    """What a figure cannot lie below or above, where that differs from the bounds of its unit."""

    lowest: float | None = None
    highest: float | None = None


class Series(Strict):
    """Figures of one definition, which may stand in one chart. Two sources share a series only if they measure the same.

    `part`: where the indicator's figures are of several definitions. `breakdown_prefix`, `first_period`, `last_period`: which of
    the source's figures; none: all. `making`: a word that changes where the figure is made in another way: its first figure then is
    a break. `communes`, `larger`: whose perimeters: `file` (the publisher's of the day), `today` (sums of communes), or a year.
    """

    source: str
    part: str | None = None
    breakdown_prefix: str | None = None
    first_period: str | None = None
    last_period: str | None = None
    making: str | None = None
    communes: str | None = Field(default=None, pattern=r"^(file|today|\d{4})$")
    larger: str | None = Field(default=None, pattern=r"^(file|today|\d{4})$")
    note: str | None = None


class Caveat(Strict):
    """A known weakness of some of a source's figures, with what tells it. `below`, `above`: only values outside."""

    source: str
    effect: Literal["withheld", "provisional", "break"]
    territory_level: str | None = None
    territory_code: str | None = None
    breakdown: str | None = None
    first_period: str | None = None
    last_period: str | None = None
    below: float | None = None
    above: float | None = None
    reason_fr: str = Field(min_length=1)
    reference: str = Field(min_length=1)

    @model_validator(mode="after")
    def _break_has_a_day(self) -> Caveat:
        if self.effect == "break" and not self.first_period:
            raise ValueError("a break has its first_period")
        return self


class Indicator(Strict):
    """One indicator. `sources`: the first is the main one: it wins where two give one figure.

    `contribution`: whether what is measured serves the goal (`positive`) or harms it (`negative`): the two are never netted. `lever`: how
    far companies' own practice moves it (`direct`: wages, accidents; `indirect`: through work, purchases, travel; `none`).
    `natural_limit`: a value that the figure comes close to but cannot pass (100 % of the sites), which slows the growth asked of it.
    `published_precision`: the step in which the source publishes; none where the value is computed from counts.
    `withheld_together`: figures over companies whose cells add up to a total: those of one name are withheld together, so that
    none follows from the others (dbt_project/models/secrecy). `method`: Markdown for the indicator's page.
    """

    name: Words
    targets: list[str] = Field(min_length=1)
    definition: Words
    limits_fr: str = Field(min_length=1)
    limits_en: str = Field(min_length=1)
    unit: str
    measure: Literal["share", "gap", "rate", "ratio", "index", "level", "count"]
    additivity: Literal["count", "share", "ratio", "quantile", "index"]
    direction: Literal["up", "down", "parity"]
    contribution: Literal["positive", "negative"]
    lever: Literal["direct", "indirect", "none"]
    natural_limit: float | None = None
    kind: Literal["territory", "company"] = "territory"
    place: Literal["residence", "workplace"]
    sources: list[str] = Field(min_length=1)
    frequency: str
    published_precision: float | None = None
    withheld_together: str | None = None
    target: Target | None = None
    bounds: Bounds | None = None
    series: list[Series] = Field(default_factory=list)
    caveats: list[Caveat] = Field(default_factory=list)
    method: str | None = None
    unit_tests: list[dict[str, Any]] = Field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """An indicator with what its place says of it. `tests`: the text of its unit tests, as written."""

    indicator_id: str
    goal: int
    path: Path
    has_model: bool
    indicator: Indicator
    tests: str

    @property
    def model(self) -> str:
        """Return the name of the dbt model that gives its figures."""
        return self.path.stem


@dataclass(frozen=True)
class Unit:
    """A unit in both languages, what of it stands behind a number (blank: nothing), and the bounds of what is measured in it (blank: none)."""

    unit: str
    unit_fr: str
    behind_fr: str
    behind_en: str
    lowest: str
    highest: str


def load_units(dbt_project: Path) -> dict[str, Unit]:
    """Return the units by their English name."""
    with (dbt_project / UNITS).open(encoding="utf-8", newline="") as file:
        return {row["unit"]: Unit(**row) for row in csv.DictReader(file)}


def load_indicators(dbt_project: Path) -> list[Entry]:
    """Return every indicator of the project, by goal and identifier.

    Raises IndicatorError listing every problem of every file.
    """
    entries, problems = [], []
    units = load_units(dbt_project)
    for path in sorted((dbt_project / FOLDER).glob("goal_*/ind_*.yml")):
        try:
            entry = _load(path)
        except IndicatorError as error:
            problems += error.problems
            continue
        entries.append(entry)
        problems += _contradictions(entry, units)
    described = {e.model for e in entries}
    problems += [
        f"{path.parent.name}/{path.name}: has no {path.stem}.yml beside it"
        for path in sorted((dbt_project / FOLDER).glob("goal_*/ind_*.sql"))
        if path.stem not in described
    ]
    if problems:
        raise IndicatorError(problems)
    return entries


def _load(path: Path) -> Entry:
    where = f"{path.parent.name}/{path.name}"
    text = path.read_text(encoding="utf-8")
    try:
        indicator = Indicator.model_validate(own(path))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise IndicatorError([f"{where}: {f'line {mark.line + 1}: ' if mark else ''}not valid YAML"]) from error
    except ValidationError as error:
        raise IndicatorError(
            [f"{where}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        ) from error
    tests = TESTS.split(text, maxsplit=1)
    return Entry(
        indicator_id=path.stem.removeprefix("ind_"),
        goal=int(path.parent.name.removeprefix("goal_")),
        path=path,
        has_model=path.with_suffix(".sql").is_file(),
        indicator=indicator,
        tests=tests[1] if len(tests) == 2 else "",
    )


def _contradictions(entry: Entry, units: dict[str, Unit]) -> list[str]:
    found, indicator = [], entry.indicator
    where = f"{entry.path.parent.name}/{entry.path.name}"
    if not entry.indicator_id.startswith(f"sdg{entry.goal:02d}_"):
        found.append(f"{where}: the file's name does not say the goal of its folder")
    if not indicator.targets[0].startswith(f"{entry.goal}."):
        found.append(f"{where}: targets: the first is one of goal {entry.goal}")
    if indicator.unit not in units:
        found.append(f"{where}: unit: '{indicator.unit}' is not in {UNITS.as_posix()}")
    if indicator.measure in ("share", "gap") and indicator.unit not in ("%", "points"):
        found.append(f"{where}: unit: a {indicator.measure} is in percent")
    parts: list[Series | Caveat] = [*indicator.series, *indicator.caveats]
    found += [
        f"{where}: '{part.source}' is none of its sources" for part in parts if part.source not in indicator.sources
    ]
    if entry.has_model and not indicator.method:
        found.append(f"{where}: method: an indicator that has figures says how they are made")
    return found
