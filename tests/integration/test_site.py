"""The public pages of the sample edition: the whole budget, every link, the same bytes again, and what a fault leaves.

The home with a first edition has its pages already: a refresh writes them.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import brotli
import duckdb
import pytest

from orchestration.base.settings import PROJECT, Settings
from orchestration.readers.after import make_site, read
from orchestration.readers.site import SiteRefused, budget, build_site, load_configuration
from orchestration.readers.site.build import TEMPLATES
from orchestration.readers.site.edition import read_edition
from orchestration.readers.site.pages.home import shadows
from orchestration.readers.site.words import Voice
from orchestration.receipts.typography import spaced
from tests.conftest import Answer, observatory


class Tree(HTMLParser):
    """Takes a page apart: counts elements outside drawings, keeps what accessibility asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.count = self.depth = 0
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.tables: list[list[str]] = []
        self.drawings: list[dict[str, str | None]] = []
        self.scopes: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if not self.depth:
            self.count += 1
        if "id" in said:
            self.ids.append(said["id"] or "")
        if tag == "svg":
            self.depth += 1
            self.drawings.append(said)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append([])
        elif self.tables and tag in ("caption", "th"):
            self.tables[-1].append(tag)
        if tag == "th":
            self.scopes.append(said.get("scope"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count += not self.depth

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "svg"


@pytest.fixture(scope="module")
def site(first_refresh: tuple[Path, Answer]) -> Path:
    return first_refresh[0] / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, str]:
    return {
        p.relative_to(site).as_posix(): p.read_text(encoding="utf-8")
        for language in ("fr", "en")
        for p in (site / language).rglob("*.html")
    }


@pytest.fixture(scope="module")
def trees(pages: dict[str, str]) -> dict[str, Tree]:
    found = {}
    for path, html in pages.items():
        found[path] = Tree()
        found[path].feed(html)
    return found


def test_a_refresh_writes_the_pages_and_says_so(first_refresh: tuple[Path, Answer]) -> None:
    check = next(c for c in first_refresh[1].receipt["checks"] if c["name"] == "reader_site")
    assert check["passed"] and check["severity"] == "warn"


def test_every_kind_of_page_is_there_in_both_languages(pages: dict[str, str]) -> None:
    french, english = ({p for p in pages if p.startswith(f"{language}/")} for language in ("fr", "en"))
    assert len(french) == len(english) > 300
    for kind in ("objectif", "indicateur", "territoire", "enjeu", "chiffres", "pratiques", "fichiers"):
        assert any(p.startswith(f"fr/{kind}/") for p in french), kind
    assert sum(p.startswith("fr/objectif/") for p in french) == 17


def test_every_page_holds_the_budget(site: Path, pages: dict[str, str], trees: dict[str, Tree]) -> None:
    for path, html in pages.items():
        compressed = (site / f"{path}.gz").stat().st_size
        nodes = trees[path].count
        assert compressed <= 14_000, path
        assert nodes <= 400 and nodes == budget.nodes(html), path
        assert budget.ecoindex(nodes, budget.requests(html), compressed / 1000) > 80, path
        assert budget.requests(html) == 1, path
        assert bool(budget.scripts(html)) == (path in ("fr/evaluez.html", "en/assess.html")), path


def test_what_lies_beside_a_page_is_the_page(site: Path, pages: dict[str, str]) -> None:
    for path in sorted(pages)[::9]:
        assert brotli.decompress((site / f"{path}.br").read_bytes()).decode() == pages[path]


def test_what_a_machine_can_ask_of_accessibility(pages: dict[str, str], trees: dict[str, Tree]) -> None:
    for path, tree in trees.items():
        assert tree.headings[0] == 1 and tree.headings.count(1) == 1, path
        assert all(b - a <= 1 for a, b in zip(tree.headings, tree.headings[1:], strict=False)), path
        assert len(set(tree.ids)) == len(tree.ids), path
        assert all(t[0] == "caption" for t in tree.tables), path
        assert all(scope in ("row", "col") for scope in tree.scopes), path
        for drawing in tree.drawings:
            assert drawing.get("aria-hidden") == "true" or (
                drawing.get("role") == "img" and drawing.get("aria-labelledby") in tree.ids
            ), path
        # a chart has its table on the same page
        charts = sum(d.get("role") == "img" for d in tree.drawings)
        assert not charts or len(tree.tables) >= 1, path


def test_titles_and_descriptions_tell_pages_apart(pages: dict[str, str]) -> None:
    titles = [re.search("<title>(.*?)</title>", html)[1] for html in pages.values() if "noindex" not in html]  # type: ignore[index]
    twice = {t for t in titles if titles.count(t) > 1}
    # both languages may call a thing alike (« Indice de Gini » does not, « Sources » might)
    assert len(twice) <= 20
    assert all("page.title" not in html and "{{" not in html for html in pages.values())


def test_the_list_for_search_engines_names_every_page(site: Path, pages: dict[str, str]) -> None:
    root = ElementTree.fromstring((site / "sitemap.xml").read_text(encoding="utf-8"))
    listed = {e.text for e in root.iter() if e.tag.endswith("loc")}
    base = load_configuration(PROJECT / "site.yml").url
    assert listed == {base + path for path in pages}
    assert f"{base}sitemap.xml" in (site / "robots.txt").read_text(encoding="utf-8")


def test_the_feed_is_atom(site: Path) -> None:
    for language in ("fr", "en"):
        root = ElementTree.fromstring((site / language / "revisions.atom.xml").read_text(encoding="utf-8"))
        space = "{http://www.w3.org/2005/Atom}"
        assert root.tag == f"{space}feed"
        assert all(root.find(space + name) is not None for name in ("id", "title", "updated"))
        assert all(
            e.find(space + n) is not None for e in root.iter(f"{space}entry") for n in ("id", "title", "updated")
        )


def test_search_engines_of_data_are_told_of_each_indicator(pages: dict[str, str]) -> None:
    told = [p for p in pages if re.fullmatch(r"fr/indicateur/\w+\.html", p)]
    for path in told:
        block = re.search(r'<script type="application/ld\+json">(.*?)</script>', pages[path], re.DOTALL)
        assert block, path
        said = json.loads(block[1])
        assert said["@type"] == "Dataset" and said["name"] and said["description"], path


def test_samples_are_told_on_every_page(pages: dict[str, str]) -> None:
    assert all('class="flag"' in html for html in pages.values())


def test_every_figure_of_the_home_territory_has_its_address(
    first_refresh: tuple[Path, Answer], pages: dict[str, str]
) -> None:
    database = first_refresh[0] / "editions" / "current" / "observatory.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        figures = connection.execute(
            "SELECT indicator_id, territory_level, territory_code, period, breakdown, value FROM fct_indicator_value "
            "JOIN dim_territory USING (territory_level, territory_code) "
            "WHERE is_home AND (breakdown = 'total' OR territory_level = 'epci')"
        ).fetchall()
        sources = dict(connection.execute("SELECT source_id, licence FROM dim_source").fetchall())
    assert len(figures) > 100
    book = "".join(html for path, html in pages.items() if path.startswith("fr/chiffres/"))
    for _, level, code, period, breakdown, _ in figures:
        part = "" if breakdown == "total" else f"-{breakdown.replace('=', '.')}"
        assert f'id="{level}-{code}-{period}{part}"' in book
    edition = (first_refresh[0] / "editions" / "current").resolve().name
    for path, html in pages.items():
        if path.startswith("fr/chiffres/"):
            assert edition in html and any(spaced(licence.replace("'", "’")) in html for licence in sources.values()), (
                path
            )


