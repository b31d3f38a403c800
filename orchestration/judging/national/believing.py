"""May the tables made from national files be believed? Keys, rules, and likeness with the vintage before, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from orchestration.base.duck import connect
from orchestration.base.files import quoted
from orchestration.base.messages import Message, Refusal
from orchestration.catalog.models import Source, Table
from orchestration.catalog.vintages import sort_key
from orchestration.judging.national.cells import ODD_CELLS
from orchestration.lake.register import Register, SourceState, Vintage
from orchestration.lake.store import Lake
from orchestration.records.judgement import Judgement
from orchestration.triage.codes import MAINLAND, NATIONAL
from orchestration.triage.faults import AGAIN, Fault, Sink

# a register of the same scope only grows; its rows may fall by this share between two deliveries
FEWER_ROWS = 0.02
MISSING_DEPARTMENTS = 4
# what a boolean flag (social economy, employer) may grow or shrink between two deliveries
FLAG_CHANGE = 1.5


def held_before(state: SourceState, table: str, vintage: str) -> tuple[str, Vintage] | None:
    """Return the same vintage where it was taken before, else the newest earlier one."""
    vintages = state.tables.get(table, {})
    names = sorted(
        (v for v in vintages if sort_key(v) <= sort_key(vintage) and not vintages[v].synthetic), key=sort_key
    )
    return (names[-1], vintages[names[-1]]) if names else None


def fewer_rows(
    register: Register,
    state: SourceState,
    table: str,
    vintage: str,
    kept: Vintage,
    new: Mapping[str, Judgement],
    fault: Sink,
) -> None:
    """Compare the rows of the national files with those delivered before: a register does not shrink.

    `new`: the judgements on the files that `kept` is made of, by name.
    """
    known = held_before(state, table, vintage)
    if known is None or kept.synthetic:
        return
    for file, part in new.items():
        old = next((p for p in register.parts(known[1]).values() if p.slot == part.slot), None)
        if old is not None and part.rows_read < (1 - FEWER_ROWS) * old.rows_read:
            fault(
                Fault(
                    "vanished",
                    f"{file} : {part.rows_read} lignes, contre {old.rows_read} dans le millésime {known[0]} ; un répertoire ne fait que grandir : fichier coupé ?",
                    f"{file}: {part.rows_read} rows, against {old.rows_read} in vintage {known[0]}; a register only grows: a truncated file?",
                    AGAIN,
                )
            )


def believe(
    lake: Lake, source: Source, state: SourceState, table: str, vintage: str, kept: Vintage, fault: Sink
) -> None:
    """Check the keys and the rules of what was written, and its likeness with the vintage before, in SQL.

    What a waiver may let through goes to `fault`. Raises Refusal.
    """
    contract, name = source.tables[table], f"{table} {vintage}"
    path = quoted(lake.path(kept))
    with connect() as connection:
        _rules(connection, contract, name, path, fault)
        _keys(connection, contract, name, path)
        _communes(connection, contract, name, path, fault)
        known = held_before(state, table, vintage)
        if known is not None and not kept.synthetic:
            _unlike_before(connection, contract, name, path, (known[0], quoted(lake.path(known[1]))), fault)


def _rules(connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str, fault: Sink) -> None:
    for rule in contract.rules:
        failing, applies = connection.execute(
            f"SELECT count(*) FILTER (WHERE NOT held), count(held) FROM (SELECT ({rule.sql}) AS held FROM read_parquet({path}))"
        ).fetchone()
        if failing > rule.tolerated_share * applies and rule.on_failure != "warn":
            fault(
                Refusal(
                    Message(
                        fr=f"{name} : {rule.message.fr} ; {failing} ligne(s) en faute sur {applies}.",
                        en=f"{name}: {rule.message.en}; {failing} of {applies} row(s) at fault.",
                    ),
                    Message(
                        fr="Comparer avec la page de l'éditeur et redemander le fichier si l'erreur y est.",
                        en="Compare with the publisher's page and ask for the file again if the error is there.",
                    ),
                    kind=f"rule:{rule.name}",
                )
            )


def _keys(connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str) -> None:
    if contract.key:
        names = ", ".join(f'"{k}"' for k in contract.key)
        doubled = connection.execute(
            f"SELECT count(*) FROM (SELECT {names} FROM read_parquet({path}) GROUP BY ALL HAVING count(*) > 1)"
        ).fetchone()[0]
        if doubled:
            raise Refusal(
                Message(
                    fr=f"{name} : {doubled} clé(s) en double ({', '.join(contract.key)}).",
                    en=f"{name}: {doubled} duplicate key(s) ({', '.join(contract.key)}).",
                ),
                Message(fr="Redemander le fichier à son éditeur.", en="Ask the publisher for the file again."),
                kind="duplicates",
            )


def _communes(connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str, fault: Sink) -> None:
    """Check that communes' codes are those of communes, of all départements."""
    communes = next((c.name for c in contract.columns if c.type == "commune"), None)
    if communes is None:
        return
    found = connection.execute(f'SELECT DISTINCT left("{communes}", 2) FROM read_parquet({path})').fetchall()
    there = {r[0] for r in found} & MAINLAND
    odd = connection.execute(
        f"SELECT count(*) FILTER (WHERE regexp_full_match(\"{communes}\", '([0-8].|9[0-6])(9[1-9]\\d|000)')), count(*) FROM read_parquet({path})"
    ).fetchone()
    if odd[0] > ODD_CELLS * odd[1]:
        fault(
            Fault(
                "codes",
                f"{name} : {odd[0]} codes de commune sur {odd[1]} finissent par 000 ou 9xx, qu'aucune commune ne porte : des codes postaux ?",
                f"{name}: {odd[0]} of {odd[1]} communes' codes end with 000 or 9xx, which no commune bears: postal codes?",
                column=communes,
            )
        )
    # Corsica may be missing from a stock that somebody made up; a handful more is a file that was cut or damaged
    if NATIONAL <= len(there) < len(MAINLAND) - MISSING_DEPARTMENTS:
        shown = ", ".join(sorted(MAINLAND - there)[:8])
        fault(
            Fault(
                "truncated",
                f"{name} : il manque {len(MAINLAND - there)} départements de métropole sur 96 ({shown}…) : fichier coupé, ou codes abîmés ?",
                f"{name}: {len(MAINLAND - there)} of the 96 mainland départements are missing ({shown}…): a truncated file, or damaged codes?",
                AGAIN,
                column=communes,
            )
        )


