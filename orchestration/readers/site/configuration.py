"""What the pages say of their publisher: `site.yml`, read and checked.

Add a field here when a page must say something that no edition knows. What an edition knows never comes from here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from orchestration.base.messages import Refusal, say
from orchestration.base.yaml_data import NotData, load


class Named(BaseModel):
    """A name in both languages."""

    fr: str
    en: str


class Audit(BaseModel):
    """An audit of accessibility by a person: when, by whom, which share of the criteria holds (0 to 100)."""

    date: date
    by: str
    rate: float


class Host(BaseModel):
    """What the host declares: its name, energy (PUE) and water (WUE, l/kWh) per unit of computing, gCO2e per kWh."""

    name: str
    pue: float | None = None
    wue: float | None = None
    grams_per_kwh: float | None = None


class SiteConfiguration(BaseModel):
    """`site.yml`. `url` ends with a slash; `logo` is the SVG's text, empty without one.

    `all_epcis`: every build has a page for each EPCI of France. `open_data`: the files of the export lie at `open/` beside the pages.
    """

    model_config = ConfigDict(extra="forbid")

    name: Named
    publisher: str
    url: str
    contact: str = ""
    all_epcis: bool = False
    open_data: bool = True
    logo: str = ""
    audit: Audit | None = None
    host: Host | None = None

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("http:// or https:// expected")
        return value if value.endswith("/") else f"{value}/"


def load_configuration(path: Path) -> SiteConfiguration:
    """Return what `site.yml` says; raises Refusal naming the file and the key where it cannot be read."""
    try:
        given = load(path.read_text(encoding="utf-8")).data or {}
        if isinstance(given, dict) and given.get("logo"):
            given["logo"] = (path.parent / str(given["logo"])).read_text(encoding="utf-8")
        return SiteConfiguration.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise Refusal(
            say("site.configuration_unfit", file=path, key=key, why=first["msg"]), say("site.correct_file")
        ) from error
    except NotData as error:
        why = say("site.line_of", line=error.line, why=error.reason)
        raise Refusal(say("site.configuration_unreadable", file=path, why=why), say("site.correct_file")) from error
    # a folder in its place, bytes that are no text, a logo with a sign that no path may hold
    except (OSError, ValueError) as error:
        raise Refusal(
            say("site.configuration_unreadable", file=path, why=str(error)), say("site.correct_file")
        ) from error
