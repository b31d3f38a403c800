"""What the rooms log reaches whoever listens to the product: one logger, `observatory`, at the prompt and in Dagster."""

from __future__ import annotations

import ast
import logging

import pytest

from orchestration.base.settings import PROJECT
from orchestration.cli.answering import log_to_standard_error

# libraries of others, told to be quiet
QUIETENED = {"httpx", "apprise", "urllib3.connectionpool"}


def loggers() -> dict[str, set[str]]:
    """Return the names under which each module logs, as they are written."""
    found: dict[str, set[str]] = {}
    for path in sorted(PROJECT.glob("orchestration/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logging.getLogger", "getLogger"):
                name = ast.unparse(node.args[0]) if node.args else "the root"
                found.setdefault(path.relative_to(PROJECT).as_posix(), set()).add(name.strip("'\""))
    return found


def test_every_module_logs_as_the_product():
    odd = {
        path: names - {"observatory"} - QUIETENED
        for path, names in loggers().items()
        if names - {"observatory"} - QUIETENED
    }
    # apprise's and its client's are silenced by name in a loop
    assert odd == {"orchestration/notifications/sending.py": {"name"}}


@pytest.fixture
def quiet_again():
    logger = logging.getLogger("observatory")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


def test_a_warning_of_publishing_is_read_at_the_prompt(capsys, quiet_again):
    from orchestration.editions import publishing

    log_to_standard_error()
    publishing.log.warning("this edition could not be flushed")
    assert capsys.readouterr().err == "WARNING this edition could not be flushed\n"