def _unlike_before(
    connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str, before: tuple[str, str], fault: Sink
) -> None:
    """Compare a written table with the one before: départements that vanished, flags that hardly fly any more."""
    vintage, old = before
    measure = next((c.name for c in contract.columns if c.type == "integer" and not c.key and c.name != "year"), None)
    counted = f'sum("{measure}")' if measure else "count(*)"
    commune = next((c.name for c in contract.columns if c.type == "commune"), None)
    if commune:
        lost = connection.execute(
            f'WITH o AS (SELECT left("{commune}", 2) AS d, {counted} AS n FROM read_parquet({old}) GROUP BY 1), '
            f'n AS (SELECT left("{commune}", 2) AS d, {counted} AS n FROM read_parquet({path}) GROUP BY 1) '
            "SELECT o.d, o.n, coalesce(n.n, 0) FROM o LEFT JOIN n USING (d) WHERE o.n >= 50 AND coalesce(n.n, 0) < 0.7 * o.n ORDER BY 1"
        ).fetchall()
        if lost:
            shown = ", ".join(f"{d} : {a} → {b}" for d, a, b in lost[:4])
            fault(
                Fault(
                    "vanished",
                    f"{name} : {len(lost)} département(s) perdent plus de 30 % de leurs unités par rapport au millésime {vintage} ({shown}) : fichier coupé, ou codes changés ?",
                    f"{name}: {len(lost)} département(s) lose more than 30% of their units against vintage {vintage} ({shown}): a truncated file, or changed codes?",
                    AGAIN,
                    column=commune,
                )
            )
    for column in contract.columns:
        if column.type != "boolean":
            continue
        share = f'{counted} FILTER (WHERE "{column.name}")'
        was, now = (
            connection.execute(f"SELECT {share} FROM read_parquet({p})").fetchone()[0] or 0 for p in (old, path)
        )
        if was >= 50 and not 1 / FLAG_CHANGE <= now / was <= FLAG_CHANGE:
            fault(
                Fault(
                    "unlike",
                    f"{name} : « {column.name} » est vrai pour {now} unités, contre {was} dans le millésime {vintage} : colonne vidée ou codée autrement ?",
                    f"{name}: '{column.name}' is true for {now} units, against {was} in vintage {vintage}: a column emptied or coded otherwise?",
                    column=column.name,
                )
            )
