"""Files of the site that are no pages: the feed of revisions, fragments for other sites, the list for search engines.

Add a file here that a machine reads. What people read are `pages`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from orchestration.readers.site.edition import Edition
from orchestration.readers.site.words import Route, Voice

ENTRIES = 60
FORM = "%Y%m%dT%H%M%SZ"


class Entry(NamedTuple):
    """One entry of the feed: an indicator whose figures an edition changed."""

    id: str
    title: str
    updated: str
    link: str
    summary: str


def entries(e: Edition, v: Voice) -> list[Entry]:
    """Return what the last editions changed, the newest first; the edition itself where it changed nothing."""
    changes = Route("changes").path(v.language)
    found = []
    for r in e.revisions[:ENTRIES]:
        known = e.indicators.get(r.indicator_id)
        name = v.of(known, "name") if known else r.indicator_id
        said = v.t("site.edition_counts", new=r.new, revised=r.revised, removed=r.removed)
        link = Route("indicator", r.indicator_id).path(v.language) if known else changes
        found.append(
            Entry(f"{r.edition}-{r.indicator_id}", f"{name}{v.t('site.colon')}{said}", stamp(r.edition), link, said)
        )
    if not found:
        summary = v.t("site.first_edition") if e.previous is None else v.t("site.nothing_changed", previous=e.previous)
        found.append(
            Entry(e.edition_id, f"{v.t('site.edition')} {e.edition_id}", stamp(e.edition_id), changes, summary)
        )
    return found


def stamp(edition_id: str) -> str:
    """Return the moment that an edition's name says, as Atom writes it."""
    return datetime.strptime(edition_id[:16], FORM).strftime("%Y-%m-%dT%H:%M:%SZ")


def oembed(html: str, title: str, name: str, base: str) -> str:
    """Return the oEmbed answer (1.0, type rich) that holds a fragment; static, so that no server must answer."""
    return (
        json.dumps(
            {
                "version": "1.0",
                "type": "rich",
                "title": title,
                "provider_name": name,
                "provider_url": base,
                "width": 440,
                "height": 320,
                "html": html,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        + "\n"
    )


def sitemap(paths: list[str], base: str) -> str:
    """Return the list of addresses for search engines."""
    urls = "".join(f"<url><loc>{base}{path}</loc></url>\n" for path in sorted(paths))
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{urls}</urlset>\n"


def robots(base: str) -> str:
    """Return what crawlers may do: everything."""
    return f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"
