"""The public pages: an edition as static HTML in French and English, one request a page, nothing of third parties.

`build_site` makes them; `docs/site.md` says how they are published and how a page is added.
"""

from __future__ import annotations

from orchestration.readers.site.build import SiteRefused, SiteReport, build_site
from orchestration.readers.site.configuration import SiteConfiguration, load_configuration

__all__ = ["SiteConfiguration", "SiteRefused", "SiteReport", "build_site", "load_configuration"]
