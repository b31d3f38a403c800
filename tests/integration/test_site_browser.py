"""The pages in a real browser: axe, reflow, dark, forced colours, print, the keyboard, and not one request.

Needs Debian's chromium (`apt-get install chromium`) and the test extras; skipped with a word where either is absent.
The W3C's checker needs Java and vnu.jar (`VNU_JAR`, or /usr/share/java/vnu.jar).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import site_looks
from orchestration.readers.companies.placing import Answers, placed
from orchestration.readers.site.edition import read_edition
from orchestration.readers.site.scales import scales
from orchestration.readers.site.words import Voice
from tests.conftest import Answer

VNU = Path(os.environ.get("VNU_JAR", "/usr/share/java/vnu.jar"))
# one page of each kind, in one language or the other; what differs between pages of a kind is figures
KINDS = [
    "index.html",
    "404.html",
    "fr/index.html",
    "en/goals.html",
    "fr/objectif/3.html",
    "fr/indicateur/sdg10_gini.html",
    "en/indicator/sdg10_gini-communes.html",
    "fr/chiffres/sdg10_gini-2010.html",
    "fr/territoires.html",
    "en/territory/epci-244400404.html",
    "fr/enjeux.html",
    "fr/enjeu/biodiversity.html",
    "en/companies.html",
    "fr/pratiques/5.html",
    "en/labels.html",
    "fr/evaluez.html",
    "fr/sources.html",
    "fr/methodes.html",
    "fr/changements.html",
    "fr/fichiers/1.html",
    "en/monitoring.html",
    "fr/a-z.html",
    "en/site-map.html",
    "fr/accessibilite.html",
    "en/eco-design.html",
]


@pytest.fixture(scope="module")
def address(first_refresh: tuple[Path, Answer]) -> Iterator[str]:
    with site_looks.served(first_refresh[0] / "site") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed (test extras)")
    if site_looks.chromium() is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with site_looks.browsing() as opened:
        yield opened


@pytest.mark.slow
def test_axe_finds_nothing_and_no_page_scrolls_sideways(browser: Any, address: str) -> None:
    """At both widths, in light, dark and forced colours and on paper; `python -m bench.site_looks` does it with every page."""
    pytest.importorskip("axe_playwright_python", reason="axe is not installed (test extras)")
    assert list(site_looks.faults(browser, address, KINDS)) == []


def test_a_page_is_one_request_and_its_policy_holds(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked, complaints = [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: complaints.append(m.text))
    for path in KINDS:
        asked.clear()
        page.goto(address + path, wait_until="networkidle")
        # a `data:` icon is no request to anybody
        assert [u for u in asked if not u.startswith("data:")] == [address + path]
    context.close()
    assert complaints == []


def test_a_company_answers_by_keyboard_and_nothing_is_sent(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "fr/evaluez.html")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    keys = page.keyboard
    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    for _ in range(80):
        keys.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.id")
        if name == "staff":
            keys.type("60")
        elif name == "accidents":
            keys.type("3")
        elif name == "index":
            keys.type("70")
        elif name == "goal":
            keys.press("Space")
        elif name == "go":
            keys.press("Enter")
            break
    assert name == "go"
    result = page.locator("#result")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    said = result.inner_text()
    # 3 accidents of 60 employees are 50 a thousand; an index of 70 lies below the law's 75
    if page.locator("#accidents").count():
        assert "50" in said
    if page.locator("#index").count():
        assert "sous le seuil de 75" in said
    else:
        assert "dû à votre effectif" in said
    assert asked == []
    context.close()


def test_the_page_says_of_an_answer_what_the_workbook_says(
    browser: Any, address: str, first_refresh: tuple[Path, Answer]
) -> None:
    edition = read_edition(first_refresh[0] / "editions" / "current")
    voice = Voice(edition, "fr")
    found = scales(edition, voice)
    numbers = {"staff": 300.0, "accidents": 3.0, "commuting": 1.0, "index": 70.0, "cars": 40.0, "canteens": 12.0}
    asked = {name: value for name, value in numbers.items() if found.question(name)}
    activity = found.activities[-1] if found.activities else None
    context = browser.new_context()
    page = context.new_page()
    page.goto(address + "fr/evaluez.html")
    for name, value in asked.items():
        page.fill(f"#{name}", f"{value:g}")
    if activity:
        page.select_option("#activity", activity)
    page.check("input[name=ghg][value=no]")
    page.check("input[name=label][value=yes]")
    page.check("input[name=goal][value='5']")
    page.click("#go")
    said = [line.replace("\u202f", " ").replace("\xa0", " ") for line in page.locator("#result li").all_inner_texts()]
    context.close()
    answers = Answers(activity, asked, {"ghg": False, "label": True}, (5,))
    assert said == [line.replace("\u202f", " ").replace("\xa0", " ") for line in placed(answers, found, voice)]
    assert len(said) > len(asked) // 2


def test_without_script_the_form_still_holds_its_references(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "fr/evaluez.html")
    assert page.locator("#go").is_hidden()
    assert page.locator("noscript").inner_text().startswith("Sans script")
    assert page.locator("fieldset .note").count() >= 3
    context.close()


def test_nodes_are_those_of_the_browser(browser: Any, address: str) -> None:
    from orchestration.readers.site.budget import nodes

    context = browser.new_context()
    page = context.new_page()
    for path in ("fr/index.html", "fr/indicateur/sdg10_gini.html", "fr/evaluez.html"):
        page.goto(address + path)
        counted = page.evaluate("document.querySelectorAll('*').length - document.querySelectorAll('svg *').length")
        # a browser adds the tbody and head that are left out; ours leave none out
        assert nodes(page.request.get(address + path).text()) == counted, path
    context.close()


@pytest.mark.slow
def test_the_checker_of_the_w3c_finds_no_error(first_refresh: tuple[Path, Answer]) -> None:
    if shutil.which("java") is None or not VNU.is_file():
        pytest.skip(f"no Java, or no vnu.jar at {VNU} (set VNU_JAR)")
    site = first_refresh[0] / "site"
    assert site_looks.checked([site / path for path in KINDS], VNU) == []
