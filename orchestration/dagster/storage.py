"""Dagster's SQLite storage with one connection kept open, for runs that write a thousand events: what `dagster.yaml` names.

Dagster's own event log opens a new engine, connection and synchronised transaction for each event: 12 ms
an event, 11 s for the 900 events of a whole refresh. Keeping engine and connection (SQLAlchemy then
reuses its compiled statements) and letting WAL mode synchronise at checkpoints makes that 3 s. Files and
tables are Dagster's own: its plain classes read them too. The class builds on Dagster's inside and stands in
`private` therefore; this name is the one that homes hold. Nothing of the observatory belongs here.
"""

from orchestration.dagster.private import ObservatoryStorage

__all__ = ["ObservatoryStorage"]
