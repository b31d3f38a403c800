"""The way out: messages to the services of `OBSERVATORY_NOTIFY`, by apprise.

The addresses hold passwords and tokens: they are taken out of their secret here and nowhere else, and
neither the log nor a file names more than their number and kind (`2 (mailtos)`). What is said belongs to
`wording`.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from hashlib import sha256

from orchestration.base.settings import Settings

log = logging.getLogger("observatory")

# a comma may also stand inside an address: `mailto://…?to=a@example.org,b@example.org`
_BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")


@dataclass(frozen=True)
class Service:
    """One address. `key`: what it is known by in files; `name`: in the log."""

    key: str
    name: str
    url: str

    def __repr__(self) -> str:
        return f"Service({self.name})"


def services(settings: Settings) -> list[Service]:
    """Return the services that messages go to, in the order given and each once; [] when none is set."""
    found: dict[str, Service] = {}
    for number, url in enumerate(filter(None, _BETWEEN.split(settings.notify.get_secret_value().strip(" \t\r\n,"))), 1):
        kind = url.split("://", 1)[0] if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url) else "?"
        service = Service(sha256(url.encode()).hexdigest()[:16], f"{number} ({kind})", url)
        found.setdefault(service.key, service)
    return list(found.values())


def send(service: Service, title: str, body: str) -> bool:
    """Send one message and return whether the service took it. Never raises; the log says which one failed."""
    try:
        # apprise costs 0.3 s to import, and most refreshes have nothing to send
        from apprise import Apprise, AppriseAsset, NotifyFormat, PersistentStoreMode

        # their logs name hosts, users and tokens; nobody else here uses them
        for name in ("apprise", "urllib3.connectionpool"):
            logging.getLogger(name).disabled = True
        # nothing of ours is left below the user's own folders
        asset = AppriseAsset(app_id="Observatoire RSE-ODD", storage_mode=PersistentStoreMode.MEMORY)
        way = Apprise(asset=asset)
        known = way.add(service.url)
        sent = bool(known and way.notify(body=body, title=title, body_format=NotifyFormat.TEXT))
    except Exception as error:  # a message must not break what it tells of; its text may hold the address
        log.error("notification service %s: %s", service.name, type(error).__name__)
        return False
    if not known:
        log.error("notification service %s: the address is not one that apprise knows", service.name)
    elif not sent:
        log.error("notification service %s did not take the message; it is sent again next time", service.name)
    return sent
