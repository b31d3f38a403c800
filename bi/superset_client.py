"""What is asked of a running Superset: a token, the charts of the dashboard, their data, a picture.

Used by the proof. Only the standard library and, for the picture, playwright with Debian's chromium.
"""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import yaml

BUNDLE = Path(__file__).parent / "superset"
SLUG = "observatoire"
ACCOUNT = "admin"
# milliseconds until a page is given up: the machine of a proof may have more to do
PATIENCE = 300_000


class Superset:
    """A Superset at `address`, asked as `ACCOUNT`."""

    token: str | None = None

    def __init__(self, address: str, password: str) -> None:
        self.address, self.password = address, password
        said = self._post("/api/v1/security/login", {"username": ACCOUNT, "password": password, "provider": "db"})
        self.token = said["access_token"]

    def charts(self) -> list[dict[str, Any]]:
        """Return the charts of the dashboard: id, name and the query that each makes of its data set."""
        ids = {s["table_name"]: s["id"] for s in self._get(f"/api/v1/dashboard/{SLUG}/datasets")["result"]}
        described = (yaml.safe_load(f.read_text(encoding="utf-8")) for f in (BUNDLE / "datasets").rglob("*.yaml"))
        sets = {d["uuid"]: ids[d["table_name"]] for d in described if d["table_name"] in ids}
        found = []
        for file in sorted((BUNDLE / "charts").glob("*.yaml")):
            said = yaml.safe_load(file.read_text(encoding="utf-8"))
            found.append({"name": file.stem, "query": _query(said["params"], sets[said["dataset_uuid"]])})
        return found

    def rows(self, chart: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the data of a chart, as its page gets it."""
        return self.answer(chart)[0]

    def answer(self, chart: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        """Return the data of a chart, and whether Superset had kept them."""
        said = self._post("/api/v1/chart/data", chart["query"])["result"][0]
        return list(said["data"]), bool(said["is_cached"])

    def picture(self, file: Path, *, width: int = 1280, height: int = 1750) -> None:
        """Write a picture of the dashboard, once every chart has stopped loading."""
        from playwright.sync_api import sync_playwright

        with sync_playwright() as started:
            # Superset's pages ask a counter of others (a pixel of scarf.sh): this browser knows no name but its own machine's
            alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
            browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", alone])
            page = browser.new_page(viewport={"width": width, "height": height}, locale="fr-FR")
            page.goto(f"{self.address}/login/", timeout=PATIENCE)
            page.fill("input[name=username], #username", ACCOUNT)
            page.fill("input[name=password], #password", self.password)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE)
            page.wait_for_load_state("networkidle", timeout=PATIENCE)
            page.goto(f"{self.address}/superset/dashboard/{SLUG}/?standalone=1", timeout=PATIENCE)
            page.wait_for_selector(".dashboard-component-chart-holder", timeout=PATIENCE)
            page.wait_for_function(
                "document.querySelectorAll('.slice_container').length > 4 && !document.querySelector('.loading')",
                timeout=PATIENCE,
            )
            page.wait_for_timeout(3000)
            page.screenshot(path=str(file))
            browser.close()

    def _get(self, path: str) -> dict[str, Any]:
        return self._ask(urllib.request.Request(self.address + path))  # noqa: S310 - loopback

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        return self._ask(request)

    def _ask(self, request: urllib.request.Request) -> dict[str, Any]:
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - loopback
            return dict(json.load(answer))


def _query(params: dict[str, Any], dataset: int) -> dict[str, Any]:
    """Return what the page of a chart asks of its data set, the edition beside it."""
    filters = [{"col": f["subject"], "op": f["operator"]} for f in params["adhoc_filters"]]
    query: dict[str, Any] = {"filters": filters, "row_limit": params.get("row_limit", 1000)}
    if params.get("query_mode") == "raw":
        query["columns"] = list(dict.fromkeys([*params["all_columns"], "edition_id"]))
    else:
        query["columns"] = list(dict.fromkeys([params["x_axis"], *params["groupby"], "edition_id"]))
        query["metrics"] = params["metrics"]
    return {
        "datasource": {"id": dataset, "type": "table"},
        "queries": [query],
        "result_format": "json",
        "result_type": "full",
    }
