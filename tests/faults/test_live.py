"""The live channel against a server that behaves as the publishers do, and that misbehaves."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from live_cases import (
    CASES,
    DATAFAIR,
    ETAG,
    GOOD,
    LINK,
    MELODI,
    NEWER,
    NEWER_ETAG,
    NOW,
    RESOURCE,
    URL,
    Case,
    Time,
    _look,
    _observations,
    _rows,
    a_source,
    play,
)
from live_server import (
    File,
    LiveServer,
    cut_after,
    in_turn,
    json_answer,
    make_certificates,
    redirect,
    serving,
    status,
)

from orchestration.landing import HashCache
from orchestration.landing.live import LiveSettings, land_all_live, land_live, live_clock
from orchestration.landing.live.engine import Engine
from orchestration.landing.live.wording import LiveFailure
from tests.judged import facts, read_rows
from tests.words import en, fr

MIRROR = Path(os.environ.get("OBSERVATORY_MIRROR", Path(__file__).parents[2] / ".." / "shared" / "mirror"))


@pytest.fixture
def look(tmp_path: Path):
    """Look at a source once more, in one folder and with one clock."""
    time = Time()
    hashes = HashCache(tmp_path / "hashes.json")

    def again(source, settings: LiveSettings):  # type: ignore[no-untyped-def]
        return _look(source, tmp_path / "live" / source.source_id, hashes, settings, time)

    again.time = time  # type: ignore[attr-defined]
    again.cache = tmp_path / "live" / "essai"  # type: ignore[attr-defined]
    return again


# misbehaviours --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_misbehaviour_at_the_first_look(case: Case, tmp_path: Path) -> None:
    played = play(case, tmp_path, after_good=False)
    check = played.check
    assert check.state == ("failed" if case.state == "any" else case.state)
    assert check.failure == case.failure
    assert (played.outcome.state if played.outcome else None) == case.first
    if case.requests is not None and case.tls not in ("unknown", "expired", "other", "closed"):
        assert len(played.asked) == case.requests == check.requests
    if case.first is None:
        assert len(played.landing.files) == 1
        return
    # nothing half-done may be taken for a file
    assert played.landing.files == []
    assert [
        p for p in played.cache.rglob("*") if p.is_file() and ".parts" not in p.parts and not p.name.startswith(".")
    ] == []
    assert played.outcome.channel == "live" and played.outcome.origin.startswith("https://")
    for said in (played.outcome.reason, played.outcome.action):
        assert fr(said) and en(said) and fr(said) != en(said)
        assert "Traceback" not in fr(said) and str(tmp_path) not in fr(said)
    assert case.said in fr(played.outcome.reason)


@pytest.mark.parametrize("case", [c for c in CASES if c.first is not None], ids=lambda c: c.name)
def test_misbehaviour_leaves_the_good_file(case: Case, tmp_path: Path) -> None:
    played = play(case, tmp_path, after_good=True)
    (landed,) = played.landing.files
    assert hashlib.sha256(landed.path.read_bytes()).hexdigest() == landed.sha256
    assert (played.outcome.state if played.outcome else None) == case.after
    if case.after is not None:
        assert "le dernier bon millésime" in fr(played.outcome.reason)
        assert played.outcome.vintage == landed.vintage


@pytest.mark.parametrize("case", [c for c in CASES if c.first is None], ids=lambda c: c.name)
def test_misbehaviour_that_is_overcome_gives_the_new_file(case: Case, tmp_path: Path) -> None:
    played = play(case, tmp_path, after_good=True)
    (landed,) = played.landing.files
    assert played.check.state == "new" and played.landing.outcomes == []
    if case.live.get("kind") is None:
        assert landed.path.read_bytes() == NEWER
    assert list((played.cache / ".parts").iterdir()) == []


def test_pauses_obey_the_server_and_otherwise_grow(tmp_path: Path) -> None:
    by_name = {c.name: c for c in CASES}
    assert play(by_name["429 with Retry-After in seconds, then 200"], tmp_path / "a", after_good=False).slept == [7.0]
    assert play(by_name["429 with Retry-After as a date, then 200"], tmp_path / "b", after_good=False).slept == [9.0]
    assert play(by_name["429 with Retry-After of one day"], tmp_path / "c", after_good=False).slept == []
    slept = play(by_name["500 without end"], tmp_path / "d", after_good=False).slept
    assert len(slept) == 3 and slept[0] < slept[1] < slept[2]
    assert all(top / 2 <= s <= top for s, top in zip(slept, (1, 2, 4), strict=True))


def test_pauses_stay_within_the_budget(tmp_path: Path) -> None:
    endless = Case("", lambda p: p.file(URL, status(503)), settings={"attempts": 50, "retry_seconds": 20.0})
    played = play(endless, tmp_path, after_good=False)
    assert played.check.failure == "server_error"
    assert 10 < sum(played.slept) <= 20


# resuming -------------------------------------------------------------------------------------------------


def test_a_cut_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    case = next(c for c in CASES if c.name.startswith("cut in the middle"))
    played = play(case, tmp_path, after_good=False)
    again = played.asked[1].headers
    assert again["range"] == "bytes=9000-" and again["if-range"] == NEWER_ETAG
    assert played.check.bytes == len(NEWER)


def test_a_download_goes_on_at_the_next_refresh(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (server, publishers):
        file = File(GOOD, etag=ETAG)
        publishers.file(URL, cut_after(file, 9_000))
        assert look(source, publishers.settings(attempts=1)).checks[0].failure == "cut"
        publishers.file(URL, file)
        landing = look(source, publishers.settings())
    assert server.asked[-1].headers["range"] == "bytes=9000-"
    assert landing.files[0].path.read_bytes() == GOOD
    assert landing.checks[0].bytes == len(GOOD) - 9_000


def test_a_file_that_changed_between_two_downloads_is_not_glued(tmp_path: Path) -> None:
    case = next(c for c in CASES if "If-Range" in c.name)
    played = play(case, tmp_path, after_good=False)
    assert played.asked[1].headers["if-range"] == '"half"'
    assert played.landing.files[0].path.read_bytes() == NEWER


def test_without_a_strong_validator_nothing_is_resumed(tmp_path: Path) -> None:
    case = next(c for c in CASES if "weak ETag" in c.name)
    played = play(case, tmp_path, after_good=False)
    assert "range" not in played.asked[1].headers
    assert played.landing.files[0].path.read_bytes() == NEWER


# the ladder -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "method", "downloads"),
    [
        (File(GOOD, etag=ETAG, last_modified="Sat, 01 Nov 2025 10:00:00 GMT"), "etag", False),
        (File(GOOD, etag=ETAG, conditions=False), "etag", False),
        (File(GOOD, last_modified="Sat, 01 Nov 2025 10:00:00 GMT"), "last_modified", False),
        (File(GOOD, last_modified="Sat, 01 Nov 2025 10:00:00 GMT", conditions=False), "last_modified", False),
        (File(GOOD), "hash", True),
    ],
)
def test_unchanged_and_what_decided(look, file: File, method: str, downloads: bool) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (server, publishers):
        publishers.file(URL, file)
        first = look(source, publishers.settings())
        second = look(source, publishers.settings())
    assert (first.checks[0].state, first.checks[0].method) == ("new", "first")
    assert (second.checks[0].state, second.checks[0].method) == ("unchanged", method)
    assert (second.checks[0].bytes > 0) is downloads
    assert first.files == second.files and len(server.asked) == 2


@pytest.mark.parametrize(
    ("before", "now", "method"),
    [
        (File(GOOD, etag=ETAG), File(NEWER, etag=NEWER_ETAG), "etag"),
        (
            File(GOOD, last_modified="Sat, 01 Nov 2025 10:00:00 GMT"),
            File(NEWER, last_modified="Mon, 01 Dec 2025 10:00:00 GMT"),
            "last_modified",
        ),
        (File(GOOD), File(NEWER + b"44999;1\n"), "length"),
        # the same length: only the hash can tell 763 from 764
        (File(GOOD), File(NEWER), "hash"),
        # a server whose ETag does not move with the file is caught by the length
        (File(GOOD, etag=ETAG), File(NEWER + b"44999;1\n", etag=ETAG, conditions=False), "length"),
    ],
)
def test_new_and_what_decided(look, before: File, now: File, method: str) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (_, publishers):
        publishers.file(URL, before)
        look(source, publishers.settings())
        publishers.file(URL, now)
        landing = look(source, publishers.settings())
    assert (landing.checks[0].state, landing.checks[0].method) == ("new", method)
    assert landing.files[0].path.read_bytes() == now.body


def test_new_validators_of_the_same_bytes_are_no_news(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (_, publishers):
        publishers.file(URL, File(GOOD, etag=ETAG))
        first = look(source, publishers.settings())
        publishers.file(URL, File(GOOD, etag=NEWER_ETAG))
        second = look(source, publishers.settings())
        third = look(source, publishers.settings())
    assert (second.checks[0].state, second.checks[0].method) == ("unchanged", "hash")
    assert (third.checks[0].state, third.checks[0].method) == ("unchanged", "etag")
    assert first.files == third.files


def test_a_file_lost_or_touched_on_disk_is_brought_again(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (_, publishers):
        publishers.file(URL, File(GOOD, etag=ETAG))
        first = look(source, publishers.settings())
        first.files[0].path.write_bytes(b"touched")
        assert look(source, publishers.settings()).files[0].path.read_bytes() == GOOD
        first.files[0].path.unlink()
        assert look(source, publishers.settings()).files == first.files


def test_a_damaged_journal_costs_one_download(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (_, publishers):
        publishers.file(URL, File(GOOD, etag=ETAG))
        first = look(source, publishers.settings())
        (look.cache / ".journal.json").write_text("{ half a jour", encoding="utf-8")
        again = look(source, publishers.settings())
    assert again.files == first.files and again.checks[0].state == "new"


def test_a_journal_does_not_lead_out_of_its_folder(look, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (_, publishers):
        publishers.file(URL, File(GOOD, etag=ETAG))
        look(source, publishers.settings())
        journal = look.cache / ".journal.json"
        for part in ("file", "vintage"):
            written = json.loads(journal.read_text(encoding="utf-8"))
            written["addresses"][URL][part] = "../../secret"
            journal.write_text(json.dumps(written), encoding="utf-8")
            assert [f.path.parent.parent for f in look(source, publishers.settings()).files] == [look.cache]


# data.gouv.fr ---------------------------------------------------------------------------------------------


def test_datagouv_unchanged_is_one_request_for_the_metadata(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": LINK, "kind": "datagouv"}, frequency="monthly", expected=())
    with serving() as (server, publishers):
        publishers.datagouv(RESOURCE, "Stock.csv", File(GOOD, etag=ETAG), "2026-11-02T03:00:00+00:00")
        first = look(source, publishers.settings())
        server.asked.clear()
        second = look(source, publishers.settings())
    assert [(f.vintage, f.name) for f in first.files] == [("2026-11", "Stock.csv")]
    assert first.files[0].origin == "https://static.data.gouv.fr/resources/jeu/20260101-000000/Stock.csv"
    assert server.paths() == [f"/www.data.gouv.fr/api/2/datasets/resources/{RESOURCE}/"]
    assert (second.checks[0].state, second.checks[0].method) == ("unchanged", "publisher_date")
    assert second.checks[0].published_at == datetime(2026, 11, 2, 3, tzinfo=UTC)
    assert live_clock(look.cache).checked_at == NOW


def test_datagouv_new_month_takes_the_place_of_the_old(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": LINK, "kind": "datagouv"}, frequency="monthly", expected=())
    with serving() as (_, publishers):
        publishers.datagouv(RESOURCE, "Stock_octobre.csv", File(GOOD), "2026-10-02T03:00:00+00:00")
        look(source, publishers.settings())
        publishers.datagouv(RESOURCE, "Stock_novembre.csv", File(NEWER), "2026-11-02T03:00:00+00:00")
        landing = look(source, publishers.settings())
    assert (landing.checks[0].state, landing.checks[0].method) == ("new", "publisher_date")
    assert [(f.vintage, f.name) for f in landing.files] == [("2026-11", "Stock_novembre.csv")]
    assert not (look.cache / "2026-10").exists()


def test_datagouv_new_date_on_the_same_checksum_is_no_download(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": LINK, "kind": "datagouv"})
    with serving() as (server, publishers):
        meta = publishers.datagouv(RESOURCE, "Stock.csv", File(GOOD), "2026-10-02T03:00:00+00:00")
        look(source, publishers.settings())
        server.asked.clear()
        meta["resource"]["last_modified"] = "2026-11-02T03:00:00+00:00"
        landing = look(source, publishers.settings())
    assert (landing.checks[0].state, landing.checks[0].method) == ("unchanged", "hash")
    assert len(server.asked) == 1


def test_datagouv_a_crawlers_checksum_does_not_bind(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": LINK, "kind": "datagouv"})
    with serving() as (_, publishers):
        publishers.datagouv(
            RESOURCE, "b.csv", File(GOOD, etag=ETAG), "2026-10-02T03:00:00+00:00", checksum="0" * 40, remote=True
        )
        assert look(source, publishers.settings()).checks[0].state == "new"


def test_datagouv_replaced_between_metadata_and_file(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": LINK, "kind": "datagouv"})
    with serving() as (server, publishers):
        publishers.datagouv(RESOURCE, "b.csv", File(NEWER), "2026-11-02T03:00:00+00:00")
        path = f"/www.data.gouv.fr/api/2/datasets/resources/{RESOURCE}/"
        right = server.routes[path]
        old = {
            "resource": {
                "url": "x",
                "filetype": "file",
                "last_modified": "2026-11-01",
                "checksum": {"type": "sha1", "value": hashlib.sha1(GOOD).hexdigest()},
            }
        }
        server.routes[path] = in_turn(json_answer(old), right)
        landing = look(source, publishers.settings())
    assert landing.checks[0].state == "new" and landing.files[0].path.read_bytes() == NEWER


def test_datagouv_without_metadata_goes_down_the_ladder(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": LINK, "kind": "datagouv", "vintage": "2025"})
    with serving() as (server, publishers):
        publishers.datagouv(RESOURCE, "b.csv", File(GOOD, etag=ETAG), "2026-11-02T03:00:00+00:00")
        server.routes[f"/www.data.gouv.fr/api/2/datasets/resources/{RESOURCE}/"] = status(500)
        look(source, publishers.settings())
        landing = look(source, publishers.settings())
    assert (landing.checks[0].state, landing.checks[0].method) == ("unchanged", "etag")


# data-fair ------------------------------------------------------------------------------------------------


def test_datafair_pages_become_one_document_without_personal_columns(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": DATAFAIR, "kind": "datafair"}, frequency="daily", expected=())
    with serving() as (server, publishers):
        state = publishers.datafair("jeu", _rows(30), datetime(2026, 11, 19, tzinfo=UTC))
        state["select"] = False
        first = look(source, publishers.settings())
        server.asked.clear()
        second = look(source, publishers.settings())
    document = json.loads(first.files[0].path.read_text(encoding="utf-8"))
    assert document["total"] == 30 == len(document["results"])
    assert set(document["results"][0]) == {"siret", "commune"}
    assert (first.files[0].vintage, first.files[0].name) == ("2026-11", "jeu.json")
    assert second.checks[0].method == "publisher_date" and len(server.asked) == 1


def test_datafair_without_description_relies_on_last_modified(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": DATAFAIR, "kind": "datafair"}, frequency="daily", expected=())
    with serving() as (_, publishers):
        state = publishers.datafair("jeu", _rows(30), datetime(2026, 11, 19, tzinfo=UTC))
        state["metadata"] = False
        look(source, publishers.settings())
        assert look(source, publishers.settings()).checks[0].method == "last_modified"
        # a change on the last page only: the first page's ETag would not have shown it
        state["rows"] = [*_rows(29), {"siret": "9" * 14, "commune": "REZE"}]
        state["updated"] = datetime(2026, 11, 20, tzinfo=UTC)
        landing = look(source, publishers.settings())
    assert (landing.checks[0].state, landing.checks[0].method) == ("new", "last_modified")
    assert "REZE" in landing.files[0].path.read_text(encoding="utf-8")


def test_datafair_replaced_while_it_is_read(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": DATAFAIR, "kind": "datafair"})
    with serving() as (server, publishers):
        state = publishers.datafair("jeu", _rows(30), datetime(2026, 11, 19, tzinfo=UTC))
        path = "/data.ademe.fr/data-fair/api/v1/datasets/jeu/lines"
        lines = server.routes[path]

        def moving(request) -> None:  # type: ignore[no-untyped-def]
            lines(request)
            state["updated"] = datetime(2026, 11, 20, tzinfo=UTC)

        server.routes[path] = moving
        assert look(source, publishers.settings()).checks[0].failure == "moving"


# Melodi ---------------------------------------------------------------------------------------------------


def test_melodi_pages_are_counted_sorted_and_dated_by_the_catalogue(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": MELODI, "kind": "melodi"})
    with serving() as (server, publishers):
        state = publishers.melodi("DS_ESSAI", _observations(24), "2026-11-19T10:00:00", page=10)
        first = look(source, publishers.settings())
        assert server.asked[0].headers["accept"] == "application/json"
        assert look(source, publishers.settings()).checks[0].method == "publisher_date"
        # the same observations in another order under a new date: equal bytes
        state["modified"] = "2026-11-20T10:00:00"
        random.Random(3).shuffle(state["observations"])
        third = look(source, publishers.settings())
    assert len(json.loads(first.files[0].path.read_text(encoding="utf-8"))["observations"]) == 24
    assert (third.checks[0].state, third.checks[0].method) == ("unchanged", "hash")


def test_melodi_is_asked_thirty_times_a_minute_at_most(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": MELODI, "kind": "melodi"})
    with serving() as (server, publishers):
        publishers.melodi("DS_ESSAI", _observations(40), "2026-11-19T10:00:00", page=1)
        landing = look(source, publishers.settings())
    assert landing.checks[0].state == "new" and len(server.asked) == 42
    assert look.time.slept == [60.0]


def test_melodi_file_product_has_its_own_date(look) -> None:  # type: ignore[no-untyped-def]
    url = "https://api.insee.fr/melodi/file/DS_ESSAI/DS_ESSAI_2023_CSV_FR"
    source = a_source({"url": url, "kind": "melodi", "vintage": "2023"})
    with serving() as (server, publishers):
        from live_cases import _zip

        publishers.file(url, File(_zip(GOOD)))
        catalogue = {
            "identifier": "DS_ESSAI",
            "modified": "2026-11-26T00:00:00",
            "product": [{"id": "DS_ESSAI_2023_CSV_FR", "modified": "2025-09-02T13:43:22"}],
        }
        server.routes["/api.insee.fr/melodi/catalog/DS_ESSAI"] = json_answer(catalogue)
        first = look(source, publishers.settings())
        second = look(source, publishers.settings())
    assert first.files[0].name == "DS_ESSAI_2023_CSV_FR.zip"
    assert second.checks[0].method == "publisher_date" and second.checks[0].bytes < 500
    assert first.checks[0].published_at == datetime(2025, 9, 2, 13, 43, 22, tzinfo=UTC)


@pytest.mark.realdata
@pytest.mark.skipif(not (MIRROR / "insee_melodi" / "recorded").is_dir(), reason="no mirror")
def test_melodi_recorded_answers(look) -> None:  # type: ignore[no-untyped-def]
    recorded = MIRROR / "insee_melodi" / "recorded"

    def answers(prefix: str):  # type: ignore[no-untyped-def]
        count, data = ((recorded / f"{prefix}.{n}.json").read_bytes() for n in ("01", "02"))
        return lambda r: r.answer(200, count if r.query.get("maxResult") == ["0"] else data)

    url = "https://api.insee.fr/melodi/data/DS_POPULATIONS_REFERENCE?GEO=EPCI-244400404*COM"
    source = a_source({"url": url, "kind": "melodi"})
    with serving() as (server, publishers):
        path = "/api.insee.fr/melodi/data/DS_POPULATIONS_REFERENCE"
        catalogue = json.loads((recorded / "get_catalog_fr.01.json").read_bytes())
        own = next(d for d in catalogue if d["identifier"] == "DS_POPULATIONS_REFERENCE")
        server.routes["/api.insee.fr/melodi/catalog/DS_POPULATIONS_REFERENCE"] = json_answer(own)
        server.routes[path] = answers("get_local_data_by_com_popref")
        landing = look(source, publishers.settings())
        document = json.loads(landing.files[0].path.read_text(encoding="utf-8"))
        assert len(document["observations"]) == 72
        server.routes["/api.insee.fr/melodi/catalog/DS_POPULATIONS_REFERENCE"] = json_answer(
            own | {"modified": "2027-01-01T00:00:00"}
        )
        for file, kind in (
            ("get_data_popref_empty.01.json", "empty_selection"),
            ("get_code_list_ko.01.json", "unexpected_answer"),
        ):
            body = (recorded / file).read_bytes()
            server.routes[path] = status(200, body)
            again = look(source, publishers.settings())
            assert again.checks[0].failure == kind and again.files == landing.files
        server.routes[path] = status(500, (recorded / "get_data_not_exist.01.json").read_bytes())
        again = look(source, publishers.settings())
        assert "erreur inattendue" in fr(again.outcomes[0].reason) and "jeu de données" in fr(again.outcomes[0].action)
        # 106,065 announced, and a page without any
        server.routes[path] = status(200, (recorded / "get_data_popref_over.01.json").read_bytes())
        assert look(source, publishers.settings()).checks[0].failure == "wrong_count"


POPULATIONS = "https://api.insee.fr/melodi/data/DS_ESSAI?GEO=COM&TIME_PERIOD={year}"


def test_melodi_year_that_left_the_window_is_kept_and_the_next_one_taken(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": POPULATIONS, "kind": "melodi", "file_name": "essai_{year}.json"})
    with serving() as (server, publishers):
        published = {"2023": _observations(24)}
        state = publishers.melodi("DS_ESSAI", [], "2025-12-18T10:00:00")
        page = server.routes["/api.insee.fr/melodi/data/DS_ESSAI"]

        def of_year(request) -> None:  # type: ignore[no-untyped-def]
            state["observations"] = published.get(request.query["TIME_PERIOD"][0], [])
            page(request)

        server.routes["/api.insee.fr/melodi/data/DS_ESSAI"] = of_year
        first = look(source, publishers.settings())
        assert [(f.vintage, f.name) for f in first.files] == [("2023", "essai_2023.json")] and not first.outcomes
        # Insee's census window slides: 2024 comes, 2023 goes
        published.clear()
        published["2024"] = _observations(25)
        state["modified"] = "2026-12-17T10:00:00"
        again = look(source, publishers.settings())
        assert [(f.vintage, f.name) for f in again.files] == [("2023", "essai_2023.json"), ("2024", "essai_2024.json")]
        assert not again.outcomes and {c.state for c in again.checks} == {"absent", "new"}


@pytest.mark.realdata
@pytest.mark.skipif(not (MIRROR / "insee_melodi" / "recorded").is_dir(), reason="no mirror")
def test_melodi_populations_are_read_from_the_recorded_answer(look, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from orchestration.base.settings import PROJECT
    from orchestration.catalog import load_catalogue
    from orchestration.lake.register import SourceState

    recorded = MIRROR / "insee_melodi" / "recorded"
    catalogue = load_catalogue(PROJECT / "sources")
    source = catalogue["insee_population"]
    with serving() as (server, publishers):
        path = "/api.insee.fr/melodi/data/DS_POPULATIONS_REFERENCE"
        count, data = ((recorded / f"get_local_data_by_com_popref.{n}.json").read_bytes() for n in ("01", "02"))
        empty = (recorded / "get_data_popref_empty.01.json").read_bytes()
        server.routes[path] = lambda r: r.answer(
            200, empty if r.query["TIME_PERIOD"] != ["2023"] else count if r.query.get("maxResult") == ["0"] else data
        )
        files = look(source, publishers.settings()).files
    assert [(f.vintage, f.name) for f in files] == [("2023", "DS_POPULATIONS_REFERENCE_2023.json")]
    found = read_rows(facts(tmp_path, catalogue), source, SourceState(), files[0]).frame.set_index("commune_code")
    assert len(found) == 24 and not found["population_total"].isna().any()
    for o in json.loads(data)["observations"]:
        code, measure = o["dimensions"]["GEO"].rsplit("-", 1)[1], o["dimensions"]["POPREF_MEASURE"]
        column = {"PMUN": "population_municipal", "PCAP": "population_counted_apart", "PTOT": "population_total"}[
            measure
        ]
        assert found.loc[code, column] == o["measures"]["OBS_VALUE_NIVEAU"]["value"]


@pytest.mark.realdata
@pytest.mark.skipif(not (MIRROR / "ademe_rge").is_dir(), reason="no mirror")
def test_datafair_recorded_answers(look) -> None:  # type: ignore[no-untyped-def]
    import base64

    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor(
        "!binary", lambda loader, node: base64.b64decode("".join(loader.construct_scalar(node).split()))
    )
    recorded = yaml.load(
        (MIRROR / "ademe_rge" / "returns_all_results_across_multiple_pages.yml").read_text(encoding="utf-8"),
        Loader=Loader,
    )
    pages: dict[str, tuple[bytes, str]] = {}
    for one in recorded["http_interactions"]:
        body = one["response"]["body"]["string"]
        after = one["request"]["uri"].partition("after=")[2].partition("&")[0].replace("%2C", ",")
        pages[after] = (
            body if isinstance(body, bytes) else body.encode(),
            one["response"]["headers"]["Last-Modified"][0],
        )
    url = "https://data.ademe.fr/data-fair/api/v1/datasets/historique-rge/lines?qs=siret:81176617900014"
    with serving() as (server, publishers):

        def lines(request) -> None:  # type: ignore[no-untyped-def]
            body, modified = pages[request.query.get("after", [""])[0]]
            request.answer(200, body, {"Last-Modified": modified})

        server.routes["/data.ademe.fr/data-fair/api/v1/datasets/historique-rge/lines"] = lines
        source = a_source({"url": url, "kind": "datafair"}, frequency="daily", expected=())
        first = look(source, publishers.settings())
        second = look(source, publishers.settings())
    assert len(json.loads(first.files[0].path.read_text(encoding="utf-8"))["results"]) == 28
    assert first.files[0].vintage == "2025-08"
    assert (second.checks[0].state, second.checks[0].method) == ("unchanged", "last_modified")


# years, names, Egapro, ameli ------------------------------------------------------------------------------


AMELI = "https://www.assurance-maladie.ameli.fr/sites/default/files/{year}_Risque_serie_annuelle.csv"
OTHER = AMELI.replace("serie_annuelle", "serie%20annuelle")


def test_the_newest_year_is_found_and_the_next_one_tried_when_due(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": AMELI}, expected=("12-15",), lag=12)
    with serving() as (_, publishers):
        publishers.file(AMELI.format(year=2024), File(GOOD, etag=ETAG))
        first = look(source, publishers.settings())
        assert [(c.state, c.vintage) for c in first.checks] == [("absent", None), ("absent", None), ("new", "2024")]
        assert first.outcomes == [] and [f.vintage for f in first.files] == ["2024"]
        # 2025 is due on 15 December 2026: in November it is asked for, some publishers are early
        second = look(source, publishers.settings())
        assert [c.state for c in second.checks] == ["unchanged", "absent"] and second.outcomes == []
        publishers.file(AMELI.format(year=2025), File(NEWER, etag=NEWER_ETAG))
        third = look(source, publishers.settings())
    assert [(c.state, c.vintage) for c in third.checks] == [("unchanged", "2024"), ("new", "2025")]
    assert [f.vintage for f in third.files] == ["2024", "2025"]


def test_next_year_is_not_asked_for_before_it_may_be_out(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": AMELI}, expected=("06-30",), lag=0)
    with serving() as (server, publishers):
        publishers.file(AMELI.format(year=2026), File(GOOD, etag=ETAG))
        look(source, publishers.settings())
        server.asked.clear()
        look(source, publishers.settings())
    assert len(server.asked) == 1


def test_another_spelling_is_tried_and_remembered(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": AMELI, "alternatives": [OTHER]}, expected=("06-30",), lag=12)
    with serving() as (server, publishers):
        publishers.file(OTHER.format(year=2025), File(GOOD, etag=ETAG))
        first = look(source, publishers.settings())
        assert first.files[0].name == "2025_Risque_serie annuelle.csv"
        server.asked.clear()
        second = look(source, publishers.settings())
    assert second.checks[0].method == "etag" and server.paths()[0].endswith("serie%20annuelle.csv")


def test_a_soft_404_is_no_file_of_next_year(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": AMELI}, expected=("06-30",), lag=12)
    with serving() as (_, publishers):
        publishers.file(AMELI.format(year=2026), File(b"<html><title>Page introuvable</title></html>"))
        publishers.file(AMELI.format(year=2025), File(GOOD))
        landing = look(source, publishers.settings())
    assert landing.outcomes == [] and [f.vintage for f in landing.files] == ["2025"]


def test_no_year_at_all_is_said_once(look) -> None:  # type: ignore[no-untyped-def]
    with serving() as (_, publishers):
        landing = look(a_source({"url": AMELI}), publishers.settings())
    (outcome,) = landing.outcomes
    assert outcome.state == "missing" and "2022 à 2026" in fr(outcome.reason)
    assert outcome.origin == AMELI and outcome.file is None


def test_a_year_withdrawn_is_said_and_kept(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": AMELI}, expected=("06-30",), lag=0)
    with serving() as (server, publishers):
        publishers.file(AMELI.format(year=2026), File(GOOD))
        look(source, publishers.settings())
        server.routes.clear()
        landing = look(source, publishers.settings())
    assert [o.state for o in landing.outcomes] == ["kept"] and len(landing.files) == 1


def test_egapro_is_written_anew_each_day(look) -> None:  # type: ignore[no-untyped-def]
    url = "https://egapro.travail.gouv.fr/index-egalite-fh.csv"
    source = a_source({"url": url}, expected=("03-01",))
    with serving() as (_, publishers):
        publishers.file(url, File(GOOD, etag='"18"', last_modified="Wed, 18 Nov 2026 03:00:00 GMT"))
        first = look(source, publishers.settings())
        publishers.file(url, File(GOOD, etag='"19"', last_modified="Thu, 19 Nov 2026 03:00:00 GMT"))
        same = look(source, publishers.settings())
        publishers.file(url, File(NEWER, etag='"20"', last_modified="Fri, 20 Nov 2026 03:00:00 GMT"))
        new = look(source, publishers.settings())
    assert first.files[0].vintage == "2026-11"
    assert (same.checks[0].state, same.checks[0].method) == ("unchanged", "hash")
    assert (new.checks[0].state, new.checks[0].method) == ("new", "etag")
    assert new.checks[0].published_at == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert len(new.files) == 1


def test_a_date_in_the_future_does_not_name_a_vintage(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": "https://egapro.travail.gouv.fr/i.csv"})
    with serving() as (_, publishers):
        publishers.file(
            "https://egapro.travail.gouv.fr/i.csv", File(GOOD, last_modified="Fri, 20 Nov 2099 03:00:00 GMT")
        )
        assert look(source, publishers.settings()).files[0].vintage == "2026-11"


def test_the_servers_name_is_only_a_name(look) -> None:  # type: ignore[no-untyped-def]
    url = "https://www.insee.fr/telecharger?id=1"
    source = a_source({"url": url, "vintage": "2025"})
    with serving() as (_, publishers):
        publishers.file(
            url, File(GOOD, headers={"Content-Disposition": 'attachment; filename="../../../etc/cron.d/x.csv"'})
        )
        landing = look(source, publishers.settings())
    assert landing.files[0].path == look.cache / "2025" / "x.csv"


def test_two_addresses_of_one_name_do_not_overwrite_each_other(look) -> None:  # type: ignore[no-untyped-def]
    one, two = "https://www.insee.fr/a/d.csv", "https://www.insee.fr/b/d.csv"
    source = a_source({"url": one, "vintage": "2025"}, {"url": two, "vintage": "2025"})
    with serving() as (_, publishers):
        publishers.file(one, File(GOOD))
        publishers.file(two, File(NEWER))
        landing = look(source, publishers.settings())
    assert landing.files[0].path.read_bytes() == GOOD
    assert landing.checks[1].failure == "same_name" and landing.outcomes[0].state == "missing"


# keys, secrets, identification ----------------------------------------------------------------------------


def test_a_missing_key_says_which_and_where(look, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delenv("OBSERVATORY_KEY_ESSAI", raising=False)
    source = a_source(
        {"url": URL, "vintage": "2025", "key_env": "OBSERVATORY_KEY_ESSAI", "key_page": "https://portail-api.insee.fr/"}
    )
    with serving() as (server, publishers):
        landing = look(source, publishers.settings())
    (outcome,) = landing.outcomes
    assert outcome.state == "missing" and server.asked == []
    assert "OBSERVATORY_KEY_ESSAI" in fr(outcome.reason) and "https://portail-api.insee.fr/" in fr(outcome.action)


def test_a_key_goes_to_its_host_alone_and_nowhere_else(
    look, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("OBSERVATORY_KEY_ESSAI", "s3cr3t-value")
    caplog.set_level("DEBUG", logger="observatory")
    source = a_source({"url": URL, "vintage": "2025", "key_env": "OBSERVATORY_KEY_ESSAI", "key_page": "https://x.fr/"})
    with serving() as (server, publishers):
        publishers.file(URL, redirect("https://static.data.gouv.fr/d.csv?X-Amz-Signature=s3cr3t-value&part=1"))
        publishers.file("https://static.data.gouv.fr/d.csv", File(GOOD, etag=ETAG))
        landing = look(source, publishers.settings())
        publishers.file("https://static.data.gouv.fr/d.csv", status(403))
        refused = look(source, publishers.settings())
    assert server.asked[0].headers["authorization"] == "Bearer s3cr3t-value"
    assert "authorization" not in server.asked[1].headers
    assert landing.files[0].origin == "https://static.data.gouv.fr/d.csv?part=1"
    assert "OBSERVATORY_KEY_ESSAI" in fr(refused.outcomes[0].action)
    everything = (
        (look.cache / ".journal.json").read_text(encoding="utf-8") + repr(landing) + repr(refused) + caplog.text
    )
    assert "s3cr3t" not in everything


def test_requests_name_the_project_and_carry_no_cookie(look) -> None:  # type: ignore[no-untyped-def]
    source = a_source({"url": URL, "vintage": "2025"})
    with serving() as (server, publishers):
        publishers.file(URL, File(GOOD, etag=ETAG, headers={"Set-Cookie": "suivi=1; Path=/"}))
        look(source, publishers.settings())
        look(source, publishers.settings())
    for request in server.asked:
        assert (
            request.headers["user-agent"].startswith("csr-sdg-observatory/")
            and "@" not in request.headers["user-agent"]
        )
        assert "cookie" not in request.headers
    assert server.asked[0].headers["accept-encoding"] == "identity"


# network --------------------------------------------------------------------------------------------------


def test_a_trusted_certificate_is_taken(tmp_path: Path, look) -> None:  # type: ignore[no-untyped-def]
    authority, chain, key = make_certificates(tmp_path)
    source = a_source({"url": URL, "vintage": "2025"})
    with serving(certificate=(chain, key)) as (server, publishers):
        server.base = f"https://localhost:{server.port}"
        publishers.file(URL, File(GOOD))
        assert look(source, publishers.settings(ca_file=authority)).checks[0].state == "new"


def test_a_proxy_of_the_environment_is_used(look, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    with serving() as (server, _):
        monkeypatch.setenv("HTTP_PROXY", server.base)
        monkeypatch.setenv("http_proxy", server.base)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        # a proxy is asked for the whole address; the name need not be known on this side of it
        server.routes["/donnees.csv"] = File(GOOD)
        source = a_source({"url": "http://donnees.exemple-inconnu.fr/donnees.csv", "vintage": "2025"})
        landing = look(source, server.settings())
    assert landing.checks[0].state == "new"
    assert server.asked[0].headers["host"] == "donnees.exemple-inconnu.fr"


def test_a_name_that_turns_inward_after_the_look_up_is_not_asked() -> None:
    public = [(2, 1, 6, "", ("93.184.216.34", 0))]
    with LiveServer() as server:
        server.routes["/"] = File(GOOD)
        # the look-up says a public machine; the connection reaches this one
        url = f"http://localtest.exemple.fr:{server.port}/"
        with (
            Engine(LiveSettings(attempts=1), resolve=lambda *_, **__: public) as engine,
            pytest.MonkeyPatch.context() as patch,
        ):
            import socket

            real = socket.create_connection
            patch.setattr(
                socket, "create_connection", lambda address, *a, **k: real(("127.0.0.1", address[1]), *a, **k)
            )
            with pytest.raises(LiveFailure) as caught:
                engine.read(url, engine.ask())
    assert caught.value.kind == "inner_address" and server.asked == []


def test_a_host_that_is_down_costs_its_patience_once(tmp_path: Path) -> None:
    sources = [
        a_source({"url": f"https://www.insee.fr/{n}.csv", "vintage": "2025"}, name=f"essai_{n}") for n in range(5)
    ]
    time = Time()
    settings = LiveSettings(base_overrides={"https://www.insee.fr": "http://127.0.0.1:9"})
    with Engine(settings, clock=time.clock, sleep=time.sleep) as engine:
        landings = land_all_live(sources, tmp_path, HashCache(tmp_path / "h.json"), now=NOW, engine=engine)
    assert {c.failure for one in landings.values() for c in one.checks} == {"unreachable"}
    assert len(time.slept) == 3


# many sources ---------------------------------------------------------------------------------------------


def test_hosts_are_asked_side_by_side_and_each_by_one_request(tmp_path: Path) -> None:
    hosts = [f"h{n}.exemple.fr" for n in range(4)]
    inside: dict[str, int] = {}
    lock, together, most = threading.Lock(), threading.Barrier(4, timeout=5), [0]

    def route(request) -> None:  # type: ignore[no-untyped-def]
        host = request.path.split("/")[1]
        with lock:
            inside[host] = inside.get(host, 0) + 1
            most[0] = max(most[0], inside[host])
        if request.path.endswith("0.csv"):
            together.wait()  # passes only when four hosts are being asked at once
        with lock:
            inside[host] -= 1
        File(GOOD, etag=ETAG)(request)

    with LiveServer() as server:
        sources = []
        for host in hosts:
            for n in range(3):
                server.routes[f"/{host}/{n}.csv"] = route
                sources.append(a_source({"url": f"https://{host}/{n}.csv", "vintage": "2025"}, name=f"{host[:2]}_{n}"))
        settings = server.settings(*hosts)
        landings = land_all_live(sources, tmp_path / "live", HashCache(tmp_path / "h.json"), now=NOW, settings=settings)
    assert list(landings) == [s.source_id for s in sources]
    assert all(one.checks[0].state == "new" for one in landings.values())
    assert most == [1]


def test_one_bad_source_takes_no_other_with_it(tmp_path: Path) -> None:
    good, bad = "https://www.insee.fr/g.csv", "https://www.insee.fr/b.csv"
    with serving() as (_, publishers):
        publishers.file(good, File(GOOD))
        publishers.file(bad, File(b"<html><title>Erreur</title></html>"))
        sources = [
            a_source({"url": bad, "vintage": "2025"}, name="b"),
            a_source({"url": good, "vintage": "2025"}, name="g"),
            a_source(name="n"),
        ]
        landings = land_all_live(
            sources,
            tmp_path,
            HashCache(tmp_path / "h.json"),
            now=NOW,
            settings=publishers.settings(),
            last_good={"b": "2024"},
        )
    assert landings["b"].outcomes[0].state == "refused" and "2024" in fr(landings["b"].outcomes[0].reason)
    assert len(landings["g"].files) == 1
    assert landings["n"].outcomes[0].state == "missing" and "boîte d'arrivée" in fr(landings["n"].outcomes[0].action)


def test_a_fault_of_ours_is_said_and_contained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.landing.live import publishers as rooms

    def broken(*_: object, **__: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr(rooms, "fetch", broken)
    with serving() as (_, publishers):
        landing = land_live(
            a_source({"url": URL, "vintage": "2025"}),
            tmp_path,
            HashCache(tmp_path / "h.json"),
            now=NOW,
            settings=publishers.settings(),
        )
    assert landing.checks[0].failure == "unforeseen" and landing.outcomes[0].state == "missing"


def test_an_interruption_ends_the_download_and_keeps_what_came(tmp_path: Path) -> None:
    def route(request) -> None:  # type: ignore[no-untyped-def]
        request.head(200, {"Content-Length": str(len(GOOD)), "ETag": ETAG})
        request.write(GOOD[:9_000])
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        request.closing.wait(10)

    source = a_source({"url": URL, "vintage": "2025"})
    hashes = HashCache(tmp_path / "h.json")
    with serving() as (server, publishers):
        publishers.file(URL, route)
        with pytest.raises(KeyboardInterrupt):
            land_all_live([source], tmp_path, hashes, now=NOW, settings=publishers.settings())
        publishers.file(URL, File(GOOD, etag=ETAG))
        landing = land_all_live([source], tmp_path, hashes, now=NOW, settings=publishers.settings())["essai"]
    assert landing.files[0].path.read_bytes() == GOOD
    assert server.asked[-1].headers["range"] == "bytes=9000-"


def test_disk_full_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 99, 1))  # type: ignore[attr-defined]
    with serving() as (_, publishers):
        publishers.file(URL, File(GOOD))
        landing = land_live(
            a_source({"url": URL, "vintage": "2025"}),
            tmp_path,
            HashCache(tmp_path / "h.json"),
            now=NOW,
            settings=publishers.settings(),
        )
    assert landing.checks[0].failure == "no_room" and "place" in fr(landing.outcomes[0].reason)
