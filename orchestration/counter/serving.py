"""The counter on a port: one process, uvicorn, on this machine alone unless a web server stands in front.

What is served belongs to `app`, who may be let in to `access`.
"""

from __future__ import annotations

import socket
import sys

import uvicorn

from orchestration.base.messages import Refusal, say
from orchestration.base.settings import Settings
from orchestration.counter.access import refuse_open_door
from orchestration.counter.app import create_app
from orchestration.receipts.sentences import text

PORT = 3002
# of one connection, and of all: a handful of people
_CONNECTIONS, _SECONDS = 64, 10


def serve(settings: Settings, host: str = "127.0.0.1", port: int = PORT) -> None:
    """Serve the counter until Ctrl-C or SIGTERM. Raises Refusal where it may not be opened or the port is taken."""
    refuse_open_door(settings, host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = str(error.strerror or error)
        raise Refusal(say("site.address_taken", host=host, port=port, why=why), say("site.other_port")) from error
    app = create_app(settings)
    listener.listen(_CONNECTIONS)
    place = f"[{host}]" if ":" in host else host
    address = f"http://{place}:{listener.getsockname()[1]}/"
    print(text(say("counter.listening", address=address), settings.language), file=sys.stderr, flush=True)
    configuration = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        # whoever stands in front says who asks by a secret, not by where the request seems to come from
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_SECONDS,
        timeout_graceful_shutdown=_SECONDS,
    )
    uvicorn.Server(configuration).run(sockets=[listener])
