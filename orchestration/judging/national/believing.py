"""May the tables made from national files be believed? Keys, rules, and likeness with the vintage before, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from orchestration.base.duck import connect, one_row
from orchestration.base.files import quoted
from orchestration.base.messages import Refusal, say
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
# rows from which on a table of France has some in every département; 1,490 mission companies have not
EVERYWHERE = 10_000
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
                    say(
                        "judging.fewer_rows",
                        file=file,
                        rows=part.rows_read,
                        rows_before=old.rows_read,
                        vintage=known[0],
                    ),
                    AGAIN,
                )
            )


def believe(
    lake: Lake, source: Source, state: SourceState, table: str, vintage: str, kept: Vintage, fault: Sink
) -> None:
    """Check the keys and the rules of what was written, and its likeness with the vintage before, in SQL.

    Each fault goes to `fault`, whichever came before: whoever asks for another file is told of all of them.
    """
    contract, name = source.tables[table], f"{table} {vintage}"
    path = quoted(lake.path(kept))
    with connect() as connection:
        _rules(connection, contract, name, path, fault)
        _keys(connection, contract, name, path, fault)
        _communes(connection, contract, name, path, fault)
        known = held_before(state, table, vintage)
        if known is not None and not kept.synthetic:
            _unlike_before(connection, contract, name, path, (known[0], quoted(lake.path(known[1]))), fault)


def _rules(connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str, fault: Sink) -> None:
    for rule in contract.rules:
        failing, applies = one_row(
            connection,
            f"SELECT count(*) FILTER (WHERE NOT held), count(held) FROM (SELECT ({rule.sql}) AS held FROM read_parquet({path}))",
        )
        if failing > rule.tolerated_share * applies and rule.on_failure != "warn":
            fault(
                Refusal(
                    say("judging.rule_broken", table=name, rule=rule.message, failing=failing, applies=applies),
                    say("judging.compare_and_ask_again"),
                    kind=f"rule:{rule.name}",
                )
            )


def _keys(connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str, fault: Sink) -> None:
    if contract.key:
        names = ", ".join(f'"{k}"' for k in contract.key)
        (doubled,) = one_row(
            connection,
            f"SELECT count(*) FROM (SELECT {names} FROM read_parquet({path}) GROUP BY ALL HAVING count(*) > 1)",
        )
        if doubled:
            fault(
                Refusal(
                    say("judging.duplicate_keys", table=name, count=doubled, key=contract.key),
                    say("judging.ask_again"),
                    kind="duplicates",
                )
            )


def _communes(connection: duckdb.DuckDBPyConnection, contract: Table, name: str, path: str, fault: Sink) -> None:
    """Check that communes' codes are those of communes, of all départements."""
    communes = next((c.name for c in contract.columns if c.type == "commune"), None)
    if communes is None:
        return
    found = connection.execute(f'SELECT DISTINCT left("{communes}", 2) FROM read_parquet({path})').fetchall()
    there = {r[0] for r in found} & MAINLAND
    odd = one_row(
        connection,
        f"SELECT count(*) FILTER (WHERE regexp_full_match(\"{communes}\", '([0-8].|9[0-6])(9[1-9]\\d|000)')), count(*) FROM read_parquet({path})",
    )
    if odd[0] > ODD_CELLS * odd[1]:
        fault(
            Fault(
                "codes",
                say("judging.postal_codes", table=name, count=odd[0], total=odd[1]),
                column=communes,
            )
        )
    # Corsica may be missing from a stock that somebody made up; a handful more is a file that was cut or damaged
    if NATIONAL <= len(there) < len(MAINLAND) - MISSING_DEPARTMENTS and odd[1] >= EVERYWHERE:
        shown = sorted(MAINLAND - there)[:8]
        fault(
            Fault(
                "truncated",
                say("judging.departments_missing", table=name, count=len(MAINLAND - there), missing=shown),
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
            shown = [f"{d} : {a} → {b}" for d, a, b in lost[:4]]
            fault(
                Fault(
                    "vanished",
                    say("judging.departments_shrink", table=name, count=len(lost), vintage=vintage, shown=shown),
                    AGAIN,
                    column=commune,
                )
            )
    for column in contract.columns:
        if column.type != "boolean":
            continue
        share = f'{counted} FILTER (WHERE "{column.name}")'
        was, now = (one_row(connection, f"SELECT {share} FROM read_parquet({p})")[0] or 0 for p in (old, path))
        if was >= 50 and not 1 / FLAG_CHANGE <= now / was <= FLAG_CHANGE:
            fault(
                Fault(
                    "unlike",
                    say("judging.flag_changed", table=name, column=column.name, now=now, was=was, vintage=vintage),
                    column=column.name,
                )
            )
