"""A refresh that takes seconds: all its steps, on one small delivery, with a calculation that mostly copies an edition's tables.

For what must be tried hundreds of times (kills, full disks, refreshes side by side), where the figures do not matter and the steps do:
landing, judging behind the wall, the lake, the second process with dbt, the expectation suite of the delivery, the edition's building and
publishing, receipts, the register. `house` writes the dbt project and the suites; `deliver` a file that is another one each time; `walk`
takes the steps in this process without Dagster. `warm` lets the second process be forked from this one, with dbt and Great Expectations
imported once for all: half the seconds of a refresh. In the product it is a fresh Python, since whoever starts it may hold threads.
"""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

from orchestration.base.duck import connect
from orchestration.base.files import quoted
from orchestration.base.settings import PROJECT, Settings
from orchestration.records.outcome import RefreshOutcome
from orchestration.refresh.walking import Walk

SOURCE = "insee_neet"
_FILE, _PLACE = "neet_dpt_2018.csv", "85;Vendée;2018"
# what publishing and the receipt ask of the tables
_COPIED = ("dim_territory", "dim_sdg", "dim_indicator", "dim_source", "mart_source_health")
_ASKED = (
    ("secrecy", "int_secret_cells"),
    ("secrecy", "int_nested_territories"),
    ("secrecy", "int_withheld_cells"),
    ("matching", "int_match_review"),
)
_PROJECT = """
name: observatory
version: "1.0.0"
config-version: 2
profile: observatory
model-paths: [models]
macro-paths: [macros]
flags: {send_anonymous_usage_stats: false, use_colors: false, partial_parse: true}
models:
  observatory:
    marts: {+materialized: table, +schema: marts}
    reference: {+materialized: table, +schema: reference}
    secrecy: {+materialized: table, +schema: secrecy}
    matching: {+materialized: table, +schema: matching}
"""


def house(home: Path, folder: Path) -> dict[str, str]:
    """Write into `folder` a dbt project on the tables of a home's edition, and the suites; return the settings that name both."""
    project, suites, copies = folder / "dbt_project", folder / "expectations", folder / "copies"
    for name in ("marts", "reference", "secrecy", "matching"):
        (project / "models" / name).mkdir(parents=True, exist_ok=True)
    (project / "macros").mkdir(exist_ok=True)
    (project / "dbt_project.yml").write_text(_PROJECT, encoding="utf-8")
    shutil.copy(PROJECT / "dbt_project" / "profiles.yml", project)
    shutil.copy(PROJECT / "dbt_project" / "macros" / "project" / "generate_schema_name.sql", project / "macros")
    # the home that is copied may be removed
    tables = shutil.copytree((home / "editions" / "current").resolve() / "parquet", copies, dirs_exist_ok=True)
    # what is withheld is another benchmark's; publishing wants to ask
    with connect(home / "work" / "warehouse.duckdb", read_only=True) as connection:
        for schema, name in _ASKED:
            connection.execute(f"COPY (FROM {schema}.{name} LIMIT 0) TO {quoted(copies / f'{name}.parquet')}")
            _model(project, schema, name, f"select * from read_parquet('{copies / name}.parquet')")
    for name in _COPIED:
        _model(project, "marts", name, f"select * from read_parquet('{tables / name}.parquet')")
    # one figure follows the delivery, so that each one makes another edition
    _model(
        project,
        "marts",
        "fct_indicator_value",
        "select * replace (case when indicator_id = 'sdg08_neet_rate' and territory_level = 'department' then "
        f"(select sum(neet_rate) from lake.{SOURCE}__rates where territory_code = '85') else value end as value) "
        f"from read_parquet('{tables}/fct_indicator_value.parquet')",
    )
    seed = PROJECT / "dbt_project" / "seeds" / "catalogue" / "indicators.csv"
    _model(project, "reference", "indicators", f"select * from read_csv('{seed}')")
    (suites / "sources").mkdir(parents=True, exist_ok=True)
    (suites / "marts").mkdir(exist_ok=True)
    for suite in (PROJECT / "expectations" / "sources").glob(f"{SOURCE}.*.json"):
        shutil.copy(suite, suites / "sources")
    return settings(folder)


def settings(folder: Path) -> dict[str, str]:
    """Return the settings by which a refresh computes with the project and the suites of the house in `folder`."""
    return {
        "OBSERVATORY_DBT_PROJECT_PATH": str(folder / "dbt_project"),
        "OBSERVATORY_EXPECTATIONS_PATH": str(folder / "expectations"),
        "OBSERVATORY_READERS": "",
    }


def _model(project: Path, folder: str, name: str, sql: str) -> None:
    (project / "models" / folder / f"{name}.sql").write_text(sql + "\n", encoding="utf-8")


def deliver(folder: Path, rate: float) -> Path:
    """Write a delivery of one source as a mirror holds it, with this rate for one département; return the folder."""
    target = folder / SOURCE
    if not target.exists():
        shutil.copytree(PROJECT / "sources" / SOURCE / "sample", target)
    [file] = target.rglob(_FILE)
    lines = [x for x in file.read_text(encoding="utf-8-sig").splitlines() if not x.startswith(_PLACE)]
    file.write_text("\n".join([*lines, f"{_PLACE};{f'{rate:.2f}'.replace('.', ',')}", ""]), encoding="utf-8")
    return folder


def parsed(folder: Path) -> None:
    """Let dbt read the project of a house, as `make setup` does: the prompt's refreshes want the graph."""
    from dbt.cli.main import dbtRunner

    project = folder / "dbt_project"
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", project / "target"]
    if not dbtRunner().invoke(["parse", "--quiet", *map(str, places), "--log-path", str(folder)]).success:
        raise RuntimeError("the small dbt project could not be read")


def warm(*, prompt: bool = False) -> None:
    """Import here what refreshes import (`prompt`: those of the prompt), and let second processes be forked from now on."""
    import dbt.adapters.duckdb.connections
    import dbt.cli.main  # noqa: F401

    # what the second process imports at need: half of what it costs, paid once here
    import great_expectations.execution_engine.pandas_execution_engine
    import great_expectations.validator.validator  # noqa: F401

    import orchestration.receipts.as_markdown
    import orchestration.refresh.build
    import orchestration.withholding.figures
    from orchestration.building import worker
    from orchestration.quality.expectations import warm_up

    warm_up()

    if prompt:
        import orchestration.dagster.definitions  # noqa: F401

    worker.get_context = lambda _: multiprocessing.get_context("fork")  # type: ignore[assignment]


def walk(home: Path, delivery: Path) -> RefreshOutcome:
    """Refresh a home from the delivery, by the settings of the environment, and return what came of it."""
    with Walk.open(Settings.load(home=home), channel=str(delivery), only=[SOURCE]) as refresh:
        return refresh.walk()
