"""A refresh under bad files, broken marts, a second refresh, a killed process: nothing good is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from bench import quick
from orchestration.base.settings import PROJECT
from orchestration.lake.store import Lake
from tests.conftest import observatory, once

NEET = "insee_neet/2018/neet_epci_2018.csv"


@pytest.fixture
def delivery(sample_mirror: Path, tmp_path: Path) -> Path:
    """A mirror of one small source, to be damaged."""
    target = tmp_path / "delivery"
    shutil.copytree(sample_mirror / "insee_neet", target / "insee_neet")
    return target


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sample_mirror: Path) -> Path:
    """A home whose lake was filled from a mirror (not from the shipped samples), with an edition."""
    first = tmp_path_factory.mktemp("filled from")
    for name in ("insee_neet", "insee_wages"):
        shutil.copytree(sample_mirror / name, first / name)
    home, answer = once(tmp_path_factory, "filled", "refresh", "--from", first, readers=False)
    assert answer.code == 0, answer.err
    return home


@pytest.fixture
def real_home(filled: Path, tmp_path: Path) -> Path:
    """A copy of it, for a test to write to."""
    shutil.copytree(filled, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


def figures(home: Path, indicator: str) -> list[tuple]:
    with duckdb.connect(str(home / "editions/current/observatory.duckdb"), read_only=True) as connection:
        return connection.execute(
            "SELECT territory_level, territory_code, period, value FROM fct_indicator_value WHERE indicator_id = ? ORDER BY ALL",
            [indicator],
        ).fetchall()


def outcome(receipt: dict, file: str) -> dict:
    return next(s for s in receipt["sources"] if s["file"] == file)


def test_a_bad_file_is_refused_takes_nothing_else_with_it_and_stays_refused_until_it_changes(real_home, delivery):
    """Every source is asked for, and only this one delivered: the others keep what they had."""
    before, wages = figures(real_home, "sdg08_neet_rate"), figures(real_home, "sdg05_hourly_wage_gap")
    assert wages
    bad = delivery / NEET
    good = bad.read_text(encoding="utf-8-sig")
    bad.write_text(good.replace("part_non_inseres", "part_des_non_inseres"), encoding="utf-8")
    other = delivery / "insee_neet/2018/neet_dpt_2018.csv"
    # a département that the shipped extract does not state; what it states may not change unnoticed
    text = other.read_text(encoding="utf-8-sig")
    assert "\n85;" not in text
    other.write_text(text.rstrip("\n") + "\n85;Vendée;2018;10,30\n", encoding="utf-8")
    refresh = ("refresh", "--from", delivery, "--home", real_home, "--json")
    answer = observatory(*refresh)
    receipt = answer.receipt
    assert answer.code == receipt["exit_code"] == 3
    refused = outcome(receipt, bad.name)
    assert refused["state"] == "refused" and "part_non_inseres" in refused["reason"]
    assert "part_des_non_inseres" in refused["action"] and "columns.csv" in refused["action"]
    assert outcome(receipt, other.name)["state"] in ("accepted", "adapted")
    after = figures(real_home, "sdg08_neet_rate")
    changed = set(after) ^ set(before)
    assert changed == {("department", "85", "2018", 10.3)}
    assert ("epci", "244400404", "2018", 12.4) in after

    again = observatory(*refresh)
    assert again.code == 3
    assert outcome(again.receipt, bad.name)["reason"] == refused["reason"]
    bad.write_text(good, encoding="utf-8")
    taken = observatory(*refresh)
    assert taken.code == 0, taken.err
    assert figures(real_home, "sdg08_neet_rate") == after
    # a source without a folder changes no exit code, and keeps what it had
    for receipt in (answer.receipt, taken.receipt):
        kept = next(s for s in receipt["sources"] if s["source"] == "insee_wages")
        assert kept["state"] == "missing" and kept["vintage"] == "2014"
    assert figures(real_home, "sdg05_hourly_wage_gap") == wages


def test_a_page_in_place_of_a_file_is_refused(delivery):
    bad = delivery / NEET
    bad.write_text("<html><title>Maintenance</title></html>", encoding="utf-8")
    answer = observatory("check", "insee_neet", bad, "--vintage", "2018", "--json")
    assert (answer.code, answer.receipt["state"]) == (3, "refused") and "HTML" in answer.receipt["reason"]


def test_a_folder_that_no_source_knows_is_named_and_ignored(real_home, delivery):
    (delivery / "insee_mystere/2024").mkdir(parents=True)
    (delivery / "insee_mystere/2024/a.csv").write_text("x;y\n1;2\n")
    answer = observatory("refresh", "--from", delivery, "--home", real_home, "--only", "insee_neet", "--json")
    assert answer.code == 0 and "insee_mystere" in answer.err


def test_reference_sources_that_a_mirror_lacks_come_from_the_shipped_extract(real_home):
    receipt = json.loads((real_home / "editions/current/receipt.json").read_text())
    epci = next(s for s in receipt["sources"] if s["source"] == "dgcl_epci")
    assert epci["state"] == "kept" and "extrait livré" in epci["reason"]


def test_a_broken_mart_blocks_the_edition(home, tmp_path, small_calculation):
    shutil.copytree(small_calculation, tmp_path / "house")
    tests = tmp_path / "house/dbt_project/tests"
    tests.mkdir()
    (tests / "never_true.sql").write_text("select * from {{ ref('dim_sdg') }}\n")
    before = (home / "editions/current").readlink()
    answer = observatory("refresh", "--home", home, "--json", env=quick.settings(tmp_path / "house"))
    assert answer.code == answer.receipt["exit_code"] == 4
    assert (home / "editions/current").readlink() == before
    failed = [c for c in answer.receipt["checks"] if c["name"] == "never_true"]
    assert failed and not failed[0]["passed"] and failed[0]["severity"] == "error"
    assert '- {source: marts, check: "test:never_true", why: …' in answer.receipt["action"]
    # the register did not move either: with the project whole again there is nothing new
    again = observatory("refresh", "--home", home, "--json")
    assert again.code == 0 and again.receipt["published"] is False


def test_one_figure_that_cannot_be_true_is_held_back_and_the_rest_is_published(home, tmp_path):
    """A share of 130 % in one département: the edition appears without it, and the receipt says whose figure it is."""
    project = tmp_path / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project", project)
    model = project / "models/indicators/goal_08/ind_sdg08_neet_rate.sql"
    text, odd = (
        model.read_text(encoding="utf-8"),
        "case when territory_level = 'department' and territory_code = '44' and year = 2018 then 130 else neet_rate end",
    )
    assert "neet_rate as value" in text
    model.write_text(text.replace("neet_rate as value", f"{odd} as value"), encoding="utf-8")
    before = figures(home, "sdg08_neet_rate")
    answer = observatory("refresh", "--home", home, "--json", env={"OBSERVATORY_DBT_PROJECT_PATH": str(project)})
    assert answer.code == 0 and answer.receipt["published"], answer.err
    changed = set(figures(home, "sdg08_neet_rate")) ^ set(before)
    assert {row[:3] for row in changed} == {("department", "44", "2018")} and (
        "department",
        "44",
        "2018",
        None,
    ) in changed
    [told] = [c for c in answer.receipt["checks"] if c["name"] == "held/rule within bounds"]
    assert (told["asset"], told["severity"], told["passed"]) == ("fct_indicator_value", "warn", False)
    for word in (
        "sdg08_neet_rate",
        "territory_code = 44",
        "period = 2018",
        "source_id = insee_neet",
        "value = 130",
        "neet_dpt_2018.csv",
        "Retenu",
    ):
        assert word in told["message"], word
    # the tables agree, whichever way they are read
    row = duckdb.sql(
        f"SELECT status, suppression_reason, status_reason FROM '{home}/editions/current/parquet/fct_indicator_value.parquet' "
        "WHERE indicator_id = 'sdg08_neet_rate' AND territory_code = '44' AND territory_level = 'department' AND period = '2018'"
    ).fetchone()
    assert row[:2] == ("suppressed", "impossible") and "de 0 à 100" in row[2]


def test_one_refresh_at_a_time(home):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from filelock import FileLock\nwith FileLock(sys.argv[1]):\n print('held', flush=True); time.sleep(60)",
            str(home / "refresh.lock"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline().strip() == "held"
        answer = observatory("refresh", "--home", home, "--json")
        assert answer.code == answer.receipt["exit_code"] == 5
        assert "Un autre rafraîchissement" in answer.receipt["reason"]
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.parametrize("moment", [1.0, 4.0, 6.0])
def test_a_killed_refresh_leaves_the_old_edition_and_the_next_one_works(home, sample_mirror, small_calculation, moment):
    """It dies while it starts and while it reads; the places in between are those of `bench/kills.py`."""
    before, small = (home / "editions/current").readlink(), quick.settings(small_calculation)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "orchestration.cli",
            "refresh",
            "--from",
            str(sample_mirror),
            "--home",
            str(home),
            "--json",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT,
        env={**os.environ, **small},
        start_new_session=True,
    )
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (home / "editions/current").readlink() == before
    with duckdb.connect(str(home / "editions/current/observatory.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM fct_indicator_value").fetchone()[0] > 0
    if moment == 6.0:
        answer = observatory("refresh", "--from", sample_mirror, "--home", home, "--json", env=small)
        assert answer.code == 0 and answer.receipt["published"]
        # nothing of the killed one is left, in whatever state it was
        assert [p.name for p in (home / "work").iterdir()] == ["warehouse.duckdb"]
        assert not [
            *home.glob(".*.json"),
            *home.glob("*.tmp"),
            *(home / "receipts").glob(".*"),
            *(home / "receipts").glob("*.tmp"),
        ]
        assert Lake(home).orphans() == [] and not (home / "refresh.json").exists()


def test_another_territory_works_on_the_same_files_and_an_edition_can_be_gone_back_to(home):
    first = (home / "editions/current").readlink().name
    answer = observatory("refresh", "--territory", "243500139", "--home", home, "--json")
    assert answer.code == 0, answer.err
    with duckdb.connect(str(home / "editions/current/observatory.duckdb"), read_only=True) as connection:
        homes = connection.execute(
            "SELECT name FROM dim_territory WHERE is_home AND territory_level = 'epci'"
        ).fetchall()
        communes = connection.execute(
            "SELECT count(*) FROM dim_territory WHERE is_home AND territory_level = 'commune'"
        ).fetchone()
    assert homes == [("Rennes Métropole",)] and communes == (43,)

    assert (home / "editions/current").readlink().name != first
    assert observatory("rollback", first, "--home", home).code == 0
    assert (home / "editions/current").readlink().name == first
    unknown = observatory("rollback", "20200101T000000Z", "--home", home)
    assert unknown.code == 2 and first in unknown.err
