"""What this house uses of Dagster's inside: everything from `dagster._…`, and every member with an underscore.

Dagster keeps its public interface within a major version; its inside it may change with any release. Hence one module,
an exact pin in `constraints.txt`, and `tests/unit/dagster/test_private.py`, which asks each part below whether it still
is what we rely on. Read this page and run that test before the pin is moved. Nothing else in the project may import a
private part, and nothing of the observatory belongs here.

| part | why | without it |
|---|---|---|
| `execute_run`, `InMemoryJob` | the public `execute_in_process` cannot record a run under the code location of the interface | runs from a prompt stand apart from the interface's, and cannot be started again from there |
| `RemoteRepositoryOrigin`, `location_origins_from_yaml_paths`, `SINGLETON_REPOSITORY_NAME` | to name that code location, as `workspace.yaml` does | the same |
| `InstanceRef`, `NoOpComputeLogManager` | the public `DagsterInstance.from_config` takes no overrides: a run at a prompt must not have its output captured, for it belongs to the receipt | `--json` would print into a file of Dagster's |
| `InstigatorType` | to ask which schedules and sensors somebody has turned on | what was missed would be made up for twice |
| `WorkspaceProcessContext`, `WorkspaceFileTarget`, `create_app_from_workspace_process_context` | the command `dagster-webserver` takes nothing before its application | any web page that is open in the same browser starts runs |
| `dagster._daemon` | the command `dagster-daemon` may be another installation's; a module is this one's | schedules of another version |
| `UnresolvedAssetJobDefinition` | the type that the public `define_asset_job` returns, for annotations | nothing but a name |
| `SqliteEventLogStorage`, `DagsterSqliteStorage`, `ConfigurableClassData`, `SQLITE_BUSY_TIMEOUT_SECONDS`, and of the first `_db_lock`, `_initialized_dbs`, `_initdb`, `_connect`, `_base_dir`; of the second `_event_log_storage` | to keep its connection open (`storage`) | 11 s for the events of a refresh instead of 3; `dagster.yaml` may name Dagster's own class at any time, the files are the same |
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import DagsterEvent, DagsterInstance, DagsterRun, JobDefinition, __version__
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.execution.api import execute_run
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_origin import RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorType
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load import location_origins_from_yaml_paths
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._serdes import ConfigurableClassData
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool

__all__ = [
    "DAEMON",
    "AssetJob",
    "KeptSqliteEventLogStorage",
    "ObservatoryStorage",
    "execute",
    "instance_in",
    "interface",
    "job_origin",
    "schedules_on",
    "sensors_on",
]

# run as a module
DAEMON = "dagster._daemon"
AssetJob = UnresolvedAssetJobDefinition

_NO_COMPUTE_LOGS = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}
# the index, the run that is written and a few that somebody looks at
_OPEN_SHARDS = 6


def instance_in(home: Path, *, compute_logs: bool) -> DagsterInstance:
    """Return the instance that the `dagster.yaml` of `home` describes. Without `compute_logs` no step's output is captured."""
    return DagsterInstance.from_ref(
        InstanceRef.from_dir(str(home), overrides=None if compute_logs else _NO_COMPUTE_LOGS)
    )


def execute(job: JobDefinition, run: DagsterRun, instance: DagsterInstance) -> Sequence[DagsterEvent]:
    """Carry out a run that is recorded already, in this process; return its events."""
    return execute_run(InMemoryJob(job), run, instance).all_events


def job_origin(workspace: Path, job_name: str) -> RemoteJobOrigin:
    """Return what tells the interface that a run is one of a job of the one code location that `workspace` names."""
    [location] = location_origins_from_yaml_paths([str(workspace)])
    return RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME).get_job_origin(job_name)


@contextmanager
def interface(instance: DagsterInstance, workspace: Path, *, read_only: bool) -> Iterator[Any]:
    """Yield Dagster's web page as an ASGI application; its code server ends with it. `read_only`: it shows, and does nothing."""
    # with GraphQL's schema behind it 1.1 s, which only the process of the page pays
    from dagster_webserver.app import create_app_from_workspace_process_context

    target = WorkspaceFileTarget(paths=[str(workspace)])
    with WorkspaceProcessContext(
        instance, target, version=__version__, read_only=read_only, code_server_log_level="WARNING"
    ) as context:
        yield create_app_from_workspace_process_context(context, live_data_poll_rate=2000)


def schedules_on(instance: DagsterInstance) -> set[str]:
    """Return the names of the schedules that somebody has turned on."""
    return _on(instance, InstigatorType.SCHEDULE)


def sensors_on(instance: DagsterInstance) -> set[str]:
    """Return the names of the sensors that somebody has turned on."""
    return _on(instance, InstigatorType.SENSOR)


def _on(instance: DagsterInstance, kind: InstigatorType) -> set[str]:
    return {s.instigator_name for s in instance.all_instigator_state(instigator_type=kind) if s.is_running}


# the storage; what it is for is told in `storage` ---------------------------------------------------


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """Dagster's event log, with an engine kept for the files used last."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has the table; a table that was seen once stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close every connection."""
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()
        super().dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None:
            engine = self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                # `_db_lock` lets one thread in at a time
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _synchronise_at_checkpoints)
            while len(self._engines) > _OPEN_SHARDS:
                self._engines.popitem(last=False)[1].dispose()
        self._engines.move_to_end(shard)
        return engine


def _synchronise_at_checkpoints(connection: Any, _record: Any) -> None:
    # safe in WAL mode: a power cut may lose the last events, never the file
    connection.execute("PRAGMA synchronous=NORMAL")


class ObservatoryStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage (runs, schedules) with the event log above."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = KeptSqliteEventLogStorage(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> ObservatoryStorage:
        """Return the storage that `dagster.yaml` describes."""
        return cls.from_local(inst_data=inst_data, **config_value)
