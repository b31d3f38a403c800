"""What every description says of the edition and its publisher: titles, keywords, licence, addresses, files with their hashes.

The words per mart stand in `datasets.yml`. Add here what more than one standard needs; how a standard writes it belongs
to its module.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from orchestration.base.yaml_data import own
from orchestration.readers.open_data.tables import EditionTables, Table

WORDS = Path(__file__).with_name("datasets.yml")


class Words(BaseModel):
    """What people read of a mart. `texts`: it repeats texts of others, for which no licence is given."""

    model_config = ConfigDict(extra="forbid")

    title: dict[str, str]
    about: str = ""
    keywords: list[str] = Field(default_factory=list)
    place: str = "country"
    texts: bool = False


class Licence(BaseModel):
    """A licence: its SPDX identifier, title, address, and how sources word it."""

    spdx: str
    title: str
    url: str
    wording: str


class Catalogue(BaseModel):
    """`datasets.yml`."""

    model_config = ConfigDict(extra="forbid")

    licence: Licence
    keywords: list[str]
    country: tuple[float, float, float, float]
    sample: dict[str, str]
    datasets: dict[str, Words]


@dataclass(frozen=True)
class Publisher:
    """Who publishes: the observatory's title by language, the organisation, the folder's address with a slash at the end."""

    title: Mapping[str, str]
    name: str
    url: str
    contact: str = ""


@dataclass(frozen=True)
class Written:
    """A file that was written: where below the folder, its size in bytes and its SHA-256."""

    path: str
    bytes: int
    sha256: str


def written(folder: Path, path: str) -> Written:
    """Return what a file in the folder is known by."""
    with (folder / path).open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return Written(path, (folder / path).stat().st_size, digest)


def write_json(path: Path, content: Any) -> None:
    """Write an object as JSON, as people can read it too; the same object gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


class Describing:
    """The words for one edition, published by `publisher`."""

    def __init__(self, edition: EditionTables, publisher: Publisher) -> None:
        self.edition = edition
        self.publisher = publisher
        self.catalogue = Catalogue.model_validate(own(WORDS))
        self.licence = self.catalogue.licence

    def words(self, table: Table) -> Words:
        """Return what people read of a mart; titles of a sample say that it is one."""
        given = self.catalogue.datasets.get(table.name) or Words(title={"fr": table.name, "en": table.name})
        if not self.edition.is_sample:
            return given
        titles = {language: sample + given.title[language] for language, sample in self.catalogue.sample.items()}
        return given.model_copy(update={"title": titles})

    def keywords(self, table: Table) -> list[str]:
        """Return the keywords of a mart, the general ones first."""
        return [*self.catalogue.keywords, *self.words(table).keywords]

    def terms(self, table: Table) -> list[tuple[str, str, str, str]]:
        """Return the sources of a mart under other terms than the licence: id, publisher, wording of the terms, page."""
        names = {c.name for c in table.columns}
        if table.name == "dim_source" or "source_id" not in names:
            return []
        return self.edition.rows(
            "SELECT source_id, publisher, licence, homepage FROM dim_source "
            f"WHERE source_id IN (SELECT source_id FROM {table.name}) AND licence <> '{self.licence.wording}' ORDER BY 1"
        )

    @cached_property
    def home_box(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of the home territory in degrees; None where no outline tells them."""
        table = self.edition.tables.get("dim_territory_contour")
        if table is None or table.rows == 0 or "north" not in {c.name for c in table.columns}:
            return None
        ((west, south, east, north),) = self.edition.rows(
            "SELECT min(west), min(south), max(east), max(north) FROM dim_territory_contour "
            "JOIN dim_territory USING (territory_level, territory_code) WHERE is_home"
        )
        if west is None:
            return None
        return west, south, east, north

    def box(self, table: Table) -> tuple[float, float, float, float]:
        """Return the corners of what a mart speaks of, in degrees: the home territory, else the country."""
        if self.words(table).place == "home" and self.home_box:
            return self.home_box
        return self.catalogue.country
