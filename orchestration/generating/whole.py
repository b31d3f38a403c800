"""All generated files of the project together. Add a kind of generated file here once its module exists."""

from __future__ import annotations

from pathlib import Path

from orchestration.generating.catalogue import catalogue_files
from orchestration.generating.company_data import company_data_files
from orchestration.generating.indicators import load_indicators, load_units
from orchestration.generating.staging import staging_files
from orchestration.generating.suites import suite_files


def wanted_files(project: Path) -> dict[Path, str]:
    """Return path -> text of every generated file. `project`: the folder that holds dbt_project, sources, docs and expectations."""
    dbt_project = project / "dbt_project"
    entries, units = load_indicators(dbt_project), load_units(dbt_project)
    return (
        catalogue_files(project, entries, units)
        | staging_files(project)
        | suite_files(project)
        | company_data_files(project)
    )


def folders(project: Path) -> list[Path]:
    """Return the folders in which a generated file that nothing writes any more is a leftover."""
    dbt_project = project / "dbt_project"
    return [
        dbt_project / "models",
        dbt_project / "macros",
        project / "docs" / "indicators",
        project / "expectations" / "sources",
    ]
