"""What an operator may change about the live channel: patience, limits, identification, reachable hosts.

Add here a number that a slow line or a closed network makes somebody want to change. What differs from
one publisher to another is data in `source.yml`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


@cache
def default_user_agent() -> str:
    """Return how the observatory names itself to publishers: the project and its version, no person."""
    try:
        number = version("csr-sdg-observatory")
    except PackageNotFoundError:
        number = "0"
    return f"csr-sdg-observatory/{number} (open-data observatory, CSR and SDG; scheduled, conditional requests)"


class LiveSettings(BaseSettings):
    """Settings of the live channel, each also as `OBSERVATORY_LIVE_<NAME>` in the environment.

    Times are in seconds. `attempts`: requests for one thing at most. `retry_seconds`: waiting between
    them, in all. `download_seconds`: one file from first to last byte, attempts and waiting included.
    `base_overrides`: origins answered from elsewhere (`https://www.insee.fr` →
    `http://mirror.example:8080/insee`): a copy inside a closed network. `allowed_hosts`: inner
    hosts (`host` or `host:port`) that may be asked although they are not on the public net.
    `ca_file`: certificates to trust besides the usual ones, for a proxy that opens TLS.
    """

    model_config = SettingsConfigDict(env_prefix="OBSERVATORY_LIVE_", extra="ignore", frozen=True)

    user_agent: str = Field(default_factory=default_user_agent)
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=30.0, gt=0)
    download_seconds: float = Field(default=3600.0, gt=0)
    attempts: int = Field(default=4, ge=1)
    retry_seconds: float = Field(default=90.0, ge=0)
    backoff_seconds: float = Field(default=1.0, ge=0)
    backoff_cap: float = Field(default=30.0, ge=0)
    workers: int = Field(default=4, ge=1)
    max_redirects: int = Field(default=5, ge=0)
    max_answer_bytes: int = Field(default=64_000_000, gt=0)
    early_days: int = Field(default=45, ge=0)
    years_back: int = Field(default=4, ge=0)
    base_overrides: dict[str, str] = Field(default_factory=dict)
    allowed_hosts: frozenset[str] = frozenset()
    ca_file: Path | None = None
