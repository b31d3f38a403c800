"""Superset's cache of editions' answers without Superset: a dict in the place of Flask-Caching's memory.

Flask-Caching is in Superset's own environment alone (`bi/constraints.txt`); the proof runs the cache on it.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class Memory:
    """What `flask_caching.backends.SimpleCache` does, as far as the cache of editions uses it."""

    def __init__(self, threshold: int = 500, default_timeout: int = 300) -> None:
        self.held: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        return self.held.get(key)

    def set(self, key: str, value: Any, timeout: int | None = None) -> bool:
        self.held[key] = value
        return True


def edition_cache() -> ModuleType:
    """Return the module `bi.edition_cache`."""
    package, backends = ModuleType("flask_caching"), ModuleType("flask_caching.backends")
    backends.SimpleCache = Memory  # type: ignore[attr-defined]
    sys.modules.setdefault("flask_caching", package)
    sys.modules.setdefault("flask_caching.backends", backends)
    return importlib.import_module("bi.edition_cache")
