"""The parts of the live channel that need no server: the ladder, the guard, names, words, the catalogue's entries."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from orchestration.catalog import load_catalogue
from orchestration.catalog.models import Live
from orchestration.landing import Landed
from orchestration.landing.live import LiveSettings, guard, publishers
from orchestration.landing.live.addresses import Address, plain_name, shown
from orchestration.landing.live.changes import Validators, Verdict, by_headers, by_publisher, not_modified
from orchestration.landing.live.clock import parse_moment
from orchestration.landing.live.failures import of_error, retry_after
from orchestration.landing.live.journal import Entry
from orchestration.landing.live.progress import Bars
from orchestration.landing.live.wire import Wire
from orchestration.landing.live.wording import LiveFailure

PROJECT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def entry(**changes: object) -> Entry:
    given: dict[str, object] = {
        "template": "u",
        "url": "u",
        "origin": "u",
        "vintage": "2025",
        "file": "f.csv",
        "sha256": "0",
        "bytes": 10,
        "fetched_at": NOW.isoformat(),
        "checked_at": NOW.isoformat(),
        "method": "first",
    }
    return Entry(**(given | changes))  # type: ignore[arg-type]


# the ladder -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "date", "checksum", "verdict"),
    [
        (None, "d1", None, Verdict(None, "first")),
        (entry(publisher_date="d1"), "d1", None, Verdict(True, "publisher_date")),
        (entry(publisher_date="d1"), "d2", None, Verdict(False, "publisher_date")),
        (entry(publisher_date="d1", checksum="sha1:a"), "d2", "sha1:a", Verdict(True, "hash")),
        (entry(publisher_date="d1", checksum="sha1:a"), "d1", "sha1:b", Verdict(False, "hash")),
        (entry(checksum="sha1:a"), None, "sha1:a", Verdict(True, "hash")),
        (entry(), "d1", None, Verdict(None, "hash")),
        (entry(publisher_date="d1"), None, None, Verdict(None, "hash")),
    ],
)
def test_by_publisher(known: Entry | None, date: str | None, checksum: str | None, verdict: Verdict) -> None:
    assert by_publisher(known, date, checksum) == verdict


@pytest.mark.parametrize(
    ("known", "now", "verdict"),
    [
        (None, Validators('"a"'), Verdict(None, "first")),
        (entry(etag='"a"'), Validators('"a"'), Verdict(True, "etag")),
        (entry(etag='W/"a"'), Validators('"a"'), Verdict(True, "etag")),
        (entry(etag='"a"'), Validators('"b"'), Verdict(False, "etag")),
        # the ETag goes before Last-Modified: a server farm gives each copy its own date
        (entry(etag='"a"', last_modified="x"), Validators('"a"', "y"), Verdict(True, "etag")),
        (entry(last_modified="x"), Validators(None, "x"), Verdict(True, "last_modified")),
        (entry(last_modified="x"), Validators(None, "y"), Verdict(False, "last_modified")),
        (entry(last_modified="x", length=9), Validators(None, "x", 8), Verdict(False, "length")),
        (entry(etag='"a"', length=9), Validators('"a"', None, 8), Verdict(False, "length")),
        (entry(length=9), Validators(length=8), Verdict(False, "length")),
        # equal lengths prove nothing
        (entry(length=9), Validators(length=9), Verdict(None, "hash")),
        (entry(), Validators(), Verdict(None, "hash")),
    ],
)
def test_by_headers(known: Entry | None, now: Validators, verdict: Verdict) -> None:
    assert by_headers(known, now) == verdict


def test_what_a_304_rests_on() -> None:
    assert not_modified(entry(etag='"a"', last_modified="x")) == "etag"
    assert not_modified(entry(last_modified="x")) == "last_modified"


def test_only_a_strong_validator_ties_a_resumed_download() -> None:
    assert Validators('"a"', "x").strong == '"a"'
    assert Validators('W/"a"', "x").strong == "x"
    assert Validators('W/"a"').strong is None


# the guard ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
        "nonsense",
    ],
)
def test_inner_addresses(address: str) -> None:
    assert not guard.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2a02:26f0::1", "::ffff:93.184.216.34"])
def test_public_addresses(address: str) -> None:
    assert guard.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://LOCALHOST./x",
        "https://db.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1:8080/",
    ],
)
def test_hosts_that_are_not_asked(url: str) -> None:
    def no_look_up(*_: object, **__: object) -> list:
        raise AssertionError("judged without asking the network")

    with pytest.raises(LiveFailure) as caught:
        guard.check_host(url, frozenset(), no_look_up)
    assert caught.value.kind == "inner_address"


def test_a_name_that_resolves_inward_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    both = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    with pytest.raises(LiveFailure) as caught:
        guard.check_host("https://donnees.exemple.fr/", frozenset(), lambda *_, **__: both)
    assert caught.value.kind == "inner_address"
    guard.check_host("https://donnees.exemple.fr/", frozenset(), lambda *_, **__: both[:1])
    guard.check_host("https://donnees.exemple.fr/", frozenset({"donnees.exemple.fr"}), lambda *_, **__: both)


def test_an_unknown_name_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def unknown(*_: object, **__: object) -> list:
        raise OSError("Name or service not known")

    with pytest.raises(LiveFailure) as caught:
        guard.check_host("https://donnees.exemple.fr/", frozenset(), unknown)
    assert caught.value.kind == "unreachable" and caught.value.retry


@pytest.mark.parametrize(
    ("came_from", "url", "kind"),
    [
        ("https://a.fr/", "http://a.fr/", "scheme"),
        ("https://a.fr/", "ftp://a.fr/", "scheme"),
        ("http://a.fr/", "file:///etc/passwd", "scheme"),
        (None, "ftp://a.fr/", "address"),
    ],
)
def test_schemes_that_are_not_followed(came_from: str | None, url: str, kind: str) -> None:
    with pytest.raises(LiveFailure) as caught:
        guard.check_scheme(url, came_from)
    assert caught.value.kind == kind and caught.value.refused


def test_schemes_that_are_followed() -> None:
    guard.check_scheme("https://a.fr/", "http://a.fr/")
    guard.check_scheme("http://b.fr/", "http://a.fr/")
    guard.check_scheme("http://a.fr/", None)


@pytest.mark.parametrize("url", ["https://", "https:///x", "https://[::1/", "https://a.fr:99999/"])
def test_nonsense_is_no_address(url: str) -> None:
    with pytest.raises(LiveFailure) as caught:
        guard.host_port(url)
    assert caught.value.kind == "address"


# names and words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("https://u:p@a.fr/x?y=1", "https://a.fr/x?y=1"),
        ("https://a.fr/x?api_key=1&y=2", "https://a.fr/x?y=2"),
        ("https://a.fr/x?X-Amz-Credential=a&X-Amz-Date=b&part=1", "https://a.fr/x?part=1"),
        ("https://a.fr/x?select=siret,commune#top", "https://a.fr/x?select=siret,commune"),
        ("https://[::1]:8/x", "https://[::1]:8/x"),
        ("https://u:p@[::1/x?token=1", "https://[::1/x"),
    ],
)
def test_shown(url: str, printed: str) -> None:
    assert shown(url) == printed


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b/c.csv", "c.csv"),
        ("..\\..\\x.csv", "x.csv"),
        ("/a/.bashrc", "bashrc"),
        ("/a/", None),
        (None, None),
        ("a\x00b\n.csv", "ab.csv"),
        ("/x/" + "n" * 300 + ".xlsx", "n" * 145 + ".xlsx"),
    ],
)
def test_plain_name(path: str | None, name: str | None) -> None:
    assert plain_name(path) == name


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("-3", None),
        ("soon", None),
        ("99999999999", None),
        ("Fri, 20 Nov 2026 08:01:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 07:00:00 GMT", 0.0),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_parse_moment() -> None:
    assert parse_moment("2026-11-02T03:00:00.123000+00:00") == datetime(2026, 11, 2, 3, 0, 0, 123000, tzinfo=UTC)
    assert parse_moment("2025-12-17T08:50:56") == datetime(2025, 12, 17, 8, 50, 56, tzinfo=UTC)
    assert parse_moment("Wed, 20 Aug 2025 03:04:48 GMT") == datetime(2025, 8, 20, 3, 4, 48, tzinfo=UTC)
    assert parse_moment("hier") is None and parse_moment(None) is None


# the catalogue --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"url": "ftp://a.fr/x"}, "no address"),
        ({"url": "https://u:p@a.fr/x"}, "user"),
        ({"url": "https://a.fr/{month}"}, "{year}"),
        ({"url": "https://a.fr/{year}", "vintage": "2025"}, "vintage"),
        ({"url": "https://a.fr/x", "vintage": "fixtures"}, "vintage"),
        ({"url": "https://a.fr/x", "vintage": "../2025"}, "vintage"),
        ({"url": "https://a.fr/x", "file_name": "../x"}, "file_name"),
        ({"url": "https://a.fr/x", "key_env": "K"}, "key_page"),
        ({"url": "https://a.fr/{year}", "alternatives": ["https://a.fr/x"]}, "{year}"),
    ],
)
def test_entries_that_contradict_themselves(given: dict, key: str) -> None:
    with pytest.raises(ValidationError, match=key.replace("{", r"\{")):
        Live(**given)


def test_each_address_of_the_catalogue_gives_a_file_that_its_source_knows() -> None:
    from orchestration.judging.match import match_file

    seen = 0
    for source in load_catalogue(PROJECT / "sources").values():
        for live in source.live:
            year = 2027 if "{year}" in live.url else None
            address = Address(live, year)
            for url in address.urls:
                name = publishers.default_name(address, url)
                name = address.file_name(url, None) if live.file_name or not name else name
                vintage = address.vintage(NOW, NOW)
                landed = Landed(source.source_id, vintage, Path(name), name, 1, "0", "live", url)
                seen += 1
                if re.search("SUPRA|ensemble", name):  # archives of several files: each lands by its own name
                    continue
                assert match_file(source, landed, {}).table_name in source.tables
    assert seen >= 10


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "OBSERVATORY_LIVE_BASE_OVERRIDES", '{"https://www.insee.fr": "http://miroir.ville.fr:8080/insee"}'
    )
    monkeypatch.setenv("OBSERVATORY_LIVE_ALLOWED_HOSTS", '["miroir.ville.fr:8080"]')
    monkeypatch.setenv("OBSERVATORY_LIVE_ATTEMPTS", "2")
    settings = LiveSettings()
    assert settings.attempts == 2 and settings.allowed_hosts == {"miroir.ville.fr:8080"}
    assert settings.base_overrides["https://www.insee.fr"].startswith("http://miroir")


def test_a_bar_shows_only_for_a_long_download_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars(False) as silent:
        silent.bar("x", 10**9).advance(10**8)
    assert capsys.readouterr() == ("", "")
    with Bars(True) as bars:
        bars.bar("petit", 1000).advance(1000)
        assert bars._progress is None
        # the length is not known: the bar comes once the download is seen to be long
        bar = bars.bar("insee_sirene StockEtablissement_utf8.parquet", None)
        bar.advance(6_000_000)
        assert bars._progress is not None
        bar.close()
    assert capsys.readouterr().out == ""


def test_a_refresh_from_a_folder_does_not_load_an_http_client() -> None:
    code = "import sys, orchestration.landing, orchestration.cli.app; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=60).returncode == 0


@pytest.mark.parametrize(
    "proxy", ["socks5://user:geheim@127.0.0.1:9", "ftp://user:geheim@127.0.0.1:9", "http://[user:geheim"]
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(monkeypatch, proxy):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(httpx.ProxyError) as told:
        Wire(LiveSettings())._http()
    failure = of_error(told.value, "example.org", 0)
    assert failure.kind == "proxy"
    assert "geheim" not in f"{failure.reason} {told.value} {told.value.__cause__}"
