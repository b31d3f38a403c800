"""The team's counter in a real browser, on a home with an edition: by keyboard, small and large, and with two people at once.

Needs Debian's chromium (`apt-get install chromium`) and the test extras; skipped with a word where either is absent.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import openpyxl
import pytest

from orchestration.base.acts import acts
from orchestration.base.settings import PROJECT
from orchestration.counter.drops import FOLDER, drops
from orchestration.editions import compare, current, list_editions
from orchestration.receipts.typography import spaced
from orchestration.refresh.rehearsing import MOVES
from tests.conftest import Answer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PAGES = [
    "/",
    "/deposit",
    "/refresh",
    "/editions",
    "/tables",
    "/tables/lucie_labels/labels?line=0",
    "/review",
    "/journal",
]
PATIENCE = 240_000
# buttons of one choice are one stop, at the one that is chosen
NUMBER_CONTROLS = """() => {
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
  const reached = [...all].filter(e => e.checkVisibility() && !e.disabled && !(e.type == "radio" && !e.checked));
  reached.forEach((e, n) => e.dataset.number = n);
  return reached.length;
}"""


def started(home: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "counter", "--home", str(home), "--port", str(port)],
        cwd=PROJECT,
        # what it starts makes no pages and no open data: nothing here reads them
        env={**os.environ, "OBSERVATORY_READERS": ""},
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        try:
            with urlopen(f"http://127.0.0.1:{port}/alive", timeout=1):
                return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("the counter does not answer")


@pytest.fixture(scope="module")
def home(first_refresh: tuple[Path, Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("counter") / "home"
    shutil.copytree(first_refresh[0], target, symlinks=True)
    return target


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address(home: Path, port: int) -> Iterator[str]:
    process = started(home, port)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (test extras)")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def axe() -> Any:
    found = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (test extras)")
    return found.Axe()


def complaints(page: Any, look: Any, width: int) -> list[tuple[str, str, str]]:
    found = [(page.url, v["id"], v["nodes"][0]["html"][:160]) for v in look.run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([(page.url, "scrolls sideways", str(wide))] if wide > width else [])


@pytest.mark.slow
def test_from_a_file_to_an_edition_and_back(browser: Any, address: str, home: Path, tmp_path: Path) -> None:
    """A team's workbook is downloaded, changed, dropped, looked at, rehearsed, taken, published; then the edition before. By keyboard alone."""
    look, first = axe(), current(home)
    assert first is not None
    # axe is put into the page, which its own policy forbids to anybody else
    context = browser.new_context(viewport={"width": 320, "height": 800}, bypass_csp=True, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/tables/lucie_labels/labels")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger labels-rse.xlsx").press("Enter")
    path = tmp_path / "labels-rse.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    before = sheet.max_row
    assert before > 5
    sheet.delete_rows(3)
    book.save(path)
    page.goto(f"{address}/deposit")
    page.locator("#files").set_input_files(str(path))
    page.get_by_role("button", name="Déposer et examiner").press("Enter")
    page.wait_for_url("**/deposit/2*")
    page.get_by_text("Ce fichier serait pris.").wait_for()
    # one may decide without waiting for what would change
    page.get_by_role("button", name="Prendre et publier").wait_for()
    assert page.get_by_text("Plus fortes révisions").count() == 0
    # nothing is published, and what would be is told
    page.get_by_text("Plus fortes révisions").first.wait_for()
    assert page.locator("table").filter(has_text="Nantes Métropole").count()
    assert current(home).edition_id == first.edition_id  # type: ignore[union-attr]
    found = complaints(page, look, 320)
    page.get_by_role("button", name="Prendre et publier").press("Enter")
    # a second person sees who runs it and how far it is, and starts none meanwhile
    other = browser.new_context().new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(f"{address}/refresh")
    for _ in range(240):
        if other.get_by_text("Actualisation en cours, demandée par").count():
            break
        time.sleep(0.25)
        other.reload()
    assert "Étape" in other.locator("main").inner_text()
    assert other.get_by_role("button", name="Actualiser").count() == 0
    other.context.close()
    page.get_by_role("link", name="Lire la réponse").wait_for()
    found += complaints(page, look, 320)
    second = current(home)
    assert second is not None and second.edition_id != first.edition_id
    # what the rehearsal told is what came of it, figure by figure; the names of the editions are others
    rehearsed = drops(home)[0].rehearsal()
    assert rehearsed is not None and rehearsed.comparison is not None
    # although only what can differ was built, and the refresh built everything
    assert rehearsed.spared > 100
    came = compare(first.path, second.path, moves=MOVES)
    named = {"before", "after"}
    assert rehearsed.comparison.model_dump(exclude=named) == came.model_dump(exclude=named)
    page.get_by_role("link", name="Lire la réponse").press("Enter")
    assert "labels-rse.xlsx" in page.locator("main, body").first.inner_text()
    # what differs between the two, and back to the first with a reason
    page.goto(f"{address}/editions")
    page.get_by_role("button", name="Comparer deux éditions").press("Enter")
    page.get_by_role("heading", name=f"De {first.edition_id} à {second.edition_id}").wait_for()
    assert page.locator("table").filter(has_text="Entreprises labellisées").count()
    found += complaints(page, look, 320)
    page.goto(f"{address}/editions")
    page.get_by_label("Raison").fill("une ligne retirée par erreur")
    page.get_by_role("button", name="Revenir à une édition").press("Enter")
    page.get_by_text(f"L'édition {first.edition_id} est en service.").wait_for()
    found += complaints(page, look, 320)
    assert current(home).edition_id == first.edition_id and len(list_editions(home)) == 2  # type: ignore[union-attr]
    page.goto(f"{address}/journal")
    told = page.locator("main").inner_text()
    assert "une ligne retirée par erreur" in told and spaced("« labels-rse.xlsx » : pris") in told
    assert {"file_dropped", "file_taken", "file_answered", "published", "rolled_back"} <= {a.what for a in acts(home)}
    context.close()
    assert found == []


