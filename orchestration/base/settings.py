"""Where the project lies, where it writes, and for which territory it works.

Values come, in this order, from the command line, from `OBSERVATORY_*` variables, from the defaults.
What describes a publisher or an indicator belongs to `sources/` or to the dbt project.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from orchestration.base.messages import Language, Message, say

PROJECT = Path(__file__).resolve().parents[2]
NANTES_METROPOLE = "244400404"
# any other channel is the folder of a mirror
CHANNELS = ("sample", "live", "inbox")


_PREFIX = "OBSERVATORY_"

# what can be made of an edition (`orchestration.readers.after`)
READERS = ("site", "open", "postgresql")


class Settings(BaseModel):
    """Settings of one process.

    `home`: everything that a refresh writes lies below it. `territory`: SIREN of the EPCI that the
    observatory is for. `language`: of the sentences in `--json` and on the terminal. `channel`
    (`OBSERVATORY_FROM`): where a run that was started in the interface takes its files from.
    `notify`: addresses of apprise, which hold passwords and are never shown; `notify_always`: a message
    also when nothing is wrong; `notify_samples`: messages about trials on samples too. `heartbeat_days`: how
    long refreshes may be silent; 0 for the calendars' own. `site_path`: what the public pages say of their publisher.
    `keep_editions`, `keep_days`, `keep_run_days`: what `tidy` leaves: that many editions, receipts and logs of that
    many days, Dagster's runs of that many. `web_hosts`: names, with commas between, that our pages answer to behind a web server.
    `shared`: who may read the home besides its account (`permissions`).
    `counter_*`: the secret by which the team's counter knows that server, the headers that say who asks, and which of the
    groups there are the team and the engineers (`team=rse,engineer=donnees`); whom the team calls: a function, a number, an address.
    `readers`: what is made of each edition, with commas between; empty where only the edition itself is read.
    `publish_to`: the PostgreSQL database that each edition is published to, which may hold a password; empty for none.
    """

    # a default is held to the same: `home` is absolute in any case
    model_config = ConfigDict(extra="ignore", populate_by_name=True, validate_default=True)

    home: Path = Path("var")
    territory: str = NANTES_METROPOLE
    language: Language = "fr"
    channel: str = Field(default="sample", validation_alias="OBSERVATORY_FROM")
    notify: SecretStr = SecretStr("")
    notify_always: bool = False
    notify_samples: bool = False
    heartbeat_days: int = Field(default=0, ge=0)
    keep_editions: int = Field(default=30, ge=2)
    keep_days: int = Field(default=400, ge=1)
    keep_run_days: int = Field(default=60, ge=1)
    web_hosts: str = ""
    shared: Literal["", "group"] = ""
    counter_secret: SecretStr = SecretStr("")
    counter_user_header: str = "X-Observatory-User"
    counter_roles_header: str = "X-Observatory-Roles"
    counter_roles: str = ""
    counter_contact: str = ""
    sources_path: Path = Field(default=PROJECT / "sources")
    expectations_path: Path = Field(default=PROJECT / "expectations")
    dbt_project_path: Path = Field(default=PROJECT / "dbt_project")
    site_path: Path = Field(default=PROJECT / "site.yml")
    readers: str = ",".join(READERS)
    publish_to: SecretStr = SecretStr("")

    @model_validator(mode="before")
    @classmethod
    def _from_environment(cls, given: dict[str, Any]) -> dict[str, Any]:
        # pydantic-settings costs 0.05 s to import, a tenth of what `observatory status` takes, for ten plain values
        found = {}
        for name, field in cls.model_fields.items():
            variable = field.validation_alias or f"{_PREFIX}{name.upper()}"
            if name not in given and isinstance(variable, str) and variable in os.environ:
                found[name] = os.environ[variable]
        return {**found, **given}

    def not_folders(self) -> list[tuple[str, Path]]:
        """Return the settings that name a folder where there is none, each with its variable."""
        folders = ("sources_path", "expectations_path", "dbt_project_path")
        given = [(n, getattr(self, n)) for n in folders if n in self.model_fields_set]
        return [(f"{_PREFIX}{name.upper()}", folder) for name, folder in given if not folder.is_dir()]

    @property
    def waivers_path(self) -> Path:
        """Return the file of reviewed exceptions, which lies beside the sources that it speaks of."""
        return self.sources_path.parent / "waivers.yml"

    @field_validator("home", "sources_path", "expectations_path", "dbt_project_path", "site_path")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("channel")
    @classmethod
    def _folder(cls, value: str) -> str:
        # the interface works in another folder than the one in which the variable was set
        return value if value in CHANNELS else str(Path(value).expanduser().resolve())

    @field_validator("readers")
    @classmethod
    def _known(cls, value: str) -> str:
        names = [name for part in value.split(",") if (name := part.strip())]
        if unknown := set(names).difference(READERS):
            raise ValueError(f"nothing is made of an edition by the name of {', '.join(sorted(unknown))}")
        return ",".join(names)

    @field_validator("territory")
    @classmethod
    def _siren(cls, value: str) -> str:
        digits = "".join(value.split())
        if len(digits) != 9 or not digits.isdigit():
            raise ValueError(f"'{value}' is not the SIREN of an EPCI: nine digits are expected")
        return digits

    @field_validator("territory")
    @classmethod
    def _key(cls, value: str) -> str:
        # Luhn's formula: a digit that is wrong, or two exchanged, are told before any work
        if (
            not value.isascii()
            or sum(sum(divmod(int(d) * (1 + i % 2), 10)) for i, d in enumerate(reversed(value))) % 10
        ):
            raise ValueError(f"'{value}' is not a SIREN: its last digit does not fit the others, one of them is wrong")
        return value

    @classmethod
    def load(cls, home: Path | None = None, territory: str | None = None) -> Settings:
        """Return the settings; arguments that are not None win over the environment."""
        given = {"home": home, "territory": territory}
        return cls.model_validate({k: v for k, v in given.items() if v is not None})


_NUMBER = say("base.expected_whole_number")
_YES_OR_NO = say("base.expected_0_or_1")
_EXPECTED = {
    "readers": say("base.expected_readers", readers=list(READERS)),
    "territory": say("base.expected_epci"),
    "language": say("base.expected_language"),
    "heartbeat_days": _NUMBER,
    "keep_editions": _NUMBER,
    "keep_days": _NUMBER,
    "keep_run_days": _NUMBER,
    "notify_always": _YES_OR_NO,
    "notify_samples": _YES_OR_NO,
}


def troubles(error: ValidationError) -> list[Message]:
    """Return, for each setting that cannot be what it is, its variable, its value and what is expected."""
    found = []
    for trouble in error.errors():
        name = str(trouble["loc"][0]) if trouble["loc"] else ""
        expected = _EXPECTED.get(name, say("base.value_unfit"))
        variable = name if name.startswith("OBSERVATORY_") else f"OBSERVATORY_{name.upper()}"
        if name in ("home", "territory"):
            variable = f"--{name} ({variable})"
        value = trouble["input"]
        found.append(say("base.setting_unfit", variable=variable, value=value, expected=expected))
    return found


@cache
def code_version() -> str:
    """Return the version of the code: `0.1.0`, with the commit behind it in a git checkout."""
    # subprocess and importlib.metadata cost 0.07 s to import
    import subprocess
    from importlib.metadata import version

    number = version("csr-sdg-observatory")
    if not (PROJECT / ".git").exists():
        return number
    try:
        commit = subprocess.run(
            ["git", "-C", str(PROJECT), "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return number
    return f"{number}+{commit}"
