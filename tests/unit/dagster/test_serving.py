"""`observatory serve` names its address when the page answers, not before."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from orchestration.dagster import serve


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_an_address_answers_once_a_page_can_be_opened() -> None:
    """It was printed 11 to 34 seconds before the page answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert not serve._answers(f"http://127.0.0.1:{port}")
    with HTTPServer(("127.0.0.1", port), Page) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert serve._answers(f"http://127.0.0.1:{port}")
