"""What `tidy` lets go of, over the years: never what anybody may still need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from orchestration.base.settings import Settings
from orchestration.refresh import tidying

NOW = datetime(2030, 6, 15, tzinfo=UTC)


def edition(home, day, *, current=False, previous=None, realm="real"):
    name = f"{day:%Y%m%dT%H%M%SZ}"
    path = home / "editions" / name
    path.mkdir(parents=True, exist_ok=True)
    (path / "observatory.duckdb").write_text("x" * 1000)
    manifest = SimpleNamespace(previous=previous, realm=realm, channel="mirror")
    return SimpleNamespace(edition_id=name, path=path, published_at=day, is_current=current, manifest=manifest)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Four hundred daily refreshes, the newest first."""
    days = [NOW - timedelta(days=n) for n in range(400)]
    found = [edition(tmp_path, day, current=n == 0) for n, day in enumerate(days)]
    monkeypatch.setattr(tidying, "list_editions", lambda _: [e for e in found if e.path.is_dir()])
    for day in days:
        for place in (f"receipts/{day:%Y%m%dT%H%M%S}000001Z.md", f"logs/accident-{day:%Y%m%dT%H%M%S}Z.log"):
            (tmp_path / place).parent.mkdir(exist_ok=True)
            (tmp_path / place).write_text("x")
    (tmp_path / "logs/dbt.log").write_text("x")
    return found


def left(shelf):
    return {e.edition_id for e in shelf if e.path.is_dir()}


def test_nothing_goes_before_somebody_says_so(tmp_path, shelf):
    settings = Settings(home=tmp_path, keep_editions=10, keep_days=100)
    found = tidying.tidy(settings, NOW)
    assert {o.kind for o in found} == {"edition", "receipt", "log"}
    assert len(left(shelf)) == 400 and not (tmp_path / "refresh.lock").exists()


def test_a_year_of_days_is_bounded_and_months_stay(tmp_path, shelf):
    settings = Settings(home=tmp_path, keep_editions=10, keep_days=100)
    pinned = shelf[333].edition_id
    (tmp_path / "pinned.txt").write_text(f"# kept for a report\n{pinned}  rapport 2029\n\n")
    shelf[0].manifest.previous = shelf[222].edition_id
    shelf[350].manifest.realm = "sample"
    shelf[351].manifest = None
    tidying.tidy(settings, NOW, apply=True)
    kept = left(shelf)
    assert {pinned, shelf[222].edition_id, shelf[350].edition_id, shelf[351].edition_id} <= kept
    assert {e.edition_id for e in shelf[:10]} <= kept
    # the last of each of the 14 months, the newest ten, and what was named above
    assert len({name[:6] for name in kept}) == 14 and len(kept) <= 10 + 14 + 4
    assert len(list((tmp_path / "receipts").iterdir())) == 101
    assert (tmp_path / "logs/dbt.log").exists()
    assert tidying.tidy(settings, NOW, apply=True) == []


def test_the_edition_in_service_stays_however_old(tmp_path, shelf):
    shelf[0].is_current, shelf[390].is_current = False, True
    tidying.tidy(Settings(home=tmp_path, keep_editions=2), NOW, apply=True)
    assert shelf[390].path.is_dir()


def test_months_of_long_ago_go_too(tmp_path, shelf):
    later = NOW + timedelta(days=31 * 30)
    tidying.tidy(Settings(home=tmp_path, keep_editions=2), later, apply=True)
    assert left(shelf) == {e.edition_id for e in shelf[:2]}
