"""The practice terms on texts that others wrote and labelled: floors below what was measured (docs/practice.md), so that a change of the
list or of the matcher that costs more is seen. Skipped where the mirror is absent; the English benchmark is not in it.
"""

from __future__ import annotations

import csv
import json
import os
import re
import unicodedata
from pathlib import Path

import pytest
import yaml

from bench.practice import measures
from bench.practice.reading import TERMS
from orchestration.base.settings import PROJECT

MIRROR = Path(os.environ.get("OBSERVATORY_MIRROR") or Path(__file__).resolve().parents[3] / "shared" / "mirror")

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not MIRROR.is_dir(), reason="the mirror of real published files is absent"),
]


@pytest.mark.parametrize(
    ("language", "what", "assigned", "found"),
    # measured: 0.671 and 0.825, 0.686 and 0.899, 0.599 and 0.762
    [("fr", "indicators", 0.62, 0.79), ("fr", "targets", 0.65, 0.87), ("en", "indicators", 0.56, 0.73)],
)
def test_official_texts_lead_to_their_goal(language: str, what: str, assigned: float, found: float) -> None:
    goals, of_texts = measures.official_texts(MIRROR, language, what)
    assert len(goals) == {"indicators": 252, "targets": 169}[what]
    assert measures.assigned_share(goals, of_texts) >= assigned
    assert measures.found_share(goals, of_texts) >= found
    # asked for its goal and for another one: 0.873 to 0.933
    assert measures.asked_in_pairs(goals, of_texts).f1 >= 0.82


def test_labels_of_the_state_that_were_not_read() -> None:
    # measured: 0.693, every goal asked of each label
    assert measures.national_labels(MIRROR, read=False).f1 >= 0.66


def folded(text: str) -> str:
    """Return a text without case, accents, apostrophes and hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", plain.replace("œ", "oe"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_term_that_says_it_is_of_a_target_stands_in_its_text(language: str) -> None:
    """Each word of such a term, without its last three letters (plural, feminine), stands in the text of the target that it names."""
    file = MIRROR / measures.TRANSLATIONS / language / "global_targets.yml"
    texts = {k: folded(v) for k, v in yaml.safe_load(file.read_text(encoding="utf-8")).items()}
    with TERMS.open(encoding="utf-8", newline="") as lines:
        terms = [r for r in csv.DictReader(lines) if r["language"] == language and r["source"].startswith("un_target:")]
    assert len(terms) > 100
    for row in terms:
        text = texts[row["source"].partition(":")[2].replace(".", "-") + "-title"]
        words = [w for w in folded(row["term"]).split() if len(w) > 3]
        assert [w for w in words if w[: max(3, len(w) - 3)] not in text] == [], row


def test_points_of_the_voluntary_standard_have_their_official_names() -> None:
    taxonomy = json.loads((MIRROR / "efrag" / "vsme_template" / "vsme-2026-02-01.json").read_text(encoding="utf-8"))
    with (PROJECT / "dbt_project/seeds/company_data/company_data.csv").open(encoding="utf-8", newline="") as file:
        names = [row["official_name"] for row in csv.DictReader(file) if row["kind"] == "vsme"]
    assert len(names) >= 40
    assert [name for name in names if f"vsme:{name}" not in taxonomy["concepts"]] == []
