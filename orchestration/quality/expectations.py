"""Runs a table's expectation file with Great Expectations and says in words what came of it.

Holds the only use of Great Expectations. Add here what every suite needs of the run. The files
themselves are read by `suites`, put in words by `wording`; what happens on a failure is decided by
`refresh`.

Great Expectations costs 2–5 s to import, pandas within it 0.5 s, and about 7 ms an expectation, whatever the table's
size. Hence: imported on first use (or by `warm_up` in a thread), one ephemeral context for the process,
its validator given the frame without data source, checkpoint, store or docs site, and Python's garbage
collector paused meanwhile (it took a third of the import and 40 % of the validation, walking objects
that stay).
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.base.messages import Message, say
from orchestration.quality import wording
from orchestration.quality.suites import (
    ExpectationSpec,
    Suite,
    SuiteError,
    has_suite,
    needed_columns,
    read_suite,
    resolved,
    suite_names,
    suite_path,
)
from orchestration.records.outcome import CheckOutcome

if TYPE_CHECKING:
    import pandas
    from great_expectations.core import ExpectationValidationResult

__all__ = [
    "SuiteError",
    "has_suite",
    "needed_columns",
    "suite_names",
    "suite_path",
    "validate",
    "warm_up",
]

_EXAMPLES = 3
_lock = threading.RLock()
_context: Any = None


@contextmanager
def _collector_paused() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _configured_once() -> Iterator[None]:
    """Let each expectation make its configuration once, not anew for every key that is looked up in it.

    A configuration is made of an expectation that nobody changes any more, and only read: 127 times in one validation, a third
    of its time. The expectation is kept beside it, so that its number is no other's meanwhile.
    """
    from great_expectations.expectations.expectation import Expectation

    kind: Any = Expectation
    plain = kind.configuration
    made: dict[int, tuple[Expectation, Any]] = {}

    def configuration(self: Expectation) -> Any:
        kept = made.get(id(self))
        if kept is None:
            kept = made[id(self)] = (self, plain.fget(self))
        return kept[1]

    kind.configuration = property(configuration)
    try:
        yield
    finally:
        kind.configuration = plain


def warm_up() -> None:
    """Import Great Expectations and open its context, so that the first `validate` need not wait.

    Meant for a thread that runs while files are read. Safe to call twice and beside `validate`.
    """
    _opened()


def _opened() -> Any:
    """Return the one context of the process; it lives in memory and writes nothing."""
    global _context
    with _lock:
        if _context is None:
            # Its usage statistics would be sent over the network.
            os.environ["GX_ANALYTICS_ENABLED"] = "false"
            with _collector_paused():
                import great_expectations

                _context = great_expectations.get_context(mode="ephemeral")
                _context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        return _context


def validate(frame: pandas.DataFrame, path: Path, asset: str, *, today: date | None = None) -> list[CheckOutcome]:
    """Check a table against its expectation file.

    Returns one CheckOutcome an expectation, in the file's order; `name` as in `suite_names`, severity
    `error` for critical expectations (they block) and `warn` for warnings. A column that the table
    lacks fails its expectations and is named. `today` moves the bounds that follow the calendar.

    Raises SuiteError, naming file and key, when the file is invalid or an expectation is unknown.
    """
    suite = read_suite(path)
    today = today or date.today()
    present = {str(column) for column in frame.columns}
    lacking = {
        position: [c for c in spec.all_columns if c not in present] for position, spec in enumerate(suite.expectations)
    }
    found = _run(frame, path, suite, [p for p, columns in lacking.items() if not columns], today)
    return [
        _outcome(spec, found.get(position), lacking[position], asset, today, frame, suite.keys)
        for position, spec in enumerate(suite.expectations)
    ]


def _run(frame: pandas.DataFrame, path: Path, suite: Suite, positions: list[int], today: date) -> dict[int, Any]:
    """Return the result of each expectation by its position: they come back in another order.

    The validator is given the frame itself. Through a data source and `batch.validate`, which is the
    same validator, Great Expectations first hashes every cell twice for a fingerprint that nobody
    reads: 1.2 of 1.3 seconds for the row count of 513,000 indicator values.
    """
    if not positions:
        return {}
    with _lock:
        context = _opened()
        with _collector_paused(), _configured_once():
            from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
            from great_expectations.validator.validator import Validator

            frame = _with_comparable_dates(_narrowed(frame, suite), suite)
            expectations = [
                _gx_expectation(path, position, suite.expectations[position], frame, today) for position in positions
            ]
            engine = PandasExecutionEngine(batch_data_dict={"table": frame})
            results = Validator(execution_engine=engine, data_context=context).graph_validate(
                configurations=[expectation.configuration for expectation in expectations],
                runtime_configuration={"result_format": {"result_format": "SUMMARY", "partial_unexpected_count": 20}},
            )
    return {_position(result): result for result in results}


def _position(result: ExpectationValidationResult) -> int:
    assert result.expectation_config is not None and result.expectation_config.meta is not None  # noqa: PT018 - given below
    position: int = result.expectation_config.meta["position"]
    return position


def _narrowed(frame: pandas.DataFrame, suite: Suite) -> pandas.DataFrame:
    """Return the frame with the suite's columns only: a condition on rows copies all columns there are."""
    wanted = {column for spec in suite.expectations for column in spec.all_columns}
    for spec in suite.expectations:
        if spec.type.startswith("expect_table_column"):
            if spec.kwargs.get("exact_match") is not False:
                return frame
            wanted |= set(spec.kwargs.get("column_set") or [])
    return frame[[column for column in frame.columns if column in wanted]]