def test_a_value_on_a_page_is_the_editions(first_refresh: tuple[Path, Answer], pages: dict[str, str]) -> None:
    """INSEE's Filosofi 2018 gives Nantes Métropole a Gini index of 0.281; the page says it as French readers write it."""
    assert '<td class="n" id="epci-244400404-2018">0,281</td>' in pages["fr/chiffres/sdg10_gini-2010.html"]
    assert '<td class="n" id="epci-244400404-2018">0.281</td>' in pages["en/figures/sdg10_gini-2010.html"]


def test_the_figures_of_one_indicator_have_one_number_of_decimals(pages: dict[str, str]) -> None:
    """23 390 stood beside 21 847,3; a figure of less than half a unit keeps its own digits, else it would read as nothing."""
    numbers: dict[str, set[int]] = {}
    for path, html in pages.items():
        if found := re.match(r"fr/chiffres/(\w+)", path):
            for cell in re.findall(r'<td class="n" id="[^"]+">(?:‖ )?([\d\u202f]+(?:,\d+)?)', html):
                whole, _, part = cell.partition(",")
                if whole != "0":
                    numbers.setdefault(found[1].split("-")[0], set()).add(len(part))
    assert len(numbers) > 80
    assert {i: n for i, n in numbers.items() if len(n) > 1} == {}


