"""PostgreSQL: an edition as tables of a database, for the BI tools that know no DuckDB (Metabase, Grafana, Power BI).

`publish_edition` copies an edition into a schema of its own and swaps it into service; `docs/bi.md` says what readers
find there. psycopg is an optional dependency (the extra `postgres`): it is imported where a database is asked.
"""

from __future__ import annotations

from orchestration.readers.postgresql.publishing import PostgresReport, publish_edition, served_edition
from orchestration.readers.postgresql.schemas import KEPT, SERVED, NotOurs, schema_of
from orchestration.readers.postgresql.target import DatabaseRefused

__all__ = [
    "KEPT",
    "SERVED",
    "DatabaseRefused",
    "NotOurs",
    "PostgresReport",
    "publish_edition",
    "schema_of",
    "served_edition",
]
