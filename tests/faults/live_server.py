"""A local server that answers as the publishers do, and that misbehaves on request.

A route is a function from a request to an answer; `Publishers` mounts the shapes of data.gouv.fr, INSEE,
Melodi, data-fair, Egapro and ameli below `/<host>/…`, and `settings()` makes the live channel ask there.
Add a misbehaviour as one more function that returns a route. The figures are invented, the shapes are
those of the recorded answers.
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

from orchestration.landing.live import LiveSettings

Route = Callable[["Request"], None]


@dataclass
class Request:
    """One request, and how to answer it."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    handler: BaseHTTPRequestHandler
    closing: threading.Event
    turns: dict[int, int]

    def head(self, status: int, headers: dict[str, str]) -> None:
        """Send status and headers."""
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Send a whole answer; Content-Length unless the headers give it."""
        self.head(status, {"Content-Length": str(len(body))} | (headers or {}))
        self.write(body)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def hang_up(self) -> None:
        """End the connection in the middle."""
        self.handler.close_connection = True
        try:
            # a reset and not a clean end: what a dead router looks like
            self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.handler.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class LiveServer:
    """The server; `asked` lists every request in order. With `certificate` (PEM files) it speaks TLS."""

    def __init__(self, certificate: tuple[Path, Path] | None = None, address: str = "127.0.0.1") -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Request] = []
        self._closing = threading.Event()
        self._turns: dict[int, int] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                request = Request(
                    parts.path,
                    parse_qs(parts.query, keep_blank_values=True),
                    {k.lower(): v for k, v in self.headers.items()},
                    self,
                    outer._closing,
                    outer._turns,
                )
                outer.asked.append(request)
                route = outer.routes.get(self.path) or outer.routes.get(parts.path)
                try:
                    if route is None:
                        request.answer(
                            404, b"<html><title>Page introuvable</title></html>", {"Content-Type": "text/html"}
                        )
                    else:
                        route(request)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server((address, 0), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.scheme = "https" if certificate else "http"
        self.port: int = self._server.server_address[1]
        self.base = f"{self.scheme}://{address}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        """Return the paths asked so far, in order."""
        return [r.path for r in self.asked]

    def settings(self, *hosts: str, **changes: object) -> LiveSettings:
        """Return settings that ask here for each host, as `https://<host>` → `<base>/<host>`."""
        overrides = {f"https://{host}": f"{self.base}/{host}" for host in hosts}
        given: dict[str, object] = {
            "base_overrides": overrides,
            "backoff_seconds": 1.0,
            "connect_timeout": 5.0,
            "read_timeout": 5.0,
        }
        return LiveSettings(**(given | changes))  # type: ignore[arg-type]


# well-behaved answers -------------------------------------------------------------------------------------


@dataclass
class File:
    """A file as a good server offers it: validators, conditions, ranges. Change `body` and the rest at will."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    conditions: bool = True

    def __call__(self, request: Request) -> None:
        headers = {"Content-Type": self.content_type} | self.headers
        if self.etag:
            headers["ETag"] = self.etag
        if self.last_modified:
            headers["Last-Modified"] = self.last_modified
        if self.conditions:
            asked = request.headers.get("if-none-match")
            same = (
                asked == self.etag
                if asked
                else (self.last_modified is not None and request.headers.get("if-modified-since") == self.last_modified)
            )
            if same:
                request.head(304, headers)
                return
        wanted = request.headers.get("range", "")
        tied = request.headers.get("if-range")
        if wanted.startswith("bytes=") and self.ranges and tied in (None, self.etag, self.last_modified):
            start = int(wanted[6:].split("-")[0])
            if start >= len(self.body):
                request.answer(416, b"", {"Content-Range": f"bytes */{len(self.body)}"})
                return
            headers["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
            request.answer(206, self.body[start:], headers)
            return
        request.answer(200, self.body, headers)


def http_date(moment: datetime) -> str:
    """Return a moment as headers write it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def json_answer(value: object, headers: dict[str, str] | None = None) -> Route:
    """Answer with a JSON document."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return lambda request: request.answer(
        200, body, {"Content-Type": "application/json; charset=utf-8"} | (headers or {})
    )


def redirect(location: str, status: int = 302) -> Route:
    """Send on to another address."""
    return lambda request: request.answer(status, b"", {"Location": location})


# misbehaviours ----------------------------------------------------------------------------------------------


