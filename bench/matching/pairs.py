"""Real pairs of a company's name and its SIREN, from the publishers' files of the mirror, split into two halves by SIREN.

Development and tuning look at the half `DEVELOP` only; `REPORT` is measured and not looked at. The half is the parity of the SIREN's
MD5, so a company's names are all on one side.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.matching.perturbing import perturbed
from orchestration.base.duck import connect

DEVELOP, REPORT = 0, 1
EGAPRO = "egapro_index/2021-12/index-egalite-fh.csv"
ADEME = "ademe_ghg_reports/2023/240502-duplicate-sirens.csv"
DEPARTMENTS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "geography" / "departments.csv"
COMMUNES = "insee_cog/2025/cog2025_communes.csv"


def half(siren: str) -> int:
    """Return the half, 0 or 1, to which a company belongs."""
    return int(hashlib.md5(siren.encode(), usedforsecurity=False).hexdigest(), 16) % 2


@dataclass(frozen=True)
class Task:
    """Names to be found in a reference.

    `reference`: SQL for its siren and name; `asked`: SQL for the siren (the truth, or that of a company which the reference lacks) and
    the name that is looked for. `is_placed`: both come with the département of the declaration, where there is one.
    """

    name: str
    about: str
    reference: str
    asked: str
    is_placed: bool = False


NEWEST = (
    "SELECT siren, name FROM newest UNION SELECT siren, max(name) FROM member "
    "WHERE siren NOT IN (SELECT siren FROM egapro) GROUP BY siren"
)
# names in the reference, and the same as other registers might write them: to tune on, and no measure of what registers hold
PERTURBED = Task(
    "perturbed",
    "a company's newest name written in another way, against the newest names",
    NEWEST,
    "SELECT siren, name FROM perturbed",
)
OTHERS = "SELECT DISTINCT siren, name FROM egapro WHERE (siren, name) NOT IN (SELECT (siren, name) FROM newest)"
TASKS = (
    Task(
        "ademe",
        "names of greenhouse-gas reports among Egapro's companies and the members of its groups",
        "SELECT siren, name FROM egapro UNION SELECT siren, name FROM member",
        "SELECT siren, name FROM ademe",
    ),
    Task(
        "egapro",
        "other names under which a company declared, against its newest name alone",
        NEWEST,
        OTHERS,
    ),
    Task(
        "placed",
        "the same, each name with the département of its declaration",
        NEWEST,
        OTHERS,
        is_placed=True,
    ),
    Task(
        "whole",
        "every name of Egapro and of the members of its groups among all of them: which are told apart where the reference holds each bearer",
        "SELECT siren, name FROM egapro UNION SELECT siren, name FROM member",
        "SELECT siren, name FROM egapro UNION SELECT siren, name FROM member",
    ),
    Task(
        "members",
        "other spellings of members of groups, against one spelling alone",
        "SELECT siren, name FROM egapro UNION FROM one_member WHERE siren NOT IN (SELECT siren FROM egapro)",
        "SELECT DISTINCT siren, name FROM member WHERE (siren, name) NOT IN (SELECT (siren, name) FROM one_member) "
        "AND siren NOT IN (SELECT siren FROM egapro)",
    ),
    Task(
        "absent_members",
        "members of groups among the companies that declared, where none of them is: the hardest absences, for sisters are there",
        "SELECT siren, name FROM egapro",
        "SELECT siren, max(name) AS name FROM member WHERE siren NOT IN (SELECT siren FROM egapro) GROUP BY siren",
    ),
)


def load(mirror: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection with the tables egapro, newest, member, one_member, ademe (siren, name), place (name), declared_in (siren, name, place)."""
    connection = connect()
    read = "read_csv('{}', delim='{}', header=true, all_varchar=true, strict_mode=false)"
    connection.execute(f"""
        CREATE TABLE declared AS SELECT "Raison Sociale" AS name, SIREN AS siren, "Année" AS year, "Entreprises UES (SIREN)" AS members,
            "Département" AS department FROM {read.format(mirror / EGAPRO, ";")};
        CREATE TABLE egapro AS SELECT DISTINCT siren, name FROM declared WHERE name IS NOT NULL;
        CREATE TABLE newest AS SELECT siren, arg_max(name, (year, name)) AS name FROM declared WHERE name IS NOT NULL GROUP BY siren;
        CREATE TABLE member AS
        SELECT DISTINCT regexp_extract(cell, '([0-9]{{9}})[)]$', 1) AS siren, trim(regexp_replace(cell, '[(][0-9]{{9}}[)]$', '')) AS name
        FROM (SELECT unnest(regexp_extract_all(members, '[^,]*?[(][0-9]{{9}}[)]')) AS cell FROM declared);
        CREATE TABLE one_member AS SELECT siren, max(name) AS name FROM member GROUP BY siren;
        CREATE TABLE ademe AS SELECT DISTINCT "SIREN principal" AS siren, "Raison sociale" AS name
        FROM {read.format(mirror / ADEME, ",")} WHERE "Raison sociale" IS NOT NULL;
        CREATE TABLE declared_in AS SELECT siren, declared.name, mode(department_code) AS place
        FROM declared JOIN read_csv('{DEPARTMENTS}', all_varchar=true) AS seed
            ON lower(strip_accents(seed.name)) = lower(strip_accents(declared.department)) GROUP BY siren, declared.name;
        CREATE TABLE place AS SELECT DISTINCT LIBELLE AS name FROM {read.format(mirror / COMMUNES, ",")};
    """)
    rows = connection.execute("SELECT siren, name FROM newest ORDER BY ALL").fetchall()
    changed = [(siren, other) for siren, name in rows if (other := perturbed(siren, name))]
    connection.execute(
        "CREATE TABLE perturbed AS SELECT unnest(?) AS siren, unnest(?) AS name",
        [list(c) for c in zip(*changed, strict=True)],
    )
    return connection
