"""A look at the pages without a web server: the files as they lie, with the headers that a server would send.

For a machine of one's own. In service a web server hands them out (`docs/nginx-site.conf`).
"""

from __future__ import annotations

import http.server
from functools import partial
from html import escape
from http import HTTPStatus
from pathlib import Path

from orchestration.base.messages import Refusal, say

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}
# the open data, which lie beside the pages and are answered below this, as `docs/nginx-site.conf` does
OPEN = "open"
OPEN_TYPES = {
    **TYPES,
    ".jsonld": "application/ld+json",
    ".geojson": "application/geo+json",
}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Hands out the compressed form that a browser takes."""

    def do_GET(self) -> None:
        """Answer with a file of the site, or 404."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path, types = Path(self.translate_path(self.path)), TYPES
        inside = path.relative_to(self.directory)
        if inside.parts[:1] == (OPEN,):
            path, types = Path(self.directory).with_name(OPEN).joinpath(*inside.parts[1:]), OPEN_TYPES
            if path.is_dir():
                self._send(_listed(path), TYPES[".html"], "", with_body=with_body)
                return
        elif path.is_dir():
            path /= "index.html"
        if not path.is_file() or (types is TYPES and path.suffix not in TYPES):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        accepted = self.headers.get("Accept-Encoding", "")
        encoding, suffix = next(
            ((e, s) for e, s in ENCODINGS if e in accepted and path.with_name(path.name + s).is_file()), ("", "")
        )
        content = path.with_name(path.name + suffix).read_bytes()
        self._send(content, types.get(path.suffix, "application/octet-stream"), encoding, with_body=with_body)

    def _send(self, content: bytes, type_: str, encoding: str, *, with_body: bool) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Vary", "Accept-Encoding")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing: nobody's visit is written down."""


def _listed(folder: Path) -> bytes:
    """Return the list of a folder's files with their bytes, as a web server would make it."""
    lines = "".join(
        f'<li><a href="/{OPEN}/{p.relative_to(_root(folder)).as_posix()}">{escape(p.name)}</a> {p.stat().st_size if p.is_file() else ""}</li>'
        for p in sorted(folder.iterdir())
    )
    return f"<!doctype html><title>{OPEN}</title><ul>{lines}</ul>".encode()


def _root(folder: Path) -> Path:
    return next(p for p in (folder, *folder.parents) if p.name == OPEN)


def server(folder: Path, host: str, port: int) -> http.server.ThreadingHTTPServer:
    """Return a server of the pages in `folder`, not started yet; raises Refusal without pages or without the port."""
    if not (folder / "index.html").is_file():
        raise Refusal(say("site.no_pages", folder=folder), say("site.make_pages_first"), kind="usage")
    try:
        return http.server.ThreadingHTTPServer((host, port), partial(Handler, directory=str(folder)))
    except OSError as error:
        why = str(error.strerror or error)
        raise Refusal(say("site.address_taken", host=host, port=port, why=why), say("site.other_port")) from error
