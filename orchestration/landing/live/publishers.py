"""How each kind of publisher says what is new, and how pages become one file.

Two questions a kind: `look` — what do the publisher's own metadata say, without touching the file — and
`fetch` — bring the file. A `file` has no metadata: its ladder starts at the ETag.
Add a kind here and in `Live.kind`; whether something is new is decided by `changes`.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from orchestration.base.messages import say
from orchestration.landing.live import wording
from orchestration.landing.live.addresses import Address, shown
from orchestration.landing.live.changes import Validators, Verdict
from orchestration.landing.live.engine import Engine
from orchestration.landing.live.exchanges import Answer, Ask, Download
from orchestration.landing.live.hosts import Pace
from orchestration.landing.live.journal import Entry
from orchestration.landing.live.progress import Bars
from orchestration.landing.live.receiving import discard
from orchestration.landing.live.wording import LATER, LiveFailure
from orchestration.reading.refusing import json_error

log = logging.getLogger("observatory")

# INSEE allows 30 requests a minute without a key, and answers 429 beyond.
PACES = {"melodi": Pace(30, 60.0)}
MELODI_PAGE = 10_000
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_MELODI_DATA = re.compile(r"(?P<base>.*)/data/(?P<dataset>[A-Za-z0-9_]+)$")
_MELODI_FILE = re.compile(r"(?P<base>.*)/file/(?P<dataset>[A-Za-z0-9_]+)/(?P<product>[A-Za-z0-9_]+)$")


@dataclass(frozen=True)
class Published:
    """What the publisher's metadata say of a file.

    `date`: as written, for comparing. `checksum`: `sha1:…`; `binding`: whether the file must agree with
    it (a checksum that a crawler computed some day does not bind today's file).
    """

    date: str | None = None
    checksum: str | None = None
    binding: bool = False


def look(engine: Engine, address: Address, url: str, ask: Ask) -> Published | None:
    """Return what the publisher's metadata say of `url`; None where it has none, or cannot give them now.

    Raises LiveFailure when the publisher is out of reach: then the file need not be asked for.
    """
    ways: dict[str, Callable[[Engine, str, Ask], Published | None]] = {
        "datagouv": _look_datagouv,
        "melodi": _look_melodi,
        "datafair": _look_datafair,
    }
    way = ways.get(address.live.kind)
    if way is None:
        return None
    try:
        return way(engine, url, ask)
    except LiveFailure as failure:
        # the host itself is the trouble: the file, on the same host, would only cost the same patience again
        if failure.host_down or failure.kind in (
            "timeout",
            "busy",
            "too_slow",
            "certificate",
            "inner_address",
            "scheme",
        ):
            raise
        log.info("%s: no metadata (%s); the file itself is asked", shown(url), failure.reason)
        return None


def fetch(
    engine: Engine,
    address: Address,
    url: str,
    part: Path,
    ask: Ask,
    *,
    known: Entry | None,
    bars: Bars,
    label: str,
    conditional: bool,
) -> Download:
    """Bring the file of `url` to `part`, or say that it is the one that `known` describes. Raises LiveFailure."""
    max_bytes = address.live.max_mb * 1_000_000
    path = urlsplit(url).path
    if address.live.kind == "datafair" and path.endswith("/lines"):
        return _fetch_datafair(engine, url, part, ask, known if conditional else None, max_bytes)
    if address.live.kind == "melodi" and _MELODI_DATA.match(path):
        return _fetch_melodi(engine, url, part, ask, max_bytes)
    return engine.download(
        url, part, ask, known=known, max_bytes=max_bytes, bars=bars, label=label, conditional=conditional
    )


def default_name(address: Address, url: str) -> str | None:
    """Return the name of a file that pages were put together to; None where the server names its file."""
    parts = urlsplit(url)
    if address.live.kind == "datafair" and parts.path.endswith("/lines"):
        return parts.path.split("/")[-2] + ".json"
    if address.live.kind == "melodi":
        data = _MELODI_DATA.match(parts.path)
        if data:
            return data["dataset"] + ".json"
        file = _MELODI_FILE.match(parts.path)
        if file:
            return file["product"] + (".zip" if file["product"].upper().endswith(("_CSV_FR", "_CSV_EN")) else ".xlsx")
    return None


# data.gouv.fr ------------------------------------------------------------------------------------------


def _look_datagouv(engine: Engine, url: str, ask: Ask) -> Published | None:
    found = _UUID.search(urlsplit(url).path)
    if not found:
        return None
    answer = _object(engine.read(urljoin(url, f"/api/2/datasets/resources/{found[0]}/"), _json(ask)))
    resource = answer.get("resource", answer)
    if not isinstance(resource, dict) or not ("url" in resource or "last_modified" in resource):
        raise wording.unexpected(shown(url), "")
    extras = _mapping(resource.get("extras"))
    if resource.get("filetype") == "remote":
        # the file lies with its producer; only the crawler's date says anything of its content
        return Published(date=_text(extras.get("analysis:last-modified-at")))
    checksum = resource.get("checksum")
    value = None
    if isinstance(checksum, dict) and _text(checksum.get("type")) and _text(checksum.get("value")):
        value = f"{checksum['type'].lower()}:{checksum['value'].lower()}"
    return Published(date=_text(resource.get("last_modified")), checksum=value, binding=value is not None)


# Melodi --------------------------------------------------------------------------------------------------


def _look_melodi(engine: Engine, url: str, ask: Ask) -> Published | None:
    parts = urlsplit(url)
    found = _MELODI_FILE.match(parts.path) or _MELODI_DATA.match(parts.path)
    if not found:
        return None
    catalogue = urlunsplit((parts.scheme, parts.netloc, f"{found['base']}/catalog/{found['dataset']}", "", ""))
    dataset = _object(engine.read(catalogue, _json(ask)))
    if dataset.get("identifier") != found["dataset"]:
        raise wording.unexpected(shown(url), "")
    date = _text(dataset.get("modified"))
    if "product" in found.groupdict():
        products = dataset.get("product")
        own = [
            p
            for p in (products if isinstance(products, list) else [])
            if isinstance(p, dict) and p.get("id") == found["product"]
        ]
        date = _text(own[0].get("modified")) if own else None
    return Published(date=date)


def _fetch_melodi(engine: Engine, url: str, part: Path, ask: Ask, max_bytes: int) -> Download:
    """Ask how many observations there are, then for the pages, and put them in one document.

    The order of observations differs from one answer to the next; they are sorted, so that equal
    observations are equal bytes.
    """
    name = shown(url)
    ask = _json(ask)
    first = _melodi_page(engine, _with(url, totalCount="TRUE", maxResult="0"), ask, name)
    count = _mapping(first.get("paging")).get("count")
    if not isinstance(count, int):
        raise wording.unexpected(name, "")
    if count == 0:
        raise wording.empty_selection(name)
    rows = _Rows(max_bytes, name)
    page, target, seen = 1, _with(url, maxResult=str(MELODI_PAGE), page="1"), set()
    while rows.count < count and target not in seen:
        seen.add(target)
        answer = _melodi_page(engine, target, ask, name)
        observations = answer["observations"]
        if not observations:
            break
        rows.add(observations)
        page += 1
        target = _with(url, maxResult=str(MELODI_PAGE), page=str(page))
        following = _text(_mapping(answer.get("paging")).get("next"))
        if following:
            target = _same_place(urljoin(target, following), url)
    if rows.count != count:
        raise wording.wrong_count(name, count, rows.count)
    head = {k: first[k] for k in ("identifier", "title", "publisher") if k in first}
    rows.write(part, head | {"paging": {"count": count}}, "observations")
    return Download(url, Validators(), Verdict(None, "hash"))


def _melodi_page(engine: Engine, url: str, ask: Ask, name: str) -> dict[str, Any]:
    try:
        answer = engine.read(url, ask)
    except LiveFailure as failure:
        if failure.kind == "server_error":
            # Melodi answers 500 « Le serveur a rencontré une erreur inattendue. » to an unknown data set
            failure.action = say("landing.check_data_set_name")
        raise
    value = _object(answer)
    if not isinstance(value.get("observations"), list):
        raise wording.unexpected(name, json_error(value) or "")
    return value


# data-fair ---------------------------------------------------------------------------------------------------


def _look_datafair(engine: Engine, url: str, ask: Ask) -> Published | None:
    parts = urlsplit(url)
    if not parts.path.endswith("/lines"):
        return None
    dataset = urlunsplit((parts.scheme, parts.netloc, parts.path.removesuffix("/lines"), "", ""))
    answer = _object(engine.read(dataset, _json(ask)))
    return Published(date=_text(answer.get("dataUpdatedAt")) or _text(answer.get("finalizedAt")))


def _fetch_datafair(engine: Engine, url: str, part: Path, ask: Ask, known: Entry | None, max_bytes: int) -> Download:
    """Follow `next` from page to page, and put the rows in one document.

    The ETag is a page's own and says nothing of the other pages; Last-Modified is the whole data set's.
    Columns that were not asked for are dropped before anything is written: names, telephones and e-mail
    addresses would be among them if the server ever forgot `select`.
    """
    name, ask = shown(url), _json(ask)
    wanted = [c for n, v in parse_qsl(urlsplit(url).query) if n == "select" for c in v.split(",")]
    answer = engine.read(url, ask, since=known.last_modified if known else None)
    validators = Validators(last_modified=answer.validators.last_modified)
    if answer.same:
        return Download(url, validators, Verdict(True, "last_modified"), same="last_modified")
    verdict = Verdict(None, "hash")
    if known is not None and known.last_modified and validators.last_modified:
        verdict = Verdict(known.last_modified == validators.last_modified, "last_modified")
        if verdict.same:
            return Download(url, validators, verdict, same="last_modified")
    rows, seen = _Rows(max_bytes, name), {url}
    total: int | None = None
    while True:
        page = _object(answer)
        results = page.get("results")
        if not isinstance(results, list) or not isinstance(page.get("total"), int):
            raise wording.unexpected(name, json_error(page) or "")
        total = page["total"] if total is None else total
        if page["total"] != total or answer.validators.last_modified != validators.last_modified:
            raise wording.moving(name)
        rows.add([{k: v for k, v in row.items() if k in wanted} for row in results] if wanted else results)
        following = _text(page.get("next"))
        if not following or not results:
            break
        target = _same_place(urljoin(answer.url, following), url)
        if target in seen:
            raise wording.redirects(name, loop=True, limit=0)
        seen.add(target)
        answer = engine.read(target, ask)
    if rows.count != total:
        raise wording.wrong_count(name, total, rows.count)
    if total == 0:
        raise wording.empty_selection(name)
    rows.write(part, {"total": total}, "results")
    return Download(url, validators, verdict)


# common ------------------------------------------------------------------------------------------------------


class _Rows:
    """Rows of all pages, each as a line of JSON with sorted keys, sorted when written."""

    def __init__(self, max_bytes: int, name: str) -> None:
        self._lines: list[str] = []
        self._left = max_bytes
        self._limit = max_bytes
        self._name = name

    @property
    def count(self) -> int:
        return len(self._lines)

    def add(self, rows: list[Any]) -> None:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            self._left -= len(line)
            self._lines.append(line)
        if self._left < 0:
            raise wording.too_large(self._name, self._limit)

    def write(self, part: Path, head: dict[str, Any], key: str) -> None:
        discard(part)
        opening = json.dumps(head, ensure_ascii=False, sort_keys=True)[:-1]
        try:
            with part.open("w", encoding="utf-8", newline="\n") as handle:
                handle.write(f'{opening}, "{key}": [\n')
                handle.write(",\n".join(sorted(self._lines)))
                handle.write("\n]}\n")
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            discard(part)
            raise wording.disk(error.strerror or str(error)) from error


def _json(ask: Ask) -> Ask:
    # Melodi answers in XML unless told otherwise
    return Ask(ask.effort, ask.pace, ask.secret, ask.key_env, "application/json", ask.deadline)


def _object(answer: Answer) -> dict[str, Any]:
    value = answer.json()
    if not isinstance(value, dict):
        raise wording.unexpected(shown(answer.url), "")
    return value


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _with(url: str, **parameters: str) -> str:
    """Return the address with these parameters, in place of its own of the same name."""
    parts = urlsplit(url)
    kept = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if n not in parameters]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*kept, *parameters.items()]), ""))


def _same_place(target: str, url: str) -> str:
    """Return the address of the next page; refuse one that lies anywhere but beside the first."""
    one, other = urlsplit(target), urlsplit(url)
    if (one.scheme, one.netloc, one.path) != (other.scheme, other.netloc, other.path):
        raise LiveFailure(
            "next_elsewhere",
            say("landing.next_page_elsewhere", url=shown(url), target=shown(target)),
            LATER,
            refused=True,
        )
    return target
