"""The documentation against the project: links lead somewhere, commands and tables exist, nothing is left out.

Reads the Markdown files as they are. What a page says in words is for people to keep true; whatever a
machine can compare is compared here.
"""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from pathlib import Path

import duckdb
import pytest
import yaml
from typer.main import get_command

from orchestration.base.settings import PROJECT
from orchestration.base.yaml_data import own
from orchestration.cli.app import app

PAGES = sorted([PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")])
OF_THE_PROJECT = sorted({*PAGES, *(p for p in PROJECT.glob("*/README.md") if ".venv" not in p.parts)})
README = (PROJECT / "README.md").read_text(encoding="utf-8")
DOCS = "\n".join(p.read_text(encoding="utf-8") for p in PAGES)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PUBLISHED = ("dim_", "fct_", "mart_")


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def blocks(text: str, *languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(text) if language in languages]


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchors(page: Path) -> set[str]:
    """Return the anchors that a forge makes of the page's headings."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(plain.strip().replace(" ", "-"))
    return found


def commands() -> dict[str, set[str]]:
    """Return the options of each command of the command line, as the program itself knows them."""
    return {
        name: {"--help", *(o for p in command.params for o in (p.opts if p.param_type_name == "option" else ()))}
        for name, command in get_command(app).commands.items()
    }


def calls(page: Path) -> list[list[str]]:
    """Return the words of every `observatory …` line in the page's shell blocks."""
    found = []
    for body in blocks(page.read_text(encoding="utf-8"), "sh", ""):
        for line in body.replace("\\\n", " ").splitlines():
            match = re.search(r"(?:^|[\s/])observatory\s+(?=[a-z-])(.*)", line)
            if match:
                found.append(shlex.split(match[1].split(" | ")[0].split(" > ")[0], comments=True))
    return found


def test_the_pages_are_there():
    wanted = {
        "README.md",
        "docs/architecture.md",
        "docs/operating-guide.md",
        "docs/indicators.md",
        "docs/marts.md",
        "docs/dependencies.md",
        "docs/adding-a-source.md",
        "docs/adding-an-indicator.md",
        "docs/automation.md",
    }
    assert wanted <= {name(p) for p in PAGES}


@pytest.mark.parametrize("page", OF_THE_PROJECT, ids=name)
def test_links_lead_somewhere(page: Path):
    lost = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        if (
            not path.exists()
            or (PROJECT not in path.parents and path != PROJECT)
            or (anchor and anchor not in anchors(path))
        ):
            lost.append(target)
    assert not lost


def test_the_picture_is_there_and_light():
    picture = PROJECT / "docs" / "images" / "asset-graph.png"
    assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size < 400_000


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_their_options_exist(page: Path):
    known = commands()
    assert {"refresh", "status", "sources", "check", "editions", "rollback", "serve"} <= set(known)
    for words in calls(page):
        if words[0] == "--help":
            continue
        assert words[0] in known, " ".join(words)
        options = {w.split("=")[0] for w in words[1:] if w.startswith("--")}
        assert options <= known[words[0]], " ".join(words)


def test_the_readme_names_every_command_and_exit_code():
    for command in commands():
        assert f"observatory {command}" in README, command
    for code in (0, 2, 3, 4, 5):
        assert re.search(rf"^\| {code} \|", README, re.MULTILINE), code


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_exist(page: Path):
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", text))
    for body in blocks(text, "sh"):
        named |= set(re.findall(r"^make ([a-z-]+)", body, re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_named_in_code_exist(page: Path):
    """`orchestration/refresh/`, `tests/faults/`, `sources/README.md`: whatever looks like a place in the project."""
    lost = []
    for text in re.findall(r"`([^`\n]+)`", FENCE.sub("", page.read_text(encoding="utf-8"))):
        place = re.fullmatch(r"(orchestration|sources|dbt_project|expectations|tests|bench|docs)/[\w./-]*", text)
        if place and not (PROJECT / text).exists():
            lost.append(text)
    assert not lost


def test_every_source_is_in_the_docs():
    sources = {p.parent.name for p in (PROJECT / "sources").glob("*/source.yml")}
    assert sources
    assert not {s for s in sources if f"`{s}`" not in DOCS}


def test_every_mart_has_its_chapter_and_an_example():
    page = (PROJECT / "docs" / "marts.md").read_text(encoding="utf-8")
    chapters = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    marts = {p.stem for p in (PROJECT / "dbt_project/models/marts").rglob("*.sql")}
    assert marts == {c for c in chapters if c.startswith(PUBLISHED)}
    for mart in marts:
        assert any(mart in body for body in blocks(chapters[mart], "sql")), mart


def test_every_indicator_has_its_note():
    import csv

    listed = (PROJECT / "docs" / "indicators" / "README.md").read_text(encoding="utf-8")
    with (PROJECT / "dbt_project/seeds/catalogue/indicators.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            name = row["indicator_id"]
            page = (PROJECT / "docs" / "indicators" / f"{name}.md").read_text(encoding="utf-8")
            assert ("## How it is made" in page) == (row["is_available"] == "true"), name
            assert f"]({name}.md)" in listed, name


def test_how_a_name_is_matched_is_said_where_its_siren_stands():
    """Every method and every reason of the contract stands in the page that explains them, and no page says that nothing is matched."""
    contract = yaml.safe_load(
        (PROJECT / "dbt_project/models/marts/companies/companies.yml").read_text(encoding="utf-8")
    )
    rules = {
        m["name"]: m["data_tests"][0]["table_rules"]["arguments"]["accepted"]
        for m in contract["models"]
        if "accepted" in m["data_tests"][0]["table_rules"]["arguments"]
    }
    page = (PROJECT / "docs/matching.md").read_text(encoding="utf-8")
    said = [*rules["fct_company_label"]["match_method"], *rules["fct_company_match"]["match_method"]]
    said += [*rules["fct_company_match"]["no_match_reason"], *rules["mart_match_conflict"]["conflict"]]
    for code in said:
        assert f"`{code}`" in page, code
    assert "nothing is matched by name" not in DOCS


def test_a_mart_that_guesses_says_so():
    """Goals of practice sheets were called the sheets' own words."""
    contract = yaml.safe_load(
        (PROJECT / "dbt_project/models/marts/companies/companies.yml").read_text(encoding="utf-8")
    )
    actions = next(m for m in contract["models"] if m["name"] == "fct_csr_action")
    methods = actions["data_tests"][0]["table_rules"]["arguments"]["accepted"]["method"]
    chapter = (
        (PROJECT / "docs/marts.md").read_text(encoding="utf-8").partition("## fct_csr_action")[2].partition("\n## ")[0]
    )
    for method in methods:
        assert f"`{method}`" in chapter
    assert "sheet's own words" not in chapter


def test_queries_run_on_the_contract_of_the_marts():
    """Every SQL block of the README and of marts.md, on empty tables with the columns of the dbt contract."""
    models = []
    for path in sorted((PROJECT / "dbt_project/models/marts").rglob("*.yml")):
        models += own(path).get("models") or []
    with duckdb.connect() as connection:
        for model in models:
            columns = ", ".join(f'"{c["name"]}" {c["data_type"]}' for c in model["columns"])
            connection.execute(f'CREATE TABLE "{model["name"]}" ({columns})')
        queries = [
            q
            for p in (PROJECT / "README.md", PROJECT / "docs/marts.md")
            for q in blocks(p.read_text(encoding="utf-8"), "sql")
        ]
        assert len(queries) > 9
        for query in queries:
            connection.execute(query)


def test_every_dependency_is_explained():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    for requirement in wanted:
        package = re.match(r"[\w.-]+", requirement)[0]  # type: ignore[index]
        assert re.search(rf"\b{re.escape(package)}\b", page, re.IGNORECASE), package


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_name_no_machine_and_no_workshop(page: Path):
    text = page.read_text(encoding="utf-8")
    # the paths of examples are those of a server that anybody may have
    assert not re.search(r"(?<![\w.])/(?:work|home|root|Users)/", text), "a path of one machine"
    assert not re.search(r"\b(?:pypi|pythonhosted|files\.python|npmjs|conda)\b", text, re.IGNORECASE), "a package index"
    assert not re.search(r"(?<![\w&])#\d+\b|\bissues?/\d+", without_code(text)), "a number of an issue"
    assert not re.search(r"\b(?:TODO|FIXME|XXX)\b", text)


def test_what_the_architecture_says_is_never_done():
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `orchestration/dagster/`"))
    # the prompt starts a run of the Dagster layer, from inside a command
    layer = {n.removeprefix("orchestration/") for n in re.findall(r"`([^`]+)`", row)}
    sources = {p.parent.name for p in (PROJECT / "sources").glob("*/source.yml")}
    for path in (PROJECT / "orchestration").rglob("*.py"):
        inner = path.relative_to(PROJECT / "orchestration").as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        assert not texts & sources, f"{inner} names a source"
        if inner not in layer and inner.split("/")[0] + "/" not in layer:
            imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
            imported |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
            assert not {m for m in imported if m.split(".")[0] == "dagster"}, f"{inner} imports Dagster"


def test_french_pages_keep_their_accents():
    guide = (PROJECT / "docs" / "operating-guide.md").read_text(encoding="utf-8").lower()
    for bare in ("equipe", "donnees", "millesime", "a jour", "edition en service", "publiee", "refuse,", "controle "):
        assert not re.search(rf"(?<![\wéè]){re.escape(bare)}", without_code(guide)), bare


def test_the_page_on_automation_names_every_job_sensor_and_setting():
    page = (PROJECT / "docs" / "automation.md").read_text(encoding="utf-8")
    jobs, errands, sensors = (
        (PROJECT / "orchestration" / "dagster" / f"{n}.py").read_text(encoding="utf-8")
        for n in ("jobs", "errands", "sensors")
    )
    named = re.findall(r'^[A-Z_]+ = "(\w+)"$', jobs + errands, re.MULTILINE) + re.findall(
        r'^    "(refresh_\w+)": ', jobs, re.MULTILINE
    )
    named += [n for n in re.findall(r'^[A-Z_]+ = "(\w+)"$', sensors, re.MULTILINE) if n != "live"]
    settings = (PROJECT / "orchestration" / "base" / "settings.py").read_text(encoding="utf-8")
    named += [
        f"OBSERVATORY_{n.upper()}" for n in re.findall(r"^    (notify\w*|heartbeat\w*): ", settings, re.MULTILINE)
    ]
    assert len(named) == 15
    assert not [n for n in named if f"`{n}`" not in page]


def test_the_tables_name_the_version_of_their_contract_that_the_changelog_tells_of():
    told = re.search(r"Contract of the tables: (\d+\.\d+)", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"))
    page = re.search(r"Version of the contract: (\d+\.\d+)", (PROJECT / "docs/marts.md").read_text(encoding="utf-8"))
    assert told is not None
    assert page is not None
    assert page[1] == told[1]
