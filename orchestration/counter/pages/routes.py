"""Every route of the counter: path, method, the least role, and the function that answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orchestration.counter.access import Role
from orchestration.counter.asked import Asked
from orchestration.counter.pages import deposit, names, refreshing, review, shelf, state, tables

ROUTES: tuple[tuple[str, str, Role, Callable[[Asked], Any]], ...] = (
    ("/", "GET", "reader", state.state),
    ("/deposit", "GET", "reader", deposit.deposit),
    ("/deposit", "POST", "team", deposit.drop_files),
    ("/deposit/{drop}", "GET", "reader", deposit.one_drop),
    ("/deposit/{drop}/take", "POST", "team", deposit.take),
    ("/deposit/{drop}/leave", "POST", "team", deposit.leave),
    ("/deposit/{drop}/rehearse", "POST", "team", deposit.rehearse_again),
    ("/deposit/{drop}/line", "POST", "team", deposit.ask_for_line),
    ("/deposit/{drop}/answer/{number:int}", "GET", "reader", deposit.answer),
    ("/refresh", "GET", "reader", refreshing.refreshing),
    ("/refresh", "POST", "team", refreshing.start),
    ("/runs/{job}", "GET", "reader", refreshing.one_run),
    ("/runs/{job}/stop", "POST", "team", refreshing.stop),
    ("/receipts/{run}", "GET", "reader", refreshing.receipt),
    ("/editions", "GET", "reader", shelf.shelf),
    ("/editions/compare", "GET", "reader", shelf.compared),
    ("/editions/back", "POST", "team", shelf.go_back),
    ("/tables", "GET", "reader", tables.tables),
    ("/tables/{source}/{table}", "GET", "team", tables.one_table),
    ("/tables/{source}/{table}/workbook", "GET", "team", tables.workbook),
    ("/tables/{source}/{table}/line", "POST", "team", tables.change_line),
    ("/review", "GET", "reader", review.review),
    ("/review/book/{name}", "GET", "team", review.book),
    ("/review/names", "GET", "team", names.names),
    ("/review/names/drop", "POST", "team", names.drop_decisions),
    ("/review/names/{key}", "GET", "team", names.one_name),
    ("/review/names/{key}", "POST", "team", names.choose),
    ("/review/ask", "POST", "team", review.ask),
    ("/review/settle", "POST", "engineer", review.settle),
    ("/journal", "GET", "team", review.journal),
)