def _gx_expectation(path: Path, position: int, spec: ExpectationSpec, frame: pandas.DataFrame, today: date) -> Any:
    """Return the expectation as an object of Great Expectations.

    Built one by one: given as a list, an expectation whose type is unknown is dropped by
    ExpectationSuite with no more than a line in its log, and the suite passes without it.
    """
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    kwargs = resolved(spec.kwargs, today)
    if spec.columns and frame[spec.columns[0]].dtype.kind == "M":
        # "2000-01-01" in the file, but dates are not compared with text
        for bound in ("min_value", "max_value"):
            if isinstance(kwargs.get(bound), str):
                kwargs[bound] = datetime.fromisoformat(kwargs[bound])
    try:
        return ExpectationConfiguration(
            type=spec.type,
            kwargs=kwargs,
            meta={"position": position},
            severity=FailureSeverity(spec.severity),
        ).to_domain_obj()
    except GreatExpectationsError as error:
        raise SuiteError(
            path, f"expectations.{position}.type", f"'{spec.type}' is no expectation that is known"
        ) from error
    except ValueError as error:
        told = getattr(error, "errors", None)
        found = told() if told else [{"loc": (), "msg": str(error)}]
        first = found[0]
        key = ".".join(["expectations", str(position), "kwargs", *map(str, first["loc"])])
        raise SuiteError(path, key, first["msg"]) from error


def _with_comparable_dates(frame: pandas.DataFrame, suite: Suite) -> pandas.DataFrame:
    """Return the frame with columns of Python dates as timestamps, where a bound is a date."""
    import pandas

    changed = {}
    for spec in suite.expectations:
        for column in spec.columns:
            if column not in frame.columns or frame[column].dtype != object or column in changed:
                continue
            if pandas.api.types.infer_dtype(frame[column], skipna=True) in ("date", "datetime"):
                changed[column] = pandas.to_datetime(frame[column])
    return frame.assign(**changed) if changed else frame


def _places(frame: pandas.DataFrame, keys: list[str], result: Any) -> list[dict[str, Any]]:
    """Return the keys of the rows that deviate, in the order of the examples: whose figure it is, or which line of which file."""
    known = [k for k in keys if k in frame.columns]
    rows = result.get("partial_unexpected_index_list") or []
    return [{k: frame.loc[row, k] for k in known} for row in rows] if known else []


def _outcome(
    spec: ExpectationSpec,
    result: Any,
    lacking: list[str],
    asset: str,
    today: date,
    frame: pandas.DataFrame,
    keys: list[str],
) -> CheckOutcome:
    passed = bool(result is not None and result.success)
    demand = wording.describe(spec, today=today)
    if lacking:
        found = wording.missing_columns(lacking)
    elif not result.result:
        found = _failed_to_run()
    else:
        found = wording.finding(spec, result.result, passed=passed, places=_places(frame, keys, result.result))
    message = say("quality.demand_found", demand=demand, found=found)
    if not passed:
        message = say("quality.failed", message=message, notes=spec.meta.notes, to_do=spec.meta.to_do)
    return CheckOutcome(
        name=spec.name,
        asset=asset,
        severity="error" if spec.severity == "critical" else "warn",
        passed=passed,
        message=message,
        found=found,
    )


def _failed_to_run() -> Message:
    """Return that an expectation could not be evaluated, such as a bound on a column of text.

    The accident itself is not told: its text may quote values.
    """
    return say("quality.not_evaluated")
