"""Every misbehaviour of a publisher that is proven: how it is staged and what must come of it.

`test_live.py` asserts them one by one; `bench/live.py` prints them as a table. Each is played twice, at the first look
and after a good one. No case waits: time is the test's own, except where patience itself is the case.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from live_server import (
    File,
    LiveServer,
    Publishers,
    Request,
    cut_after,
    endless,
    in_turn,
    make_certificates,
    promise,
    redirect,
    reset_after,
    slow_headers,
    status,
    trickle,
)

from orchestration.base.messages import Message
from orchestration.catalog.models import Calendar, Live, Source
from orchestration.landing import HashCache
from orchestration.landing.live import LiveLanding, land_live
from orchestration.landing.live.engine import Engine

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
URL = "https://www.insee.fr/fr/statistiques/fichier/1/donnees_2025.csv"
GOOD = b"code;valeur\n" + b"".join(b"44%03d;%d\n" % (n, n * 7) for n in range(3000))
NEWER = GOOD.replace(b"44109;763", b"44109;764")
ETAG, NEWER_ETAG = '"v1"', '"v2"'


def a_source(
    *live: dict, frequency: str = "yearly", expected: tuple[str, ...] = ("06-30",), lag: int = 0, name: str = "essai"
) -> Source:
    """Return a source with these `live:` entries and nothing else of note."""
    text = Message.of(fr="Essai", en="Trial")
    return Source(
        source_id=name,
        title=text,
        publisher="Éditeur",
        licence="Licence Ouverte 2.0",
        homepage="https://www.insee.fr/",
        groups=["insee"],
        owner="team:observatory-data",
        calendar=Calendar(frequency=frequency, expected=list(expected), lag_months=lag),  # type: ignore[arg-type]
        live=[Live(**one) for one in live],
        tables={},
        path=Path("sources/essai"),
    )


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Played:
    """What came of a case: the landing, the requests, the pauses between them."""

    landing: LiveLanding
    asked: list[Request]
    slept: list[float]
    cache: Path

    @property
    def check(self):  # type: ignore[no-untyped-def]
        return self.landing.checks[-1]

    @property
    def outcome(self):  # type: ignore[no-untyped-def]
        return self.landing.outcomes[-1] if self.landing.outcomes else None


@dataclass
class Case:
    """One misbehaviour. `mount` stages it; the rest is what must come of it.

    `state`: of the address. `failure`: its kind. `first`, `after`: what the receipt says of the file at the
    first look, and when a good one is at hand (None: nothing, for the file was taken). `requests`: how many.
    """

    name: str
    mount: Callable[[Publishers], object]
    state: str = "failed"
    failure: str | None = None
    first: str | None = "missing"
    after: str | None = "kept"
    requests: int | None = None
    said: str = ""
    live: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    tls: str = ""


def at(url: str = URL) -> Callable[..., Callable[[Publishers], object]]:
    """Return a way to put a route at the address of the case."""
    return lambda route: lambda publishers: publishers.file(url, route)


def _sent(body: bytes, kind: str = "text/html") -> Callable[[Publishers], object]:
    return at()(File(body, etag=NEWER_ETAG, content_type=kind))


def _zip(body: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("donnees.csv", body)
    return target.getvalue()


NEW = File(NEWER, etag=NEWER_ETAG)
TAKEN = {"state": "new", "first": None, "after": None}
REFUSED = {"first": "refused", "after": "refused"}


def _changed_meanwhile(publishers: Publishers) -> None:
    # the first half is of one file, what is asked for next is of another
    old = File(GOOD, etag='"half"')
    publishers.file(URL, in_turn(cut_after(old, 9_000), NEW))


def _lying_range(publishers: Publishers) -> None:
    def route(request: Request) -> None:
        if "range" in request.headers:
            request.answer(
                206, NEWER[100:], {"Content-Range": f"bytes 100-{len(NEWER) - 1}/{len(NEWER)}", "ETag": NEWER_ETAG}
            )
        else:
            NEW(request)

    publishers.file(URL, in_turn(cut_after(NEW, 9_000), route))


def _range_beyond(publishers: Publishers) -> None:
    publishers.file(URL, in_turn(cut_after(NEW, 9_000), status(416), NEW))


def _checksum(publishers: Publishers) -> None:
    publishers.datagouv(RESOURCE, "donnees_2025.csv", NEW, "2026-11-19T03:00:00+00:00", checksum="0" * 40)


def _gzip_bomb(publishers: Publishers) -> None:
    body = gzip.compress(b"0" * 4_000_000)
    publishers.file(URL, lambda r: r.answer(200, body, {"Content-Encoding": "gzip", "ETag": NEWER_ETAG}))


RESOURCE = "0651fb76-bcf3-4f6a-a38d-bc04fa708576"
LINK = f"https://www.data.gouv.fr/datasets/r/{RESOURCE}"
DATAFAIR = "https://data.ademe.fr/data-fair/api/v1/datasets/jeu/lines?size=10&select=siret,commune"
MELODI = "https://api.insee.fr/melodi/data/DS_ESSAI?GEO=EPCI-244400404*COM"
LOOP = "https://www.insee.fr/a"


def _loop(publishers: Publishers) -> None:
    publishers.file(URL, redirect(LOOP))
    publishers.file(LOOP, redirect("https://www.insee.fr/b"))
    publishers.file("https://www.insee.fr/b", redirect(LOOP))


def _chain(publishers: Publishers) -> None:
    publishers.file(URL, redirect("https://www.insee.fr/r/1"))
    for n in range(1, 9):
        publishers.file(f"https://www.insee.fr/r/{n}", redirect(f"https://www.insee.fr/r/{n + 1}"))


def _moved(publishers: Publishers) -> None:
    publishers.file(URL, redirect("https://static.data.gouv.fr/nouveau/donnees_2025.csv?X-Amz-Signature=abc&v=2"))
    publishers.file("https://static.data.gouv.fr/nouveau/donnees_2025.csv", NEW)


def _rows(count: int) -> list[dict]:
    return [{"siret": f"{n:014d}", "commune": "NANTES", "email": "personne@example.org"} for n in range(count)]


def _observations(count: int) -> list[dict]:
    return [
        {
            "dimensions": {"GEO": f"2025-COM-{n:05d}", "TIME_PERIOD": "2023"},
            "measures": {"OBS_VALUE_NIVEAU": {"value": float(n)}},
        }
        for n in range(count)
    ]


def _datafair(**changes: object) -> Callable[[Publishers], object]:
    def mount(publishers: Publishers) -> None:
        state = publishers.datafair("jeu", _rows(30), datetime(2026, 11, 19, tzinfo=UTC))
        state.update(changes)

    return mount


def _datafair_elsewhere(publishers: Publishers) -> None:
    path = "/data.ademe.fr/data-fair/api/v1/datasets/jeu/lines"
    publishers.server.routes[path] = lambda r: r.answer(
        200,
        b'{"total": 2, "results": [{"siret": "1"}], "next": "https://169.254.169.254/latest"}',
        {"Content-Type": "application/json"},
    )


def _melodi(count: int = 24, **changes: object) -> Callable[[Publishers], object]:
    def mount(publishers: Publishers) -> None:
        publishers.melodi("DS_ESSAI", _observations(count), "2026-11-19T10:00:00").update(changes)

    return mount


def _melodi_answers(*routes: Callable[[Request], None]) -> Callable[[Publishers], object]:
    def mount(publishers: Publishers) -> None:
        publishers.melodi("DS_ESSAI", _observations(24), "2026-11-19T10:00:00")
        publishers.server.routes["/api.insee.fr/melodi/data/DS_ESSAI"] = in_turn(*routes)

    return mount


UNEXPECTED = "Le serveur a rencontré une erreur inattendue.".encode()

CASES = [
    # answers that are no misbehaviour at all
    Case("file moved to another host (302, signed)", _moved, **TAKEN, requests=2),
    # nothing there, not now
    Case(
        "404",
        at()(status(404, b"<html><title>Page introuvable</title></html>")),
        failure="not_found",
        requests=1,
        said="il n'y a pas de fichier",
    ),
    Case("410", at()(status(410)), failure="gone", requests=1, said="retiré définitivement"),
    Case("403", at()(status(403)), failure="forbidden", requests=1, said="refuse l'accès"),
    Case(
        "429 with Retry-After in seconds, then 200",
        at()(in_turn(status(429, headers={"Retry-After": "7"}), NEW)),
        **TAKEN,
        requests=2,
    ),
    Case(
        "429 with Retry-After as a date, then 200",
        at()(in_turn(status(429, headers={"Retry-After": "Fri, 20 Nov 2026 08:00:09 GMT"}), NEW)),
        **TAKEN,
        requests=2,
    ),
    Case(
        "429 with Retry-After of one day",
        at()(status(429, headers={"Retry-After": "86400"})),
        failure="busy",
        requests=1,
        said="24 heures",
    ),
    Case("429 without end", at()(status(429)), failure="busy", requests=4),
    Case("500, then 200", at()(in_turn(status(500), NEW)), **TAKEN, requests=2),
    Case(
        "500 without end", at()(status(500, UNEXPECTED)), failure="server_error", requests=4, said="erreur inattendue"
    ),
    Case(
        "503 with Retry-After, then 200",
        at()(in_turn(status(503, headers={"Retry-After": "3"}), NEW)),
        **TAKEN,
        requests=2,
    ),
    Case("501 (no retry can help)", at()(status(501)), failure="server_error", requests=1),
    Case(
        "304 that nobody asked for",
        at()(lambda r: r.head(304, {})),
        failure="status",
        requests=1,
        settings={},
        after=None,
        state="any",
    ),
    # bodies that do not come whole
    Case("cut in the middle, then resumed by range", at()(in_turn(cut_after(NEW, 9_000), NEW)), **TAKEN, requests=2),
    Case("connection reset, then resumed by range", at()(in_turn(reset_after(NEW, 9_000), NEW)), **TAKEN, requests=2),
    Case(
        "cut, and the server ignores ranges",
        at()(in_turn(cut_after(NEW, 9_000), File(NEWER, etag=NEWER_ETAG, ranges=False))),
        **TAKEN,
        requests=2,
    ),
    Case("cut, and the file changed meanwhile (If-Range)", _changed_meanwhile, **TAKEN, requests=2),
    Case(
        "cut, and a weak ETag only (no resuming)",
        at()(in_turn(cut_after(File(NEWER, etag='W/"v2"'), 9_000), File(NEWER, etag='W/"v2"'))),
        **TAKEN,
        requests=2,
    ),
    Case("cut, then a range that was not asked for", _lying_range, **TAKEN, requests=3),
    Case("cut, then 416", _range_beyond, **TAKEN, requests=3),
    Case("cut each time", at()(cut_after(File(NEWER), 9_000)), failure="cut", requests=4, said="avant la fin"),
    Case("Content-Length too long", at()(promise(NEWER, len(NEWER) + 500)), failure="cut", requests=4),
    Case(
        "Content-Length too short, archive",
        at("https://www.insee.fr/d.zip")(promise(_zip(NEWER), 3_000)),
        failure="incomplete",
        **REFUSED,
        requests=1,
        live={"url": "https://www.insee.fr/d.zip"},
    ),
    Case(
        "Parquet without its end",
        at("https://www.insee.fr/d.parquet")(File(b"PAR1" + b"\x00" * 900)),
        failure="incomplete",
        **REFUSED,
        live={"url": "https://www.insee.fr/d.parquet"},
    ),
    Case(
        "slow bytes",
        at()(trickle(b"code;valeur")),
        failure="too_slow",
        requests=1,
        said="trop lentement",
        settings={"download_seconds": 0.3},
    ),
    Case("slow headers", at()(slow_headers()), failure="too_slow", requests=1, settings={"download_seconds": 0.3}),
    Case(
        "no answer",
        at()(lambda r: r.closing.wait(5)),
        failure="timeout",
        requests=2,
        said="ne répond pas",
        settings={"read_timeout": 0.2, "attempts": 2},
    ),
    Case(
        "body without end",
        at()(endless()),
        failure="too_large",
        **REFUSED,
        requests=1,
        said="taille permise",
        live={"max_mb": 1},
    ),
    Case(
        "announced larger than allowed",
        at()(lambda r: r.answer(200, b"", {"Content-Length": "9000000"})),
        failure="too_large",
        **REFUSED,
        requests=1,
        live={"max_mb": 1},
    ),
    Case("compressed answer that swells", _gzip_bomb, failure="too_large", **REFUSED, requests=1, live={"max_mb": 1}),
    # bodies that are something else
    Case(
        "HTML with status 200",
        _sent(b"<!DOCTYPE html><html><head><title>Maintenance en cours</title></head></html>"),
        failure="error_page",
        **REFUSED,
        requests=1,
        said="Maintenance en cours",
    ),
    Case(
        "JSON error with status 200",
        _sent(b'{"status": 500, "message": "Service indisponible"}', "application/json"),
        failure="error_page",
        **REFUSED,
        requests=1,
        said="Service indisponible",
    ),
    Case(
        "XML error with status 200",
        _sent(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "application/xml"),
        failure="error_page",
        **REFUSED,
        said="AccessDenied",
    ),
    Case(
        "sentence with status 200",
        _sent(UNEXPECTED, "text/plain"),
        failure="error_page",
        **REFUSED,
        said="erreur inattendue",
    ),
    Case("empty body", _sent(b""), failure="error_page", **REFUSED, said="fichier vide"),
    Case(
        "checksum mismatch",
        _checksum,
        failure="checksum",
        **REFUSED,
        said="somme de contrôle",
        live={"url": LINK, "kind": "datagouv"},
    ),
    # addresses that must not be followed
    Case("redirect loop", _loop, failure="redirect_loop", said="boucle"),
    Case("too many redirects", _chain, failure="too_many_redirects", requests=6),
    Case(
        "redirect from https to http",
        at()(redirect("http://www.insee.fr/donnees.csv")),
        failure="scheme",
        **REFUSED,
        requests=1,
        said="pas protégée",
    ),
    Case("redirect to file:", at()(redirect("file:///etc/passwd")), failure="scheme", **REFUSED, requests=1),
    Case("redirect to ftp:", at()(redirect("ftp://ftp.insee.fr/donnees.csv")), failure="scheme", **REFUSED, requests=1),
    Case(
        "redirect to the cloud's metadata",
        at()(redirect("https://169.254.169.254/latest/meta-data/")),
        failure="inner_address",
        **REFUSED,
        requests=1,
        said="réseau interne",
    ),
    Case(
        "redirect to loopback",
        at()(redirect("https://127.0.0.1:8443/")),
        failure="inner_address",
        **REFUSED,
        requests=1,
    ),
    Case(
        "redirect to loopback, spelt as a number",
        at()(redirect("https://2130706433/")),
        failure="inner_address",
        **REFUSED,
        requests=1,
    ),
    Case(
        "redirect to loopback, IPv6",
        at()(redirect("https://[::ffff:127.0.0.1]/")),
        failure="inner_address",
        **REFUSED,
        requests=1,
    ),
    Case(
        "redirect to the intranet", at()(redirect("https://intranet/")), failure="inner_address", **REFUSED, requests=1
    ),
    Case(
        "redirect to a private network",
        at()(redirect("https://10.0.0.7/")),
        failure="inner_address",
        **REFUSED,
        requests=1,
    ),
    Case(
        "certificate of an unknown authority",
        at()(NEW),
        failure="certificate",
        **REFUSED,
        requests=1,
        said="son autorité est inconnue",
        tls="unknown",
    ),
    Case(
        "certificate that has expired",
        at()(NEW),
        failure="certificate",
        **REFUSED,
        requests=1,
        said="il a expiré",
        tls="expired",
    ),
    Case(
        "certificate of another host",
        at()(NEW),
        failure="certificate",
        **REFUSED,
        requests=1,
        said="autre machine",
        tls="other",
    ),
    Case(
        "host that refuses connections",
        lambda p: p.server.routes.clear(),
        failure="unreachable",
        requests=4,
        said="injoignable",
        tls="closed",
    ),
    # pages
    Case(
        "data-fair: total differs from the rows",
        _datafair(total=31),
        failure="wrong_count",
        **REFUSED,
        said="31 lignes et en donne 30",
        live={"url": DATAFAIR, "kind": "datafair"},
    ),
    Case(
        "data-fair: server forgets `select`",
        _datafair(select=False),
        **TAKEN,
        live={"url": DATAFAIR, "kind": "datafair"},
    ),
    Case(
        "data-fair: `next` leads elsewhere",
        _datafair_elsewhere,
        failure="next_elsewhere",
        **REFUSED,
        live={"url": DATAFAIR, "kind": "datafair"},
    ),
    Case(
        "Melodi: unknown data set (500 with a text)",
        _melodi_answers(status(500, UNEXPECTED)),
        failure="server_error",
        said="erreur inattendue",
        live={"url": MELODI, "kind": "melodi"},
    ),
    Case(
        "Melodi: unknown list (200, empty `codes`)",
        _melodi_answers(status(200, b'{"codes":[],"niveaux":[]}')),
        failure="unexpected_answer",
        **REFUSED,
        live={"url": MELODI, "kind": "melodi"},
    ),
    Case(
        "Melodi: error body with status 200",
        _melodi_answers(status(200, b'{"status": 400, "message": "Code inconnu"}')),
        failure="unexpected_answer",
        **REFUSED,
        said="Code inconnu",
        live={"url": MELODI, "kind": "melodi"},
    ),
    Case(
        "Melodi: empty selection",
        _melodi(0),
        failure="empty_selection",
        **REFUSED,
        said="aucune observation",
        live={"url": MELODI, "kind": "melodi"},
    ),
    Case(
        "Melodi: pages without `next`",
        _melodi(24, page=10, next=False),
        state="new",
        first=None,
        after=None,
        live={"url": MELODI, "kind": "melodi"},
    ),
    Case(
        "Melodi: 500 once, then right",
        _melodi_answers(status(500, UNEXPECTED), lambda r: _one_page(r)),
        **TAKEN,
        live={"url": MELODI, "kind": "melodi"},
    ),
]


def _one_page(request: Request) -> None:
    import json

    rows = [] if request.query.get("maxResult") == ["0"] else _observations(3)
    request.answer(200, json.dumps({"identifier": "DS_ESSAI", "observations": rows, "paging": {"count": 3}}).encode())


def good_before(publishers: Publishers, live: dict) -> None:
    """Mount what a good first look finds at the address of a case."""
    kind, url = live.get("kind", "file"), live["url"]
    if kind == "datagouv":
        publishers.datagouv(RESOURCE, "donnees_2025.csv", File(GOOD, etag=ETAG), "2026-10-01T03:00:00+00:00")
    elif kind == "datafair":
        publishers.datafair("jeu", _rows(29), datetime(2026, 10, 1, tzinfo=UTC))
    elif kind == "melodi":
        publishers.melodi("DS_ESSAI", _observations(23), "2026-10-01T10:00:00")
    elif url.endswith(".zip"):
        publishers.file(url, File(_zip(GOOD), etag=ETAG))
    elif url.endswith(".parquet"):
        publishers.file(url, File(b"PAR1" + b"\x01" * 90 + b"PAR1", etag=ETAG))
    else:
        publishers.file(url, File(GOOD, etag=ETAG))


def play(case: Case, folder: Path, *, after_good: bool) -> Played:
    """Stage a case and look once (`after_good`: after a first look that found a good file)."""
    live = {"url": URL} | case.live
    if live.get("kind", "file") == "file":
        live = {"vintage": "2025"} | live
    source = a_source(live)
    cache = folder / "live" / "essai"
    hashes = HashCache(folder / "hashes.json")
    if after_good:
        with LiveServer() as server:
            publishers = Publishers(server)
            good_before(publishers, live)
            first = _look(source, cache, hashes, publishers.settings(), Time())
            assert [c.state for c in first.checks] == ["new"], first.checks
    settings = dict(case.settings)
    certificate = None
    if case.tls in ("unknown", "expired", "other"):
        days, name = (-2 if case.tls == "expired" else 30), ("autre.example" if case.tls == "other" else "localhost")
        authority, chain, key = make_certificates(folder, days=days, name=name)
        certificate = (chain, key)
        if case.tls != "unknown":
            settings["ca_file"] = authority
    time = Time()
    with LiveServer(certificate) as server:
        if certificate:
            server.base = f"https://localhost:{server.port}"
        publishers = Publishers(server)
        case.mount(publishers)
        if case.tls == "closed":
            server.base = "http://127.0.0.1:9"
        landing = _look(source, cache, hashes, publishers.settings(**settings), time)
        return Played(landing, server.asked, time.slept, cache)


def _look(source: Source, cache: Path, hashes: HashCache, settings, time: Time) -> LiveLanding:  # type: ignore[no-untyped-def]
    # patience itself is a case: only there the clock is the real one
    real = {} if settings.download_seconds < 1 else {"clock": time.clock}
    with Engine(settings, sleep=time.sleep, rng=random.Random(1), now=lambda: NOW, **real) as engine:
        return land_live(source, cache, hashes, now=NOW, engine=engine)