def test_the_file_of_an_indicator_is_what_its_pages_show(
    first_refresh: tuple[Path, Answer], site: Path, pages: dict[str, str]
) -> None:
    edition = first_refresh[0] / "editions" / "current"
    e = read_edition(edition.resolve())
    linked = {t for html in pages.values() for t in re.findall(r'href="(?:\.\./)+(csv/[^"]+)"', html)}
    assert linked == {f"csv/{i}.csv" for i in e.indicators if any(True for _ in e.all_of(i))}
    assert linked == {p.relative_to(site).as_posix() for p in (site / "csv").glob("*.csv")}
    with duckdb.connect(str(edition / "observatory.duckdb"), read_only=True) as marts:
        for path in sorted(linked)[::7]:
            name = path.removeprefix("csv/").removesuffix(".csv")
            text = (site / path).read_text(encoding="utf-8")
            assert text.startswith("\ufeffindicator_id;")
            rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
            assert len(rows) == len(list(e.all_of(name)))
            theirs = marts.execute(
                "SELECT territory_level, f.territory_code, period, breakdown, value, status, source_id, licence, edition_id "
                "FROM fct_indicator_value AS f JOIN dim_source USING (source_id) CROSS JOIN dim_edition WHERE indicator_id = ?",
                [name],
            ).fetchall()
            said = {
                (r["territory_level"], r["territory_code"], r["period"], r["breakdown"], float(r["value"]) if r["value"] else None,
                 r["status"], r["source_id"], r["licence"], r["edition"])
                for r in rows
            }  # fmt: skip
            assert said <= set(theirs)
            page = pages[f"fr/indicateur/{name}.html"]
            said_size = re.search(rf'href="../../{path}">[^<]*\(([\d,]+)[\u202f\u00a0 ]ko\)', page)
            assert said_size and float(said_size[1].replace(",", ".")) == pytest.approx(
                len(text.encode()) / 1000, abs=0.05
            )


def test_nothing_of_a_person_nor_of_the_machine_stands_on_a_page(
    pages: dict[str, str], first_refresh: tuple[Path, Answer]
) -> None:
    everything = "\n".join(pages.values())
    assert str(first_refresh[0]) not in everything and "/tmp/" not in everything
    assert not re.search(r"\bNone\b|Traceback", everything)


def test_no_sign_stands_alone_at_the_end_of_a_line(pages: dict[str, str]) -> None:
    # what search engines read is no line of a page
    read = (
        re.sub(r'<script type="application/ld.json">.*?</script>', "", html, flags=re.DOTALL) for html in pages.values()
    )
    found = [m[0] for html in read for m in re.finditer(r".{0,20}(?:« | »| [:;!?%]).{0,20}", html)]
    assert found == []


