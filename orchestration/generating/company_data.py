"""The page that tells which data companies hold of each target, written from the seed behind `mart_company_data_map`.

Add here what the page says of those data. A datum and the targets that it speaks of belong to the seed
(`dbt_project/seeds/company_data/company_data.csv`); what the observatory holds today, to the mart: a page knows no refresh.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from orchestration.generating.files import head

SEED = Path("dbt_project/seeds/company_data/company_data.csv")
FRAMEWORK = Path("sources/un_sdg/data/2023")
PAGE = Path("docs/company-data-map.md")

_KINDS = {
    "filing_metric": "figure of a filing",
    "filing_text": "text of a filing",
    "vsme": "VSME",
    "bdese": "BDESE",
    "register": "register",
    "label": "label",
    "team": "the team",
}
_PUBLIC = {"yes": "public", "partly": "partly public", "no": "not public"}
_STATES = {"read": "read from what companies publish", "held": "list held", "not_held": "not held"}


def company_data_files(project: Path) -> dict[Path, str]:
    """Return the one page, by its path. `project`: the folder that holds dbt_project, sources and docs."""
    data, goals, targets = _rows(project / SEED), _rows(project / FRAMEWORK / "goals.csv"), _targets(project)
    by_target: dict[str, list[dict[str, str]]] = defaultdict(list)
    for datum in data:
        for target in datum["targets"].split(";"):
            by_target[target].append(datum)
    parts = [_opening(data, targets, by_target)]
    parts += [_goal(goal, targets[goal["sdg_id"]], by_target) for goal in goals]
    return {project / PAGE: "\n".join(parts)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _targets(project: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for target in _rows(project / FRAMEWORK / "targets.csv"):
        found[target["sdg_id"]].append(target)
    return found


def _opening(
    data: list[dict[str, str]],
    targets: dict[str, list[dict[str, str]]],
    by_target: dict[str, list[dict[str, str]]],
) -> str:
    count = sum(len(of_goal) for of_goal in targets.values())
    return f"""<!-- {head(SEED.as_posix())} -->

# The map of company data: what companies hold of each goal

{len(data)} data that companies make, by the targets that they speak of: {len(by_target)} of the {count} targets have one. The same as a table, with what the observatory holds today: [`mart_company_data_map`](marts.md#mart_company_data_map).

Kinds: figures and texts of filings (DPEF, CSRD); points of the voluntary standard for small companies (VSME, by the names of EFRAG's taxonomy); the economic, social and environmental database that employers give their works council (BDESE); registers; labels; what the team collects. A target without a datum here is one of which companies hold nothing that is known to the observatory; most of these are the business of States. Which target a datum speaks of is the observatory's own judgement (version {data[0]["version"]}).
"""


def _goal(goal: dict[str, str], targets: list[dict[str, str]], by_target: dict[str, list[dict[str, str]]]) -> str:
    lines = [
        f"## {goal['sdg_id']} · {goal['name_en']}",
        "",
        "| target | datum | kind | made by | how often | who holds it | the observatory |",
        "|---|---|---|---|---|---|---|",
    ]
    for target in targets:
        lines += [_line(target, datum) for datum in by_target.get(target["target"], [])]
    empty = [t["target"] for t in targets if t["target"] not in by_target]
    body = lines if len(lines) > 4 else lines[:1]
    if empty:
        body += ["", f"Nothing known that companies hold: {', '.join(empty)}."]
    return "\n".join([*body, ""])


def _line(target: dict[str, str], datum: dict[str, str]) -> str:
    unit = f" ({datum['unit']})" if datum["unit"] else ""
    source = f" (`{datum['source_id']}`)" if datum["source_id"] else ""
    cells = [
        f"{target['target']} {target['label_en']}",
        f"{datum['name_en']}{unit}; `{datum['official_name']}`",
        f"{_KINDS[datum['kind']]}; {datum['reference']}",
        datum["who_en"],
        datum["frequency_en"],
        f"{datum['holder']}, {_PUBLIC[datum['is_public']]}",
        f"{_STATES[datum['state']]}{source}",
    ]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
