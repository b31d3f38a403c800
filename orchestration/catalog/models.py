"""What is known of each source: `source.yml` and `columns.csv` as typed models.

Add a field here when every source may need it. What only one source needs is data in its folder.
Nothing here reads a publisher's file, touches the network or knows Dagster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from orchestration.base.messages import Message, say
from orchestration.catalog.vintages import parse_vintage

Role = Literal["indicator", "reference", "project", "team"]
Frequency = Literal["daily", "weekly", "monthly", "quarterly", "yearly", "irregular", "once"]
ColumnType = Literal[
    "text",
    "prose",
    "integer",
    "number",
    "date",
    "boolean",
    "year",
    "commune",
    "epci",
    "department",
    "region",
    "employment_zone",
    "territory",
    "country",
    "siren",
    "siret",
    "naf",
]


# what a column's numbers are, which says how those of parts and of their whole go together: counts add up; a share, a mean or a quantile
# of the whole lies between those of its parts; a ratio (of quantiles, say), an index or a gap does neither
Measure = Literal["count", "share", "mean", "quantile", "ratio", "index", "gap"]
# what other rooms ask of a reference table, whichever source it comes from
Provides = Literal["communes", "movements", "composition"]


class Strict(BaseModel):
    """A model that refuses keys that it does not know: a typing mistake must not pass unseen."""

    model_config = ConfigDict(extra="forbid", frozen=False, ignored_types=(cached_property,))


class Calendar(Strict):
    """When the publisher brings out the next vintage.

    `expected` holds month-days (`03-01`) of a usual year for yearly and quarterly sources, and is
    empty for the others. `grace_days` are granted after it before anybody is called late.
    `lag_months`: how far the reference period usually lies behind the day of publication.
    `reference_day`: the month-day of its vintage's year that the source describes (`01-01` for a list in force on 1
    January), where that is not the last day.
    """

    frequency: Frequency
    expected: list[str] = Field(default_factory=list)
    grace_days: int = 30
    lag_months: int = 0
    reference_day: str | None = None
    note: str | None = None

    @field_validator("expected", "reference_day")
    @classmethod
    def _month_days(cls, value: list[str] | str | None) -> list[str] | str | None:
        for day in [value] if isinstance(value, str) else value or []:
            if not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", day):
                raise ValueError(f"'{day}' is not a month-day such as 03-01")
        return value


class Live(Strict):
    """One address where the publisher offers the data; `{year}` stands for the vintage's year.

    `kind` says how the publisher answers: `file` (one address, one file), `datagouv` (a resource's stable link, with the metadata API beside it), `melodi`
    (INSEE's API: pages, or a whole file with the catalogue's date), `datafair` (pages linked by `next`).
    `vintage`: the one that this address holds; without it and without `{year}` it is the month of
    publication, and a newer file takes the place of the older one. `file_name`: under which name the
    file is kept, where the publisher's own would not be recognised. `alternatives`: other spellings of
    the address, tried in order where the first is not there. `max_mb`: larger is refused.
    `key_env`: the environment variable with the key that this publisher asks for, sent in the header
    `key_header`; `key_page`: where a person gets one.
    """

    url: str
    kind: Literal["file", "datagouv", "melodi", "datafair"] = "file"
    vintage: str | None = None
    file_name: str | None = None
    alternatives: list[str] = Field(default_factory=list)
    max_mb: int = Field(default=500, gt=0)
    key_env: str | None = None
    key_page: str | None = None
    key_header: str = "Authorization"
    note: str | None = None

    @model_validator(mode="after")
    def _addresses(self) -> Live:
        years = ["{year}" in url for url in [self.url, *self.alternatives]]
        for url in [self.url, *self.alternatives]:
            if not re.match(r"https?://[^/\s]+", url):
                raise ValueError(f"'{url}' is no address such as https://www.insee.fr/…")
            if re.search(r"[{}]", url.replace("{year}", "")):
                raise ValueError(f"'{url}': only {{year}} may stand in braces")
            if re.match(r"https?://[^/?#]*@", url):
                raise ValueError(f"'{url}' holds a user's name: name a variable in key_env instead")
        if any(years) and (self.vintage or not all(years)):
            raise ValueError("{year} stands in every spelling of the address, and leaves no room for `vintage`")
        if self.vintage and (parse_vintage(self.vintage) is None or re.search(r"[/\\]|^\.", self.vintage)):
            raise ValueError(f"vintage: '{self.vintage}' names no period such as 2018 or 2021-12")
        if self.file_name and re.search(r"[/\\]|^\.", self.file_name):
            raise ValueError(f"file_name: '{self.file_name}' is no plain file name")
        if self.key_env and not self.key_page:
            raise ValueError("key_page: say where a person gets the key")
        return self


class Budgets(Strict):
    """How much may go wrong before the whole file is refused, as shares between 0 and 1.

    `rejected_share`: rows that were left out, because they could not be read or cannot be true; `rejected_rows`: as many may be left out of a file however
    short it is (one bad line of three is still one bad line, in a table kept by hand). `vanished_share`: keys of the previous vintage of
    the same table (or of the same vintage, when a file is replaced) that are no longer there.
    `minimum_rows`: fewer rows than this is a truncated file.
    """

    rejected_share: float = 0.0
    rejected_rows: int = Field(default=0, ge=0)
    vanished_share: float = 0.10
    minimum_rows: int = 1

    def allowed(self, rows: int) -> int:
        """Return how many of `rows` rows may be left out one by one before the whole file is refused.

        A file of more than 1,000 rows may always lose one in a thousand: Insee's wages of 2022 are 374,433
        figures of which one is impossible to believe, and the other 374,432 must not wait for it. A file of
        which nothing is left is refused, however many may be lost.
        """
        least = -(-rows // 1000) if rows > 1000 else 0
        return max(min(max(int(self.rejected_share * rows), self.rejected_rows, least), rows - 1), 0)


class Rule(Strict):
    """A truth that the conformed table must obey, as an SQL expression over one row.

    `sql` is true for a good row and null where it does not apply. `$vintage_year` is the year in the
    vintage's name. A row that fails is left out, as long as the table's budget lasts (with `on_failure: reject`, or
    `tolerated_share` where that is more), and the file is refused beyond it; without `reject` also where failing rows
    stand together, or where the rule looks at other rows by a window. `on_failure: warn`, or a `tolerated_share`
    without `reject`, lets such rows stand and counts them up to that share.
    """

    name: str
    sql: str
    message: Message
    tolerated_share: float = 0.0
    on_failure: Literal["refuse", "reject", "warn"] = "refuse"


class Unpivot(Strict):
    """Columns whose header carries a period become rows.

    `headers` is a regular expression that the whole header must match; its named groups may be used
    in `period` (`{year}-Q{quarter}`). The cell's text becomes column `value`, the period `into`.
    """

    headers: str
    period: str
    into: str = "period"
    value: str


class NameMap(Strict):
    """A value that stands in the file's name: pattern group `group`, translated by `values`."""

    group: str
    values: dict[str, str]


class FileSpec(Strict):
    """One kind of file of a table: how its name looks and how its rows are found.

    `pattern` must match the whole file name, endings for compression (`.gz`, `.zip`) left off. A
    named group `yy` or `yyyy` in it must agree with the vintage's year. `layout` names the rows of
    `columns.csv` that apply. `extract` names an SQL file of the source's folder that DuckDB runs
    over the raw file (JSON) to give rows; `bulk` says that it runs over national files, column-pruned
    and filtered, and that its result needs no further reading; `pdf` and `vsme` (the workbook of the voluntary standard) are
    documents, of which evidence is made (`orchestration/filings/`). `subject`: for documents, regular expressions over
    their text in small letters without accents and punctuation, of which one at least must be found. `sheet` is a
    regular expression for the sheet's name; kinds of one `pattern` with different ones are the sheets of one workbook,
    of which each is read. `constants` are values that the file does not hold. `value_maps`: column → text of the
    file → value of the contract (`Département` → `department`); rows whose text goes to `-` are left out on purpose,
    a text that is in no map stays as it is. `usual`: kinds of adaptation
    (`title_lines`, `compression` …) that are this publisher's habit and no news. `synthetic`: files named
    like that are made up by the publisher (a try-out of a coming layout): their figures say so, and no clock counts them.
    `transposed`: a file of the source's folder that says which place stands above which column, where places are columns and
    figures are rows. `titles`: columns that a line above the table fills (its year), each by a regular expression with one group.
    """

    pattern: str
    layout: str = ""
    format: Literal["table", "json", "bulk", "markdown", "pdf", "vsme"] = "table"
    sheet: str | None = None
    extract: str | None = None
    unpivot: Unpivot | None = None
    constants: dict[str, str] = Field(default_factory=dict)
    name_maps: dict[str, NameMap] = Field(default_factory=dict)
    value_maps: dict[str, dict[str, str]] = Field(default_factory=dict)
    usual: list[str] = Field(default_factory=list)
    subject: list[str] = Field(default_factory=list)
    example: str | None = None
    synthetic: bool = False
    transposed: str | None = None
    titles: dict[str, str] = Field(default_factory=dict)

    @field_validator("pattern")
    @classmethod
    def _regex(cls, value: str) -> str:
        re.compile(value)
        return value

    @field_validator("subject")
    @classmethod
    def _words(cls, value: list[str]) -> list[str]:
        for words in value:
            re.compile(words)
        return value

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Return the compiled pattern; names are compared without regard to case."""
        return re.compile(self.pattern, re.IGNORECASE)


class Ignored(Strict):
    """A file that lies beside the data and is not read, and why."""

    pattern: str
    why: Message


class Column(Strict):
    """One canonical column of a table, with every header under which it was ever met.

    Each entry of `headers` is literal, holds `{yy}`/`{yyyy}` for a year, or is a regular expression
    after `~`. `layouts` empty means every layout. See `sources/README.md` for the file's columns.
    """

    name: str
    type: ColumnType
    headers: list[Header] = Field(default_factory=list)
    required: bool = False
    key: bool = False
    unit: str | None = None
    measure: Measure | None = None
    missing: list[str] = Field(default_factory=list)
    secret: list[str] = Field(default_factory=list)
    minimum: float | None = None
    maximum: float | None = None
    allowed: list[str] = Field(default_factory=list)
    year_into: str | None = None
    note: str | None = None


class Header(Strict):
    """One header under which a column was met, and in which layout."""

    text: str
    layout: str = ""


class Staging(Strict):
    """What models are given of a lake table (`orchestration/generating/staging.py`), where that is not all of it.

    `newest`: each delivery is the whole list, and the newest alone counts. `without`: columns that stay in the lake, as no figure needs them
    and they may name persons. `where`: SQL over one row that is true for rows of the table proper.
    """

    newest: bool = False
    without: list[str] = Field(default_factory=list)
    where: str | None = None


class WholeList(Strict):
    """How long a national list is at least. `rows`: fewer than any edition ever had are an extract; `usual_rows`: fewer are a part of it."""

    rows: int = Field(gt=0)
    usual_rows: int | None = Field(default=None, gt=0)


class Table(Strict):
    """One table of a source: what a row is, which files hold it, which truths it obeys.

    `names`: column of a code → column with the name of the same place, which are held against each other.
    `reference`: the columns (date, year or period) whose newest value is the last day that a vintage speaks of; without
    them its name says it. `calendar`: its own, where it does not come out with the rest of the source.
    `provides`: which list of places this table is for all others; one table at most is each.
    `lacks`: level → codes of the départements or régions that a whole file never holds (a Rhône given in two parts).
    """

    description: Message
    grain: str
    files: list[FileSpec]
    names: dict[str, str] = Field(default_factory=dict)
    rules: list[Rule] = Field(default_factory=list)
    budgets: Budgets = Field(default_factory=Budgets)
    reference: list[str] = Field(default_factory=list)
    calendar: Calendar | None = None
    provides: Provides | None = None
    lacks: dict[Literal["department", "region"], list[str]] = Field(default_factory=dict)
    whole_list: WholeList | None = None
    staging: Staging = Field(default_factory=Staging)
    columns: list[Column] = Field(default_factory=list)
    ignored_headers: list[Header] = Field(default_factory=list)

    @model_validator(mode="after")
    def _reference_is_known(self) -> Table:
        known = {c.name: c.type for c in self.columns}
        for name in self.reference:
            if self.columns and known.get(name) not in ("date", "year", "text"):
                raise ValueError(f"reference: '{name}' is no column that holds a date, a year or a period")
        return self

    @property
    def key(self) -> list[str]:
        """Return the names of the columns that identify a row."""
        return [c.name for c in self.columns if c.key]


@dataclass(frozen=True)
class FileKind:
    """Which kind of file a name says it is: the table, the kind's place in its list, what the name's groups give."""

    table_name: str
    index: int
    spec: FileSpec
    groups: tuple[tuple[str, str], ...]


# how the owners of the catalogue are called in the city's house
TEAMS = {
    "team:csr": say("catalog.team_csr"),
    "team:observatory-data": say("catalog.team_data"),
}


class Source(Strict):
    """One dataset of one publisher: the folder `sources/<source_id>/`."""

    source_id: str
    title: Message
    publisher: str
    licence: str
    homepage: str
    groups: list[str]
    role: Role = "indicator"
    owner: str
    goals: list[int] = Field(default_factory=list)
    calendar: Calendar
    live: list[Live] = Field(default_factory=list)
    tables: dict[str, Table]
    ignore: list[Ignored] = Field(default_factory=list)
    depends_on: list[str] = Field(default_factory=list)
    synthetic_sample: Message | None = None
    path: Path

    @model_validator(mode="after")
    def _consistent(self) -> Source:
        for goal in self.goals:
            if not 1 <= goal <= 17:
                raise ValueError(f"goals: {goal} is not a goal from 1 to 17")
        return self

    @property
    def is_bulk(self) -> bool:
        """Whether its files are national ones, which never pass through pandas (orchestration/bulk.py)."""
        return any(s.format == "bulk" for t in self.tables.values() for s in t.files)

    def file_kind(self, name: str, sheet: str | None = None) -> FileKind | None:
        """Return the kind of file that is named like `name`; None when none is. The year in the name tells no kinds apart.

        `sheet`: which sheet of the workbook is meant, where several are read.
        """
        for table_name, table in self.tables.items():
            for index, spec in enumerate(table.files):
                found = spec.regex.fullmatch(name)
                if found and (sheet is None or (spec.sheet and re.fullmatch(spec.sheet, sheet.strip(), re.IGNORECASE))):
                    groups = {k: v.casefold() for k, v in found.groupdict().items() if v and k not in ("yy", "yyyy")}
                    return FileKind(table_name, index, spec, tuple(sorted(groups.items())))
        return None

    def sheets(self, name: str) -> list[str]:
        """Return the names of the sheets (regular expressions) that are read of a file named like `name`, each for itself."""
        found = [s.sheet for t in self.tables.values() for s in t.files if s.sheet and s.regex.fullmatch(name)]
        return list(dict.fromkeys(found))

    def ignores(self, name: str) -> bool:
        """Return whether a file of that name lies beside the data and is left out on purpose."""
        return any(re.fullmatch(i.pattern, name, re.IGNORECASE) for i in self.ignore)

    @property
    def sample_path(self) -> Path:
        """Return the folder of the embedded files (`data` for a source that lives in the project)."""
        return self.path / ("data" if self.role == "project" else "sample")

    @property
    def steward(self) -> Message:
        """Return who answers for the source as people call them: `team:csr` is the CSR team."""
        return TEAMS.get(self.owner) or Message.of(
            fr=self.owner.removeprefix("team:"), en=self.owner.removeprefix("team:")
        )


def lake_table(source_id: str, table: str) -> str:
    """Return the name under which dbt finds a source's table."""
    return f"{source_id}__{table}"