def test_the_same_edition_gives_the_same_bytes(first_refresh: tuple[Path, Answer], tmp_path: Path) -> None:
    edition = (first_refresh[0] / "editions" / "current").resolve()
    report = build_site(edition, load_configuration(PROJECT / "site.yml"), tmp_path)
    ours, theirs = (
        {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (tmp_path, first_refresh[0] / "site")
    )
    assert ours == theirs
    # three seconds on an idle machine of two cores; a machine in use counts up to twice as many
    assert report.seconds < 6


def test_a_switch_makes_a_page_for_every_epci(first_refresh: tuple[Path, Answer], tmp_path: Path) -> None:
    edition = (first_refresh[0] / "editions" / "current").resolve()
    build_site(edition, load_configuration(PROJECT / "site.yml"), tmp_path, all_epcis=True)
    with duckdb.connect(str(edition / "observatory.duckdb"), read_only=True) as connection:
        asked = "SELECT territory_code FROM dim_territory WHERE territory_level = 'epci' AND is_current"
        codes = {code for (code,) in connection.execute(asked).fetchall()}
    lists = "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "fr" / "intercommunalites").glob("*.html"))
    assert codes == {code for code in codes if (tmp_path / f"fr/territoire/epci-{code}.html").is_file()}
    assert codes == set(re.findall(r"territoire/epci-(\d+)\.html", lists))
    # without it, those that are no comparators have none
    assert not all((first_refresh[0] / f"site/fr/territoire/epci-{code}.html").is_file() for code in codes)


def test_a_page_that_is_gone_still_answers(home: Path) -> None:
    site = home / "site"
    remembered = json.loads((site / "pages.json").read_text(encoding="utf-8"))
    old = "fr/indicateur/sdg00_former.html"
    (site / "pages.json").write_text(json.dumps({**remembered, old: "x"}), encoding="utf-8")
    report = make_site(Settings.load(home=home), home / "editions" / "current")
    assert (report.gone, report.written) == (1, 1)
    html = (site / old).read_text(encoding="utf-8")
    assert "noindex" in html and "../a-z.html" in html
    assert old not in (site / "sitemap.xml").read_text(encoding="utf-8")


def test_pages_that_break_the_budget_are_not_written(
    first_refresh: tuple[Path, Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MAX_NODES", 60)
    edition = (first_refresh[0] / "editions" / "current").resolve()
    with pytest.raises(SiteRefused) as refused:
        build_site(edition, load_configuration(PROJECT / "site.yml"), tmp_path)
    assert {f.why.code for f in refused.value.faults} == {"site.too_many_nodes"}
    assert not list(tmp_path.iterdir())


def test_a_reader_that_fails_is_a_finding_and_takes_nothing_back(home: Path, tmp_path: Path) -> None:
    before = (home / "site" / "fr" / "index.html").read_bytes()
    wrong = tmp_path / "site.yml"
    wrong.write_text("nom: a", encoding="utf-8")
    settings = Settings.load(home=home).model_copy(update={"site_path": wrong})
    check = read(settings, home / "editions" / "current", "site")
    assert not check.passed and check.severity == "warn" and check.message.code == "site.reader_failed"
    assert (home / "site" / "fr" / "index.html").read_bytes() == before
    assert (home / "editions" / "current").exists()


def test_an_edition_without_the_tables_is_refused_in_words(home: Path) -> None:
    shutil.rmtree(home / "editions")
    said = observatory("site", "--home", home)
    assert said.code == 2 and "observatory refresh" in said.err


def test_the_command_tells_what_it_made(home: Path) -> None:
    answer = json.loads(observatory("site", "--home", home, "--json").out)
    assert answer["written"] == 0 and answer["heaviest_bytes"] <= 14_000 and answer["most_nodes"] <= 400


def test_fragments_and_their_oembed_answers(site: Path) -> None:
    found = sorted((site / "fragments" / "fr").glob("*.json"))
    assert found
    for path in found:
        answer = json.loads(path.read_text(encoding="utf-8"))
        html = path.with_suffix(".html").read_text(encoding="utf-8")
        assert answer["html"] == html and "<script" not in html and "style=" not in html
        assert len(html.encode()) < 8_000
        # read by a server, as they are
        assert not [*path.parent.glob("*.gz"), *path.parent.glob("*.br")]


def test_every_template_is_used() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in TEMPLATES.parent.rglob("*.py"))
    code += "\n".join(p.read_text(encoding="utf-8") for p in TEMPLATES.glob("*.j2"))
    assert all(p.name in code for p in TEMPLATES.glob("*.*"))


def test_links_to_the_open_data_lead_to_files_of_it(first_refresh: tuple[Path, Answer], pages: dict[str, str]) -> None:
    """A workbook a goal from each indicator, the list of all from every page; what is not there would be a lost link."""
    begins = f"{load_configuration(PROJECT / 'site.yml').url}open/"
    found = {t for html in pages.values() for t in re.findall(f'href="{re.escape(begins)}([^"]*)"', html)}
    assert {"", "xlsx/odd-10.xlsx"} <= found
    assert all((first_refresh[0] / "open" / target).exists() for target in found)


def test_the_first_page_calls_no_goal_in_the_shadows_for_a_subject_alone(first_refresh: tuple[Path, Answer]) -> None:
    """« Inégalités réduites » stood there, and its own page said that companies see to it: only one of its subjects was."""
    edition = read_edition((first_refresh[0] / "editions" / "current").resolve())
    found = shadows(edition, Voice(edition, "fr"))
    assert found and all(whole == (edition.needs[number].reading == "shadow") for number, _, whole, _ in found)
    html = (first_refresh[0] / "site/fr/index.html").read_text(encoding="utf-8")
    assert html.count("pour un sujet seulement") == sum(not whole for _, _, whole, _ in found)


def test_a_map_names_its_communes(pages: dict[str, str]) -> None:
    drawn = {
        p: html.split('aria-labelledby="map"')[1].split("</svg>")[0] for p, html in pages.items() if 'id="map"' in html
    }
    assert drawn
    for path, svg in drawn.items():
        assert svg.count('<path class="area') == len(re.findall(r"<title>[^<]+</title>", svg)) == 24, path
