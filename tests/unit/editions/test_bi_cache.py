"""What Superset keeps of an edition is never told of another one: not after a swap, not in the middle of one, not on the way back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from edition_fakes import FIRST, SECOND, Shelf

from orchestration import editions
from orchestration.editions.publishing import swap
from tests.caches import edition_cache

pytest.importorskip("sqlalchemy")
FILE = "editions/current/observatory.duckdb"


@pytest.fixture
def cache(shelf: Shelf):
    module = edition_cache()
    shelf.publish()
    settings = {"EDITION": f"duckdb:///{shelf.home}/{FILE}", "CACHE_THRESHOLD": 500}
    return module.EditionCache.factory(None, settings, [], {"default_timeout": 300})


def test_an_answer_is_kept_while_its_edition_is_in_service(shelf: Shelf, cache) -> None:
    assert cache.get("chart") is None
    assert cache.set("chart", "of the first") and cache.get("chart") == "of the first"
    assert cache.get("another chart") is None
    shelf.publish(SECOND)
    assert cache.get("chart") is None
    assert cache.set("chart", "of the second") and cache.get("chart") == "of the second"
    # and back: the first edition's answer was kept under its first time of service
    swap(shelf.home, FIRST)
    assert cache.get("chart") is None


def test_an_answer_that_a_swap_overtook_is_not_kept(shelf: Shelf, cache) -> None:
    assert cache.get("chart") is None
    shelf.publish(SECOND)
    assert not cache.set("chart", "of either")
    assert cache.get("chart") is None
    # there and back between question and answer
    swap(shelf.home, FIRST)
    swap(shelf.home, SECOND)
    assert not cache.set("chart", "of any") and not cache.held


def test_only_who_asked_before_may_keep_an_answer(shelf: Shelf, cache) -> None:
    assert not cache.set("chart", "of nobody's question")
    cache.get("chart")
    kept: list[bool] = []
    thread = threading.Thread(target=lambda: kept.append(cache.set("chart", "of another thread's question")))
    thread.start()
    thread.join()
    assert kept == [False] and not cache.held


def test_nothing_is_kept_where_no_edition_is_in_service(tmp_path: Path) -> None:
    module = edition_cache()
    cache = module.EditionCache(module.served_at(f"duckdb:///{tmp_path}/{FILE}"))
    assert cache.get("chart") is None and not cache.set("chart", 1) and not cache.held
    away = module.EditionCache(module.served_at(f"postgresql+psycopg://nobody@/none?host={tmp_path}"))
    assert away.get("chart") is None and not away.set("chart", 1) and not away.held


def test_each_swap_is_another_time_of_service(shelf: Shelf) -> None:
    served = edition_cache().served_at(f"duckdb:///{shelf.home}/{FILE}")
    shelf.publish()
    first = served()
    assert first == served() and first[0].endswith(f"{FIRST}/observatory.duckdb")
    shelf.publish(SECOND)
    editions.rollback(shelf.home, FIRST, who="test")
    again = served()
    assert again[0] == first[0] and again != first
