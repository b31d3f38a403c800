"""Every hostile file is read or refused in words, within bounds, and a good file beside it is answered.

The short form: limits are small, and of the files that only break at a limit a few of each kind are tried. At length:
`python -m bench.hostile`.
"""

from __future__ import annotations

from contextlib import suppress
from json import JSONDecodeError
from pathlib import Path

import hostile
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutating import mutated
from trying import attempt, known

from orchestration import reading, wall
from orchestration.base.plain import NotPlain, read_json, read_toml
from orchestration.base.yaml_data import NotData
from orchestration.base.yaml_data import load as read_yaml
from orchestration.judging.waivers import load_waivers

SMALL = wall.Limits(seconds=1, clock=5, memory=600_000_000, answer=40_000_000)
TIGHT = wall.Limits(seconds=1, clock=4, memory=150_000_000, answer=10_000_000)
# one of each way in which a file breaks its reader at a limit
HEAVY = {
    "gz-one-row.csv.gz",
    "xlsx-text-shared-by-all.xlsx",
    "xls-stream-in-circles.xls",
    "pdf-form-of-itself-pdf.pdf",
    "pdf-form-of-itself-document.pdf",
}
GROUPS = sorted({one.name.partition("-")[0] for one in hostile.CORPUS})


def tried(one: hostile.Hostile, folder: Path, limits: wall.Limits) -> str:
    path = folder / one.name
    path.write_bytes(one.make())
    with wall.held(limits):
        outcome = attempt(one.kind, path, one.name)
    path.unlink()
    # the clock of a loaded machine: each file is asked for three times
    assert outcome.seconds < 3 * limits.clock + 5, one.name
    assert outcome.megabytes * 1_000_000 < limits.memory + 400_000_000, one.name
    return outcome.what


def is_answered(folder: Path) -> bool:
    path = folder / "good.csv"
    path.write_bytes(hostile.GOOD)
    return len(reading.read_table(path, name="good.csv", known_headers=known).rows) == 2


def test_the_corpus_is_large_enough():
    assert len(hostile.CORPUS) >= 140 and len({one.name for one in hostile.CORPUS}) == len(hostile.CORPUS)
    assert {"zip", "gz", "csv", "xlsx", "ods", "xls", "json", "geojson", "html", "md", "pdf", "parquet"} <= set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_each_is_read_or_refused(group, tmp_path):
    came = [
        tried(one, tmp_path, SMALL) for one in hostile.CORPUS if one.name.partition("-")[0] == group and not one.heavy
    ]
    assert came and set(came) <= {"read", "refused", "time", "memory", "answer", "broken"}
    assert is_answered(tmp_path)


@pytest.mark.parametrize("name", sorted(HEAVY))
def test_what_breaks_a_reader_at_a_limit_is_refused(name, tmp_path):
    one = next(one for one in hostile.CORPUS if one.name == name)
    assert tried(one, tmp_path, TIGHT) in ("refused", "time", "memory", "answer", "broken")
    assert is_answered(tmp_path)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_mutated_file_is_read_or_refused(tmp_path_factory, data):
    one, content = mutated(data.draw)
    path = tmp_path_factory.getbasetemp() / f"mutated-{one.name}"
    path.write_bytes(content)
    with wall.held(SMALL):
        attempt(one.kind, path, one.name)


@settings(max_examples=150)
@given(st.text(alphabet="ab:-[]{}&*<>'\"#|!?%@,.=\n 0_9+", max_size=120))
def test_texts_of_few_signs_are_read_or_not_plain(text):
    for read in (read_yaml, read_toml, read_json):
        # JSON that is none has an error of its own, with its line
        with suppress(NotPlain, NotData, JSONDecodeError):
            read(text)


@pytest.mark.parametrize(
    "text", [m.make().decode().split("---\n")[1] for m in hostile.CORPUS if m.name.startswith("md-yaml")]
)
def test_hostile_waivers_waive_nothing_and_are_told(text, tmp_path):
    path = tmp_path / "waivers.yml"
    path.write_text(text, encoding="utf-8")
    assert load_waivers(path).entries == []