@pytest.mark.slow
def test_axe_finds_nothing_and_the_keyboard_reaches_everything(browser: Any, address: str) -> None:
    look, found = axe(), []
    for width, scheme in ((1280, "light"), (320, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        for path in PAGES:
            assert page.goto(address + path).ok, path
            found += complaints(page, look, width)
        context.close()
    context = browser.new_context()
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda m: told.append(m.text))
    for path in PAGES:
        page.goto(address + path)
        wanted = page.evaluate(NUMBER_CONTROLS)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", path
        met = []
        for _ in range(wanted + 20):
            met.append(page.evaluate("document.activeElement.dataset.number"))
            if len({*met} - {None}) == wanted:
                break
            page.keyboard.press("Tab")
        # each once, in the order in which they are read
        assert [int(n) for n in dict.fromkeys(met) if n] == list(range(wanted)), path
    page.goto(f"{address}/?lang=en")
    assert page.locator("h1").inner_text() == "State of the observatory"
    context.close()
    assert (found, told) == ([], [])


def test_a_refusal_shows_the_line_the_cell_and_what_to_do(browser: Any, address: str, tmp_path: Path) -> None:
    """Without script, as the page must work too; the name of the file would do harm if anything took it for more than text."""
    source = next((PROJECT / "sources" / "lucie_labels" / "sample").rglob("*.csv"))
    lines = source.read_text(encoding="utf-8-sig").splitlines()
    bad = [re.sub(r"\d{4}-\d{2}-\d{2}|\d{2}/\d{2}/\d{4}", "hier", line) for line in lines[1:]]
    path = tmp_path / "<b>labels\x1b[31m.csv"
    path.write_text("\n".join([lines[0], *bad]), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/deposit")
    page.locator("#files").set_input_files(str(path))
    page.get_by_role("button", name="Déposer et examiner").click()
    for _ in range(120):
        if page.get_by_text("Pourquoi il ne serait pas pris").count():
            break
        time.sleep(0.25)
        page.reload()
    said = page.locator("main").inner_text()
    assert "Que faire" in said and "Ligne 2" in said
    assert page.locator("td.fault").first.inner_text() == "hier"
    assert page.locator("main b").count() == 0 and "\x1b" not in page.content()
    assert page.get_by_role("button", name="Prendre et publier").count() == 0
    page.get_by_role("button", name="Laisser").click()
    assert "Laissé." in page.locator("main").inner_text()
    context.close()


@pytest.mark.slow
def test_a_line_is_changed_and_engineers_are_asked_by_keyboard(
    browser: Any, address: str, home: Path, tmp_path: Path
) -> None:
    """One row in the page is a drop like any other; the line that a renamed header needs, and a waiver, are asked for."""
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/tables/lucie_labels/labels?line=0")
    page.get_by_label("Entreprise", exact=True).fill("Entreprise Fictive 999")
    page.get_by_label("Pourquoi (facultatif)").fill("a changé de nom")
    page.get_by_role("button", name="Examiner ce changement").press("Enter")
    page.wait_for_url("**/deposit/2*")
    page.get_by_text("Ce fichier serait pris.").wait_for()
    assert "Entreprise Fictive 999" in page.locator("table").first.inner_text()
    page.get_by_role("button", name="Laisser").press("Enter")
    page.get_by_text("Laissé.").first.wait_for()
    source = next((PROJECT / "sources" / "insee_neet" / "sample").rglob("*epci*.csv"))
    renamed = tmp_path / source.name
    text = source.read_text(encoding="utf-8-sig")
    assert "part_non_inseres" in text
    renamed.write_text(text.replace("part_non_inseres", "part_des_non_inseres"), encoding="utf-8")
    page.goto(f"{address}/deposit")
    page.locator("#files").set_input_files(str(renamed))
    page.get_by_role("button", name="Déposer et examiner").press("Enter")
    page.get_by_role("button", name="La demander à l'équipe données").press("Enter")
    page.get_by_text("part_des_non_inseres").first.wait_for()
    page.goto(f"{address}/review")
    page.get_by_label("Le contrôle, tel que le refus le nomme").fill("reference")
    page.get_by_label("Raison").fill("convenu avec le producteur, en novembre")
    page.get_by_role("button", name="Demander", exact=True).press("Enter")
    page.get_by_text("convenu avec le producteur").wait_for()
    asked = page.locator(".todo").all_inner_texts()
    assert any("part_des_non_inseres" in a for a in asked) and any("reference" in a for a in asked), asked
    assert [a.what for a in acts(home)].count("asked") == 2
    context.close()


def test_a_server_killed_in_the_middle_of_an_upload_keeps_nothing(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path / "home"
    process = started(home, port)
    with urlopen(f"http://127.0.0.1:{port}/deposit") as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        token = re.search(r'name="token" value="([0-9a-f]{64})"', answer.read().decode())
    assert token is not None
    begun = (
        f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token[1]}\r\n'
        '--x\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
    ).encode() + b"1;2\n" * 50_000
    head = (
        f"POST /deposit HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(begun) + 1000}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", port)) as sender:
        sender.sendall(head + begun)
        for _ in range(100):
            if any((home / FOLDER).glob("*/0/a.csv")):
                break
            time.sleep(0.05)
        assert any((home / FOLDER).glob("*/0/a.csv"))
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    again = started(home, port)
    try:
        assert list((home / FOLDER).iterdir()) == []
        with urlopen(f"http://127.0.0.1:{port}/deposit") as answer:
            assert "a.csv" not in answer.read().decode()
    finally:
        again.terminate()
        again.wait(20)


@pytest.mark.slow
def test_a_refresh_is_stopped_and_readers_keep_what_they_have(browser: Any, address: str, home: Path) -> None:
    before = current(home)
    # an edition that rests on something else than what the samples say: there is something to do
    state = json.loads((home / "state.json").read_text(encoding="utf-8"))
    (home / "state.json").write_text(json.dumps({**state, "published": {}}), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/refresh")
    page.get_by_label("Échantillons (essai)").check()
    page.get_by_role("button", name="Actualiser").click()
    page.get_by_role("button", name="Arrêter").wait_for()
    page.get_by_text("Étape").first.wait_for()
    page.get_by_role("button", name="Arrêter").click()
    page.get_by_text("Arrêtée par").wait_for()
    context.close()
    after = current(home)
    assert before is not None and after is not None and before.edition_id == after.edition_id
    assert "refresh_stopped" in {a.what for a in acts(home, 5)}