def status(code: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Route:
    """Answer with a status."""
    return lambda request: request.answer(code, body, headers)


def in_turn(*routes: Route) -> Route:
    """Answer each request in its own way, the last way from then on. Every server begins anew."""

    def route(request: Request) -> None:
        turns = request.turns
        turns[id(routes)] = turns.get(id(routes), -1) + 1
        routes[min(turns[id(routes)], len(routes) - 1)](request)

    return route


def cut_after(file: File, size: int) -> Route:
    """Promise the whole file and hang up after `size` bytes."""

    def route(request: Request) -> None:
        headers = {"Content-Length": str(len(file.body))}
        if file.etag:
            headers["ETag"] = file.etag
        if file.last_modified:
            headers["Last-Modified"] = file.last_modified
        request.head(200, headers)
        request.write(file.body[:size])
        request.handler.close_connection = True

    return route


def reset_after(file: File, size: int) -> Route:
    """Promise the whole file and reset the connection after `size` bytes."""

    def route(request: Request) -> None:
        request.head(200, {"Content-Length": str(len(file.body)), "ETag": file.etag or '"x"'})
        request.write(file.body[:size])
        request.hang_up()

    return route


def promise(body: bytes, length: int) -> Route:
    """Send `body` and say that it has `length` bytes."""

    def route(request: Request) -> None:
        request.answer(200, body, {"Content-Length": str(length)})
        request.handler.close_connection = True

    return route


def trickle(first: bytes, length: int = 1_000_000) -> Route:
    """Promise much, send little, and then nothing more, without hanging up."""

    def route(request: Request) -> None:
        request.head(200, {"Content-Length": str(length)})
        for byte in first:
            request.write(bytes([byte]))
        request.closing.wait(5)
        request.handler.close_connection = True

    return route


def slow_headers() -> Route:
    """Send a header line now and then, without end."""

    def route(request: Request) -> None:
        request.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(200):
            request.write(f"X-Filler-{number}: 1\r\n".encode())
            if request.closing.wait(0.05):
                break
        request.handler.close_connection = True

    return route


def endless(chunk: bytes = b"a;b\n" * 16_384) -> Route:
    """Send without end and without a length."""

    def route(request: Request) -> None:
        request.head(200, {"Transfer-Encoding": "chunked", "Content-Type": "text/csv"})
        while not request.closing.is_set():
            request.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")

    return route


# publishers ---------------------------------------------------------------------------------------------------


class Publishers:
    """The publishers' services, mounted on a server. Each method returns the route, whose data may be changed."""

    DATAGOUV = "www.data.gouv.fr"
    STATIC = "static.data.gouv.fr"
    MELODI = "api.insee.fr"
    ADEME = "data.ademe.fr"
    INSEE = "www.insee.fr"
    EGAPRO = "egapro.travail.gouv.fr"
    AMELI = "www.assurance-maladie.ameli.fr"
    DGCL = "www.collectivites-locales.gouv.fr"
    HOSTS = (DATAGOUV, STATIC, MELODI, ADEME, INSEE, EGAPRO, AMELI, DGCL)

    def __init__(self, server: LiveServer) -> None:
        self.server = server

    def settings(self, **changes: object) -> LiveSettings:
        """Return settings that ask all publishers here."""
        return self.server.settings(*self.HOSTS, **changes)

    def file(self, url: str, file: Route) -> Route:
        """Put a file at a publisher's address."""
        parts = urlsplit(url)
        self.server.routes[f"/{parts.netloc}{parts.path}"] = file
        return file

    def datagouv(
        self, resource: str, name: str, file: File, date: str, *, checksum: str | None = "", remote: bool = False
    ) -> dict:
        """Mount a resource: stable link, redirect to the file, metadata. Returns the metadata, to be changed.

        `checksum`: '' for the right one, None for none.
        """
        value = hashlib.sha1(file.body).hexdigest() if checksum == "" else checksum
        url = f"https://{self.STATIC}/resources/jeu/20260101-000000/{name}"
        meta = {
            "dataset_id": "5b7ffc618b4c4169d30727e0",
            "resource": {
                "id": resource,
                "title": name,
                "url": url,
                "filetype": "remote" if remote else "file",
                "filesize": len(file.body),
                "format": name.rsplit(".", 1)[-1],
                "last_modified": date,
                "checksum": {"type": "sha1", "value": value} if value else None,
                "extras": {"check:status": 200} | ({"analysis:last-modified-at": date} if remote else {}),
                "latest": f"https://{self.DATAGOUV}/api/1/datasets/r/{resource}",
            },
        }
        self.file(url, file)
        for link in (f"/datasets/r/{resource}", f"/api/1/datasets/r/{resource}"):
            self.server.routes[f"/{self.DATAGOUV}{link}"] = redirect(url)
        self.server.routes[f"/{self.DATAGOUV}/api/2/datasets/resources/{resource}/"] = lambda r: json_answer(meta)(r)
        return meta

    def melodi(self, dataset: str, observations: list[dict], modified: str, *, page: int = 10_000) -> dict:
        """Mount a data set of Melodi: catalogue, counting, pages. Returns its state, to be changed."""
        state = {"observations": observations, "modified": modified, "page": page, "next": True}
        head = {
            "identifier": dataset,
            "title": {"fr": "Populations de référence", "en": "Reference populations"},
            "publisher": {"id": "INSEE", "label": [{"lang": "fr", "content": "Institut national"}]},
        }

        def data(request: Request) -> None:
            rows = state["observations"]
            size = min(int(request.query.get("maxResult", ["10000"])[0]), state["page"])
            number = int(request.query.get("page", ["1"])[0])
            paging: dict = {"first": f"https://{self.MELODI}/melodi/data/{dataset}?page=1"}
            if request.query.get("totalCount") == ["TRUE"]:
                paging["count"] = len(rows)
            found = rows[(number - 1) * size : number * size] if size else []
            if state["next"] and size and number * size < len(rows):
                paging["next"] = (
                    f"https://{self.MELODI}{request.path.removeprefix('/' + self.MELODI)}?maxResult={size}&page={number + 1}"
                )
            json_answer(head | {"observations": found, "paging": paging})(request)

        self.server.routes[f"/{self.MELODI}/melodi/data/{dataset}"] = data
        self.server.routes[f"/{self.MELODI}/melodi/catalog/{dataset}"] = lambda r: json_answer(
            {"identifier": dataset, "modified": state["modified"], "product": []}
        )(r)
        return state

    def datafair(self, dataset: str, rows: list[dict], updated: datetime, *, page: int = 12) -> dict:
        """Mount a data set of data-fair: description and lines with `next`. Returns its state, to be changed."""
        state = {"rows": rows, "updated": updated, "page": page, "total": None, "metadata": True, "select": True}
        path = f"/data-fair/api/v1/datasets/{dataset}"

        def lines(request: Request) -> None:
            modified = http_date(state["updated"])
            if request.headers.get("if-modified-since") == modified:
                request.head(304, {"Last-Modified": modified})
                return
            start = int(request.query.get("after", ["0"])[0])
            end = start + state["page"]
            wanted = request.query.get("select", [""])[0].split(",")
            found = [
                {k: v for k, v in row.items() if not state["select"] or not wanted[0] or k in wanted} | {"_score": None}
                for row in state["rows"][start:end]
            ]
            total = len(state["rows"]) if state["total"] is None else state["total"]
            document: dict = {"total": total, "results": found}
            if end < len(state["rows"]):
                query = "&".join(f"{k}={v[0]}" for k, v in request.query.items() if k != "after")
                document["next"] = f"https://{self.ADEME}{path}/lines?{query}&after={end}"
            etag = 'W/"' + hashlib.md5(json.dumps(found).encode()).hexdigest()[:8] + '"'
            json_answer(document, {"Last-Modified": modified, "ETag": etag})(request)

        def description(request: Request) -> None:
            if not state["metadata"]:
                request.answer(500, b"")
                return
            json_answer({"id": dataset, "count": len(state["rows"]), "dataUpdatedAt": state["updated"].isoformat()})(
                request
            )

        self.server.routes[f"/{self.ADEME}{path}/lines"] = lines
        self.server.routes[f"/{self.ADEME}{path}"] = description
        return state


# certificates -------------------------------------------------------------------------------------------------


def make_certificates(folder: Path, *, days: int = 30, name: str = "localhost") -> tuple[Path, Path, Path]:
    """Return an authority's certificate, and a server's certificate and key for `name`, as PEM files.

    `days`: how long the server's certificate lasts from now; negative for one that has expired.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    today = datetime.now(UTC)

    def build(subject: str, issuer: str, key, signer, *, authority: bool, until: datetime):  # type: ignore[no-untyped-def]
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - timedelta(days=60))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        )
        if authority:
            builder = builder.add_extension(
                x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
            )
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        return builder.sign(signer, hashes.SHA256())

    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = build("Essai", "Essai", authority_key, authority_key, authority=True, until=today + timedelta(days=60))
    server = build(name, "Essai", server_key, authority_key, authority=False, until=today + timedelta(days=days))
    paths = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(server.public_bytes(serialization.Encoding.PEM))
    paths[2].write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


@contextmanager
def serving(**options: object) -> Iterator[tuple[LiveServer, Publishers]]:
    """Yield a running server and the publishers on it."""
    with LiveServer(**options) as server:  # type: ignore[arg-type]
        yield server, Publishers(server)
