"""One counter on a home of its own, asked as a browser asks."""

from __future__ import annotations

import re
from typing import Any

from pydantic import SecretStr
from starlette.testclient import TestClient

from orchestration.base.settings import Settings
from orchestration.counter.app import create_app

SECRET = "0123456789abcdef0123456789abcdef"
BASE = "http://127.0.0.1:3002"


class Browser(TestClient):
    """Asks as a page of ours does; forms hold the token of the page."""

    def token(self, path: str = "/deposit") -> str:
        found = re.search(r'name="token" value="([0-9a-f]{64})"', self.get(path).text)
        assert found is not None
        return found[1]

    def fill(self, path: str, **fields: Any) -> Any:
        return self.post(path, data={"token": self.token(), **fields}, follow_redirects=False)


def browser_of(settings: Settings, **headers: str) -> Browser:
    # behind a web server the browser speaks to that, and its cookie is for https alone
    base = BASE.replace("http:", "https:") if settings.counter_secret.get_secret_value() else BASE
    # names are sent in UTF-8, as web servers do
    sent = {name: value.encode() for name, value in headers.items()}
    return Browser(create_app(settings), base_url=base, headers={"Origin": base, **sent})


def behind(settings: Settings) -> Settings:
    """Return the settings of a counter behind a web server that knows people."""
    settings.home.mkdir(exist_ok=True)
    return settings.model_copy(
        update={"counter_secret": SecretStr(SECRET), "counter_roles": "reader=agents,team=rse,engineer=donnees"}
    )
