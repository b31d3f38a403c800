"""A page for data stewards: every expectation in plain words, with its last result.

Holds the making of one self-contained HTML file from the expectation files and the outcomes of a run.
Add here what a steward must read about a check; the sentences come from the files and `wording`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.messages import Message
from orchestration.quality import wording
from orchestration.quality.suites import asset_of, read_suite, suite_files
from orchestration.records import CheckOutcome

_TEMPLATE = Path(__file__).with_name("docs.html.j2")


@dataclass(frozen=True)
class _Line:
    name: str
    demand: Message
    notes: Message
    blocking: bool
    state: str
    result: Message | None


@dataclass(frozen=True)
class _Table:
    asset: str
    file: str
    kind: str
    notes: Message | None
    lines: list[_Line]

    def count(self, state: str) -> int:
        return sum(line.state == state for line in self.lines)


def build_docs(results: list[CheckOutcome], suites_path: Path, out: Path) -> Path:
    """Write the page and return where it lies.

    `suites_path` is the folder `expectations/`; `out` is a file (`….html`) or a folder that receives
    `index.html`. An expectation without outcome is shown as not run. Where one was run several times
    (a table of several vintages), the failing outcome is shown. Raises SuiteError for an invalid file.
    """
    import jinja2

    tables = _tables(results, suites_path)
    states = ("failed", "warned", "passed", "not_run")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        tables=tables,
        totals={state: sum(table.count(state) for table in tables) for state in states},
    )
    target = out if out.suffix == ".html" else out / "index.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target


def _tables(results: list[CheckOutcome], suites_path: Path) -> list[_Table]:
    outcomes: dict[tuple[str, str], CheckOutcome] = {}
    for outcome in results:
        # `insee_filosofi.income` and `insee_filosofi__income` are one table
        key = (outcome.asset.replace(".", "__", 1), outcome.name)
        known = outcomes.get(key)
        if known is None or known.passed:
            outcomes[key] = outcome
    tables = []
    for path in suite_files(suites_path):
        suite, asset = read_suite(path), asset_of(path)
        lines = []
        for spec in suite.expectations:
            outcome = outcomes.get((asset, spec.name))
            lines.append(
                _Line(
                    name=spec.name,
                    demand=wording.describe(spec),
                    notes=spec.meta.notes,
                    blocking=spec.severity == "critical",
                    state=_state(outcome),
                    result=outcome.message if outcome else None,
                )
            )
        kind = path.parent.name
        tables.append(_Table(asset, f"{kind}/{path.name}", kind, suite.notes, lines))
    return tables


def _state(outcome: CheckOutcome | None) -> str:
    if outcome is None:
        return "not_run"
    if outcome.passed:
        return "passed"
    return "failed" if outcome.severity == "error" else "warned"
