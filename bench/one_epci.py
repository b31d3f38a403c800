"""What all of France costs against one EPCI: one whole refresh of a mirror each, the second with only the EPCI's rows before dbt.

    python -m bench.one_epci --mirror DIR            (both, one after the other, each in a process of its own)

Publishers' files are national: a product for one EPCI would read and judge the same ones. So both runs read them all, and the second
then lays views over the lake that leave the EPCI's communes, itself, its département, its région and the country; everything that
follows (models, secrecy, tests, suites, publication) is the same. Printed for each: processor seconds (all processes), seconds,
greatest memory of one process in MB, places, figures. Add here: another share of the country.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from orchestration.base.duck import connect, one_row
from orchestration.base.settings import PROJECT, Settings
from orchestration.refresh import build as building
from orchestration.refresh.walking import Walk

# columns that say of which commune a row is, in the order in which they are looked for
COMMUNE = ("commune_code", "codeCommuneEtablissement")


def cut(warehouse: Path, territory: str) -> None:
    """Lay over each view of the lake one that leaves the rows of the EPCI `territory` and of what it is part of."""
    with connect(warehouse) as connection:
        members = "SELECT commune_code FROM lake.dgcl_epci__composition WHERE epci_code = ?"
        connection.execute(f"CREATE TABLE run.kept AS {members} UNION SELECT ? AS commune_code", [territory, territory])
        connection.execute(
            "INSERT INTO run.kept SELECT DISTINCT unnest([department_code, region_code, 'FR', 'F']) FROM lake.insee_cog__communes "
            "WHERE commune_code IN (FROM run.kept)"
        )
        columns: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'lake'"
        ).fetchall():
            columns.setdefault(table, []).append(column)
        views = "SELECT view_name, sql FROM duckdb_views() WHERE schema_name = 'lake'"
        for table, sql in connection.execute(views).fetchall():
            found = columns[table]
            commune = next((c for c in COMMUNE if c in found), None)
            if commune:
                kept = f'"{commune}" IN (FROM run.kept)'
            elif {"territory_level", "territory_code"} <= set(found):
                kept = "territory_level NOT IN ('commune', 'epci', 'department', 'region') OR territory_code IN (FROM run.kept)"
            else:
                continue
            rows = sql.partition(" AS ")[2].strip().removesuffix(";")
            connection.execute(f'CREATE OR REPLACE VIEW lake."{table}" AS SELECT * FROM ({rows}) WHERE {kept}')


def one(mirror: Path, home: Path, *, is_cut: bool) -> dict[str, Any]:
    """Refresh `home` from `mirror` and return what it cost."""
    settings = Settings.load(home=home)
    fill = building.fill

    def filled(warehouse: Path, *given: Any, **named: Any) -> None:
        fill(warehouse, *given, **named)
        if is_cut:
            cut(warehouse, settings.territory)

    building.fill = filled
    start = time.monotonic()
    with Walk.open(settings, channel=str(mirror)) as walk:
        outcome = walk.walk()
        assert walk.built is not None
        nodes = walk.built.outcome.nodes
    seconds = time.monotonic() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    dearest = max(nodes, key=lambda n: n.seconds)
    with connect(home / "work" / "warehouse.duckdb", read_only=True) as connection:
        places = one_row(connection, "SELECT count(*) FROM marts.dim_territory")[0]
        figures = one_row(connection, "SELECT count(*) FROM marts.fct_indicator_value")[0]
    return {
        "exit_code": outcome.exit_code,
        "processor_seconds": round(sum(u.ru_utime + u.ru_stime for u in used)),
        "seconds": round(seconds),
        "nodes_seconds": round(sum(n.seconds for n in nodes)),
        "most_megabytes": round(max(u.ru_maxrss for u in used) / 1024),
        "dearest": f"{dearest.name} {dearest.seconds:.1f}",
        "places": places,
        "figures": figures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--only", choices=("france", "epci"))
    given = parser.parse_args()
    if given.only:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(one(given.mirror, Path(folder) / "home", is_cut=given.only == "epci")))
        return
    for what in ("france", "epci"):
        command = [sys.executable, "-m", "bench.one_epci", "--mirror", str(given.mirror), "--only", what]
        print(what, subprocess.run(command, check=True, capture_output=True, text=True, cwd=PROJECT).stdout.strip())


if __name__ == "__main__":
    main()
