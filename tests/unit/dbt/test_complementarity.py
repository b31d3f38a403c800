"""The seeds of need beside practice: every rule leads somewhere, every weight has an author, and the matrix is whole.

Add here what files of `seeds/complementarity/` must agree on. What the SQL makes of them is in the unit tests beside the models.
"""

from __future__ import annotations

import csv
import re
from itertools import product
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
SEEDS = ROOT / "dbt_project" / "seeds"


def seed(name: str, folder: str = "complementarity") -> list[dict[str, str]]:
    """Return the rows of one seed."""
    with (SEEDS / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_rule_names_a_known_topic_and_kind() -> None:
    kinds = {r["evidence_type"] for r in seed("practice_types")}
    subjects = {r["subject_id"] for r in seed("subjects")}
    for rule in seed("practice_rules"):
        assert rule["evidence_type"] in kinds, rule
        known = subjects if rule["topic_kind"] == "subject" else {"", *map(str, range(1, 18))}
        assert rule["topic_id"] in known, rule
        assert rule["contribution"] in {"positive", "negative"}
        re.compile(rule["key_pattern"])


def test_what_a_person_decided_says_who_and_why() -> None:
    for name in ("practice_types", "practice_rules"):
        assert all(r["version"] and r["author"] and r["reference"] for r in seed(name)), name
    assert all(r["version"] and r["author"] and r["note"] for r in seed("complementarity_thresholds"))


def test_weights_are_in_the_order_that_the_documentation_promises() -> None:
    weight = {r["evidence_type"]: float(r["weight"]) for r in seed("practice_types")}
    assert weight["filing"] > weight["label"] > weight["action"] > 0
    assert all(float(r["half_life_months"]) > 0 for r in seed("practice_types"))


def test_the_matrix_is_whole() -> None:
    cells = [(r["need"], r["practice"]) for r in seed("complementarity_readings")]
    assert sorted(cells) == sorted(product(("high", "low"), repeat=2))
    assert {r["reading"] for r in seed("complementarity_readings")} == {"shadow", "aligned", "momentum", "quiet"}
    assert all(r["sentence_fr"] and r["sentence_en"] for r in seed("complementarity_readings"))


def test_sources_of_practice_are_sources_of_the_catalogue() -> None:
    kinds = {r["evidence_type"] for r in seed("practice_types")}
    for row in seed("practice_sources"):
        assert (ROOT / "sources" / row["source_id"] / "source.yml").is_file(), row
        assert row["evidence_type"] in kinds
        assert (row["is_read"] == "false") == bool(row["gap_fr"] and row["gap_en"]), row


def test_subjects_rest_on_indicators_of_the_catalogue() -> None:
    known = {r["indicator_id"] for r in seed("indicators", "catalogue")}
    subjects = {r["subject_id"]: int(r["sdg_id"]) for r in seed("subjects")}
    for row in seed("subject_indicators"):
        assert row["indicator_id"] in known, row
        assert row["subject_id"] in subjects, row
    assert all(1 <= goal <= 17 for goal in subjects.values())


@pytest.mark.parametrize("risk", ["work", "commuting"])
def test_accidents_break_where_their_publisher_says_so(risk: str) -> None:
    """2020 counts employees on partial unemployment, and 2022 is called a break for all risks (Carsat Sud-Est): a trend of the
    région from 2020 to 2024 said that commuting accidents worsen by 4 % a year."""
    path = ROOT / f"dbt_project/models/indicators/goal_08/ind_sdg08_{risk}_accident_frequency.yml"
    caveats = yaml.safe_load(path.read_text(encoding="utf-8"))["caveats"]
    everywhere = [c["first_period"] for c in caveats if c["effect"] == "break" and "territory_level" not in c]
    assert everywhere == ["2020", "2021", "2022"]
