"""Names taken apart: what two registers write differently is one name, whatever the order, the form, the signs."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.matching.folding import fold
from orchestration.matching.lists import lists
from orchestration.matching.names import alternatives, parse

CONNECTION = duckdb.connect()
WORDS = st.lists(st.text("abcdefgh", min_size=4, max_size=8), min_size=1, max_size=4, unique=True)


def folded(name: str) -> str:
    return fold(CONNECTION, [name])[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S.N.F.", "SNF"),
        ("S. N. F.", "SNF SAS"),
        ("H&M", "H & M"),
        ("BREGER & C°", "BREGER & CIE"),
        ("BREGER ET CO", "BREGER & Cie"),
        ("CLINIQUE ST PIERRE", "Clinique Saint-Pierre"),
        ("REGIE DEPT DES TRANSPORTS", "Régie départementale des transports"),
        ("L'OREAL", "OREAL SA"),
        ("ETS DUPONT", "Établissements Dupont S.A.R.L."),
        ("CŒUR DE LOIRE", "Coeur de Loire"),
        ("Caisse primaire d'assurance maladie de la Gironde", "CPAM GIRONDE"),
        ("CAISS PRIMA ASSUR MALADIE ILLE & VILAINE", "CPAM Ille-et-Vilaine"),
        ("Union des groupements d'achats publics - UGAP", "UNION GROUPEMENTS ACHATS PUBLICS"),
    ],
)
def test_two_spellings_have_the_same_words(one, other):
    assert parse(folded(one)).plain == parse(folded(other)).plain


@pytest.mark.parametrize(
    ("one", "other"),
    [("TRIANGLE 7", "TRIANGLE 8"), ("CCM NORD", "CCM SUD"), ("PRO BTP", "PROMAN BTP"), ("3M", "2M")],
)
def test_two_names_stay_two(one, other):
    assert parse(folded(one)).words != parse(folded(other)).words


@pytest.mark.parametrize(
    "name",
    [
        "SA",
        "Entreprise",
        "SASU",
        "S.A.S.",
        "Société",
        "N/A",
        "-",
        "",
        "Société coopérative à capital variable",
        "Raison sociale",
    ],
)
def test_a_placeholder_is_told(name):
    assert parse(folded(name)).is_placeholder


@pytest.mark.parametrize("name", ["M. DUPONT", "Madame Martin", "DURAND EI", "Paul Durand auto-entrepreneur"])
def test_a_natural_person_is_told(name):
    assert parse(folded(name)).is_person


@pytest.mark.parametrize(
    "name", ["SCIC Nice Matin", "Maître Prunille", "M6 Publicité", "SE Provencia", "Maison Durand"]
)
def test_a_company_is_neither(name):
    assert not parse(folded(name)).is_placeholder and not parse(folded(name)).is_person


def test_a_name_of_two_names_is_both():
    assert alternatives(folded("MANITOWOC CRANE GROUP FRANCE OU MCG FRANCE"))[1:] == (
        "manitowoc crane group france",
        "mcg france",
    )
    assert "l air liquide" in alternatives(
        folded("L'AIR LIQUIDE SOCIETE ANONYME POUR L'ETUDE ET L'EXPLOITATION DES PROCEDES")
    )


def test_an_acronym_is_made_with_and_without_articles():
    name = parse(folded("Société des auteurs, compositeurs et éditeurs de musique"))
    assert {"sacem"} <= name.initials and "sacem" in name.short_initials


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(name):
    once = folded(name)
    assert folded(once) == once
    assert once == once.strip() and "  " not in once


@given(WORDS, st.randoms(use_true_random=False))
def test_the_order_of_words_changes_no_word(words, random):
    shuffled = list(words)
    random.shuffle(shuffled)
    assert sorted(parse(" ".join(words)).words) == sorted(parse(" ".join(shuffled)).words)


@given(WORDS)
def test_a_legal_form_changes_no_word(words):
    name = " ".join(words)
    assert parse(f"{name} sas").words == parse(name).words == parse(f"sarl {name}").words


def test_the_lists_are_folded_and_hold_no_double():
    lexicon = lists()
    phrases = [
        *lexicon.forms,
        *lexicon.persons,
        *lexicon.descriptors,
        *lexicon.phrases,
        *lexicon.bodies,
        *lexicon.marks,
    ]
    for text in [" ".join(p) for p in phrases] + [
        *lexicon.placeholders,
        *lexicon.articles,
        *lexicon.activities,
        *lexicon.weak,
        *lexicon.describing,
        *map(" ".join, lexicon.departments.values()),
    ]:
        assert folded(text) == text


def test_the_departments_are_those_of_the_official_geographic_code():
    seed = Path(__file__).resolve().parents[3] / "dbt_project/seeds/geography/departments.csv"
    with seed.open(encoding="utf-8", newline="") as handle:
        official = {
            row["department_code"].lower(): tuple(folded(row["name"]).split()) for row in csv.DictReader(handle)
        }
    assert lists().departments == official
