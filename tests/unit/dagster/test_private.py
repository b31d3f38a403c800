"""What we use of Dagster's inside: does each part still do what `private` says of it, in the pinned version and no other."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from importlib.metadata import version

import pytest
from dagster import DagsterInstance, DagsterRun, JobDefinition, define_asset_job, in_process_executor, job, op

from orchestration.base.settings import PROJECT
from orchestration.dagster import private
from orchestration.dagster.instances import dagster_home

ROOM = PROJECT / "orchestration" / "dagster"
# module, name, and the parameters that we rely on (their names and order, or a part of them)
PARTS = [
    ("dagster._core.execution.api", "execute_run", ["job", "dagster_run", "instance"]),
    ("dagster._core.definitions.job_base", "InMemoryJob", ["job_def"]),
    ("dagster._core.remote_origin", "RemoteRepositoryOrigin", []),
    ("dagster._core.remote_origin", "RemoteJobOrigin", []),
    ("dagster._core.workspace.load", "location_origins_from_yaml_paths", ["yaml_paths"]),
    ("dagster._core.instance.ref", "InstanceRef", []),
    (
        "dagster._core.workspace.context",
        "WorkspaceProcessContext",
        ["instance", "workspace_load_target", "version", "read_only", "code_server_log_level"],
    ),
    ("dagster._core.workspace.load_target", "WorkspaceFileTarget", []),
    (
        "dagster_webserver.app",
        "create_app_from_workspace_process_context",
        ["workspace_process_context", "live_data_poll_rate"],
    ),
    ("dagster._core.storage.noop_compute_log_manager", "NoOpComputeLogManager", []),
    ("dagster._core.storage.event_log.sqlite.sqlite_event_log", "SqliteEventLogStorage", ["base_dir", "inst_data"]),
    ("dagster._core.storage.sqlite_storage", "DagsterSqliteStorage", ["base_dir", "inst_data"]),
    ("dagster._core.definitions.unresolved_asset_job_definition", "UnresolvedAssetJobDefinition", ["name"]),
    ("dagster._core.scheduler.instigation", "InstigatorType", []),
    ("dagster._serdes", "ConfigurableClassData", ["module_name", "class_name", "config_yaml"]),
]
CONSTANTS = [
    ("dagster._core.definitions.repository_definition", "SINGLETON_REPOSITORY_NAME", "__repository__"),
    ("dagster._core.storage.sqlite", "SQLITE_BUSY_TIMEOUT_SECONDS", 30),
]
# without an underscore, and yet in no page of Dagster's reference
UNDOCUMENTED = {
    "create_run_for_job": {"job_def", "run_id", "run_config", "tags", "asset_selection", "remote_job_origin"},
    "report_run_failed": {"dagster_run", "message"},
    "all_instigator_state": {"instigator_type"},
    "add_run_tags": {"run_id", "new_tags"},
    "get_run_records": {"filters", "limit"},
}


def test_the_version_is_the_one_that_was_looked_into():
    pins = dict(
        line.split("==") for line in (PROJECT / "constraints.txt").read_text(encoding="utf-8").split() if "==" in line
    )
    assert {name: version(name) for name in ("dagster", "dagster-webserver")} == {
        name: pins[name] for name in ("dagster", "dagster-webserver")
    }


@pytest.mark.parametrize(("module", "name", "parameters"), PARTS, ids=[name for _, name, _ in PARTS])
def test_a_private_part_is_where_it_was_and_takes_what_it_took(module, name, parameters):
    part = getattr(import_module(module), name)
    known = list(inspect.signature(part).parameters)
    assert [p for p in known if p in parameters] == parameters


@pytest.mark.parametrize(("module", "name", "value"), CONSTANTS, ids=[name for _, name, _ in CONSTANTS])
def test_a_private_constant_is_what_it_was(module, name, value):
    assert getattr(import_module(module), name) == value


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_a_method_that_no_page_documents_takes_what_it_took(name):
    assert UNDOCUMENTED[name] <= set(inspect.signature(getattr(DagsterInstance, name)).parameters)


def test_the_public_ways_still_do_not_do_what_the_private_ones_are_for():
    assert "remote_job_origin" not in inspect.signature(JobDefinition.execute_in_process).parameters
    assert list(inspect.signature(DagsterInstance.from_config).parameters) == ["config_dir", "config_filename"]
    assert type(define_asset_job("any")) is private.AssetJob


def test_a_run_is_recorded_first_and_carried_out_then(settings):
    @op
    def say(context):
        context.log.info("dit")

    @job(executor_def=in_process_executor)
    def saying():
        say()

    settings.home.mkdir()
    with private.instance_in(dagster_home(settings), compute_logs=False) as instance:
        assert type(instance.compute_log_manager).__name__ == "NoOpComputeLogManager"
        assert type(instance.event_log_storage) is private.KeptSqliteEventLogStorage
        origin = private.job_origin(PROJECT / "workspace.yaml", "saying")
        place = origin.repository_origin
        assert (origin.job_name, place.repository_name) == ("saying", "__repository__")
        assert place.code_location_origin.location_name == "observatory"
        run = instance.create_run_for_job(saying, remote_job_origin=origin)
        assert isinstance(run, DagsterRun)
        events = private.execute(saying, run, instance)
        assert "STEP_SUCCESS" in {e.event_type_value for e in events}
        assert instance.get_run_by_id(run.run_id).remote_job_origin == origin
        assert private.schedules_on(instance) == private.sensors_on(instance) == set()
    with private.instance_in(dagster_home(settings), compute_logs=True) as instance:
        assert type(instance.compute_log_manager).__name__ == "LocalComputeLogManager"


def test_the_event_log_of_dagster_has_the_members_that_ours_uses(tmp_path):
    storage = private.SqliteEventLogStorage(str(tmp_path))
    for name in ("_db_lock", "_initialized_dbs", "_initdb", "_connect", "_base_dir"):
        assert hasattr(storage, name), name
    assert storage._base_dir == str(tmp_path) and isinstance(storage._initialized_dbs, set)
    assert list(inspect.signature(storage._connect).parameters) == ["shard"]
    assert list(inspect.signature(storage._initdb).parameters)[:1] == ["engine"]
    # ours overrides what Dagster itself calls
    assert "self._connect(" in inspect.getsource(private.SqliteEventLogStorage)
    assert hasattr(private.DagsterSqliteStorage(str(tmp_path)), "_event_log_storage")
    kept = private.ObservatoryStorage(str(tmp_path / "ours"))
    assert kept.event_log_storage is kept._event_log_storage


def test_what_is_private_is_told_with_its_reason_and_stands_in_one_module():
    told = private.__doc__
    for _, name, _ in [*PARTS, *CONSTANTS]:
        assert f"`{name}`" in told or name == "RemoteJobOrigin", name
    elsewhere = {}
    for path in sorted(PROJECT.glob("orchestration/**/*.py")):
        if path != ROOM / "private.py":
            found = _private(ast.parse(path.read_text(encoding="utf-8")))
            if found:
                elsewhere[path.relative_to(PROJECT).as_posix()] = found
    assert elsewhere == {}


def _private(tree: ast.Module) -> list[str]:
    """Return imports of Dagster's inside, names of it in texts, and underscored members of what is not `self` or `cls`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and re.match(r"dagster\w*\._|dagster\._", node.module or ""):
            found.append(node.module)
        elif isinstance(node, ast.Import):
            found += [a.name for a in node.names if re.match(r"dagster\w*\._", a.name)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("dagster._"):
            found.append(node.value)
        elif isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr) and _is_dagsters(node.value):
            found.append(ast.unparse(node))
    return found


def _is_dagsters(owner: ast.expr) -> bool:
    # of our own classes there may be underscored members, which no name of Dagster's stands before
    return bool(re.search(r"\b(context|instance|job|definitions|dg|dagster)\b", ast.unparse(owner)))


def test_only_this_room_imports_dagster():
    outside = [
        path.relative_to(PROJECT).as_posix()
        for path in sorted(PROJECT.glob("orchestration/**/*.py"))
        if ROOM not in path.parents and re.search(r"^\s*(from|import) dagster\b", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert outside == []
