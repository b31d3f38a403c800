"""Colours, links, maps, files, figures' addresses, the feed, the configuration and the look at the pages."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import shutil
import threading
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from orchestration.base.messages import Refusal
from orchestration.base.settings import PROJECT
from orchestration.base.yaml_data import own
from orchestration.readers.site import beside, build, links
from orchestration.readers.site.build import TEMPLATES, policy, script, style
from orchestration.readers.site.colours import GOALS, contrast
from orchestration.readers.site.configuration import load_configuration
from orchestration.readers.site.maps import classes
from orchestration.readers.site.pages.figures import anchor
from orchestration.readers.site.serving import server
from orchestration.readers.site.words import LANGUAGES, ROUTES, Route, place_route
from orchestration.readers.site.writing import Packed, Writer, pack, pack_telling


def test_the_text_on_every_goal_can_be_read() -> None:
    assert set(GOALS) == set(range(1, 18))
    assert all(contrast(colour, ink) >= 4.5 for colour, ink in GOALS.values())


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#fff", "#000") == pytest.approx(21)
    # WCAG's own example: the lightest grey that passes on white
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def palettes() -> list[dict[str, str]]:
    rules = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root\{(.*?)\}", rules)[:2]
    first = dict(re.findall(r"--(\w+):(#[0-9a-f]+)", light))
    return [first, {**first, **dict(re.findall(r"--(\w+):(#[0-9a-f]+)", dark))}]


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_the_palette_can_be_read(palette: dict[str, str]) -> None:
    for ground in ("bg", "soft"):
        for ink in ("fg", "mute", "main", "good", "bad"):
            assert contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
    assert contrast(palette["warnfg"], palette["warn"]) >= 4.5


def test_a_link_that_leads_nowhere_is_found() -> None:
    pages = {
        "fr/index.html": '<a href="a/b.html#x">b</a> <a href="https://example.org">e</a> <a href="c.html">c</a>',
        "fr/a/b.html": '<p id="x">x</p> <a href="../index.html">i</a> <a href="#y">y</a> <a href="../feed.xml">f</a>',
    }
    assert list(links.lost(pages, frozenset({"fr/feed.xml"}))) == [("fr/index.html", "c.html"), ("fr/a/b.html", "#y")]


@given(st.lists(st.floats(0, 100, allow_nan=False), min_size=5, max_size=60))
def test_classes_hold_every_value_once(values: list[float]) -> None:
    bounds = classes(sorted(values))
    assert 1 <= len(bounds) <= 5
    assert all(sum(low <= v <= high for low, high in bounds) == 1 for v in values)


def test_five_values_make_five_classes() -> None:
    assert classes([1.0, 2.0, 3.0, 4.0, 5.0]) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


def test_the_address_of_a_figure_tells_level_code_period_and_part(figure) -> None:
    assert anchor(figure("2018", 0.281)) == "epci-244400404-2018"
    assert anchor(figure("2023-Q3", 1.0, level="employment_zone", code="5220")) == "employment-zone-5220-2023-Q3"
    assert anchor(figure("2018", 1.0, breakdown="sex=F")) == "epci-244400404-2018-sex.F"


def test_places_of_one_code_have_pages_of_their_own() -> None:
    assert place_route(("department", "44")) != place_route(("region", "44"))
    assert place_route(("region", "44")).path("fr") == "fr/territoire/region-44.html"


def test_no_two_kinds_of_page_lie_at_one_place() -> None:
    for language in LANGUAGES:
        paths = [Route(kind, "1").path(language) for kind in ROUTES]
        assert len(set(paths)) == len(paths)


@given(st.text(max_size=300))
def test_packed_texts_come_back_and_are_always_the_same(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    packed = pack(text)
    assert gzip.decompress(packed.gzipped).decode() == text
    assert pack(text) == packed


def test_a_page_tells_its_own_weight() -> None:
    said: list[int] = []
    for _ in range(2):
        # the head was compressed for another page before
        text, packed = pack_telling("tête", "avant " * 50 + "§" + " après", "§", lambda n: said.append(n) or f"<{n}>")
    assert text == "tête" + "avant " * 50 + f"<{said[0]}>" + " après" and said[0] == said[1]
    assert gzip.decompress(packed.gzipped).decode() == text
    assert abs(len(packed.gzipped) - said[0]) < 20


def test_what_set_up_compiled_serves_every_build_until_a_template_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(build, "TEMPLATES", folder)
    # anew each time: the one of this process knows the folder of before
    monkeypatch.setattr(build, "environment", build.environment.__wrapped__)
    names = [p.name for p in folder.glob("*.j2")]
    compiled: list[str] = []
    compile_ = Environment.compile
    monkeypatch.setattr(Environment, "compile", lambda *a, **k: compiled.append(a[2]) or compile_(*a, **k))
    for name in names:
        build.environment().get_template(name)
    assert sorted(compiled) == sorted(names) and not list(folder.glob("__pycache__/*"))
    assert build.compile_templates() == len(names)
    compiled.clear()
    (folder / "sources.html.j2").write_text("changed")
    made = build.environment()
    assert made.get_template("sources.html.j2").render() == "changed" and all(map(made.get_template, names))
    assert compiled == ["sources.html.j2"]


def test_a_piece_for_other_servers_leaves_nothing_packed_beside_it(tmp_path: Path) -> None:
    Writer(tmp_path).write({"fragments/a.html": pack("<p>a</p>")})
    Writer(tmp_path).write({"fragments/a.html": Packed(b"<p>b</p>")})
    assert [p.name for p in (tmp_path / "fragments").iterdir()] == ["a.html"]
    assert (tmp_path / "fragments/a.html").read_text() == "<p>b</p>"


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    files = {"fr/a.html": pack("<p>a</p>"), "fr/b.html": pack("<p>b</p>")}
    Writer(tmp_path).write(files)
    before = (tmp_path / "fr/a.html").stat().st_mtime_ns
    second = Writer(tmp_path)
    second.write({**files, "fr/b.html": pack("<p>c</p>")})
    assert (second.written, second.unchanged) == (1, 1)
    assert (tmp_path / "fr/a.html").stat().st_mtime_ns == before
    assert brotli.decompress((tmp_path / "fr/b.html.br").read_bytes()) == b"<p>c</p>"
    assert gzip.decompress((tmp_path / "fr/b.html.gz").read_bytes()) == b"<p>c</p>"
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_page_that_somebody_removed_is_written_again(tmp_path: Path) -> None:
    files = {"fr/a.html": pack("a")}
    Writer(tmp_path).write(files)
    (tmp_path / "fr/a.html").unlink()
    Writer(tmp_path).write(files)
    assert (tmp_path / "fr/a.html").read_text(encoding="utf-8") == "a"


def test_the_feed_dates_an_edition_by_its_name() -> None:
    assert beside.stamp("20261124T031500Z") == "2026-11-24T03:15:00Z"
    assert beside.stamp("20261124T031500Z-0a3f1") == "2026-11-24T03:15:00Z"


def test_oembed_holds_the_fragment_itself() -> None:
    answer = json.loads(beside.oembed("<figure>x</figure>", "Gini", "Observatoire", "https://example.org/"))
    assert (answer["version"], answer["type"], answer["html"]) == ("1.0", "rich", "<figure>x</figure>")
    assert {"width", "height"} <= set(answer)


def test_the_servers_policy_is_that_of_the_pages() -> None:
    said = (PROJECT / "docs" / "nginx-site.conf").read_text(encoding="utf-8")
    for part in policy(script()).split("; "):
        assert part in said


def test_the_script_is_short_and_asks_nobody() -> None:
    assert len(script().encode()) <= 8000
    assert not re.search(r"fetch\(|XMLHttpRequest|sendBeacon|WebSocket|localStorage|cookie|https?://", script())


def test_the_style_loads_nothing() -> None:
    assert "@import" not in style() and not re.search(r"url\((?!#)", style())


def test_the_criteria_are_all_there() -> None:
    criteria = own(PROJECT / "orchestration/readers/site/criteria.yml")
    rgaa = [str(n) for theme in criteria["rgaa"].values() for found in theme.values() for n in found]
    # DINUM's count by theme: images 9, frames 2, colours 3, multimedia 13, tables 8, links 2, scripts 5 …
    counts = dict(zip(map(str, range(1, 14)), (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12), strict=True))
    assert len(rgaa) == len(set(rgaa)) == 106
    assert all(sum(n.split(".")[0] == theme for n in rgaa) == count for theme, count in counts.items())
    rgesn = [str(n) for found in criteria["rgesn"].values() for n in found]
    assert len(rgesn) == len(set(rgesn)) == 78


def test_the_shipped_configuration_can_be_read() -> None:
    assert load_configuration(PROJECT / "site.yml").url.endswith("/")


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("name: {fr: a, en: b}\npublisher: c\nurl: example.org", "site.configuration_unfit", "url"),
        ("name: {fr: a}\npublisher: c\nurl: https://example.org", "site.configuration_unfit", "name.en"),
        ("nom: a", "site.configuration_unfit", "name"),
        ("name: [", "site.configuration_unreadable", None),
    ],
)
def test_a_wrong_configuration_says_where(tmp_path: Path, text: str, code: str, key: str | None) -> None:
    path = tmp_path / "site.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_configuration(path)
    assert refused.value.reason.code == code
    assert key is None or refused.value.reason.params["key"] == key


def test_a_look_at_the_pages(tmp_path: Path) -> None:
    site, csv = tmp_path / "site", tmp_path / "open" / "csv"
    Writer(site).write({"index.html": pack("<p>bonjour</p>")})
    csv.mkdir(parents=True)
    (csv / "dim_sdg.csv").write_text("a;b", encoding="utf-8")
    for folder in (tmp_path, csv):
        (folder / "secret.html").write_text("secret", encoding="utf-8")
    pages = server(site, "127.0.0.1", 0)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        asked = http.client.HTTPConnection("127.0.0.1", pages.server_address[1], timeout=5)

        def get(path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
            asked.request("GET", path, headers=headers)
            answer = asked.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

        status, headers, body = get("/", **{"Accept-Encoding": "gzip, br"})
        assert (status, headers["content-encoding"], brotli.decompress(body)) == (200, "br", b"<p>bonjour</p>")
        assert headers["x-content-type-options"] == "nosniff"
        assert get("/")[2] == b"<p>bonjour</p>"
        assert get("/open/csv/dim_sdg.csv")[2] == b"a;b"
        assert b'<a href="/open/csv/dim_sdg.csv">dim_sdg.csv</a> 3' in get("/open/csv/")[2]
        assert get("/open/../../secret.html")[0] == get("/open/%2e%2e/%2e%2e/secret.html")[0] == 404
        assert get("/index.html.gz")[0] == get("/../secret.html")[0] == get("/%2e%2e/secret.html")[0] == 404
    finally:
        pages.shutdown()
        pages.server_close()


def test_a_look_without_pages_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        server(tmp_path, "127.0.0.1", 0)
    assert refused.value.reason.code == "site.no_pages"
