"""How words of a text are found to speak of a goal: the macros of `practice/terms.sql` on DuckDB alone, and the list of terms itself.

Add a test here for how words are compared, or for what every term must be. How well the list does on texts of others: `tests/realdata`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.practice import measures
from bench.practice.reading import MACROS, TERMS, Found, goals_of

MACRO = jinja2.Environment().from_string(MACROS.read_text(encoding="utf-8")).module
TARGETS = Path(__file__).resolve().parents[3] / "sources" / "un_sdg" / "data" / "2023" / "targets.csv"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as open_connection:
        yield open_connection


def places(
    connection: Any, text: str, *terms: tuple[str, int | None, str, float | None], language: str | None = "fr"
) -> list[Any]:
    """Return (term, goal, contribution, words, place) of each place in the text. `terms`: term, goal, kind, weight, all French."""
    connection.execute(
        "CREATE OR REPLACE TABLE terms (term VARCHAR, language VARCHAR, sdg_id INTEGER, target VARCHAR, kind VARCHAR, weight DOUBLE, source VARCHAR)"
    )
    connection.executemany("INSERT INTO terms VALUES (?, 'fr', ?, NULL, ?, ?, 'hand')", [list(t) for t in terms])
    connection.execute(
        "CREATE OR REPLACE TABLE texts AS SELECT 't' AS text_id, ?::VARCHAR AS language, ? AS text", [language, text]
    )
    return connection.execute(
        f"SELECT term, sdg_id, contribution, words, place FROM ({MACRO.term_places('texts', 'terms')}) ORDER BY place, term, sdg_id"
    ).fetchall()


def root(connection: Any, word: str) -> str:
    """Return the root of a word as it is written."""
    (found,) = connection.execute(f"SELECT {MACRO.word_root(MACRO.folded_word('$1'))}", [word]).fetchone()
    return str(found)


@pytest.mark.parametrize(
    "forms",
    [
        ("déchet", "Déchets", "DÉCHETS"),
        ("salarié", "salariée", "salariés", "salariées"),
        ("régional", "régionaux", "régionale", "régionales"),
        ("professionnel", "professionnelle", "professionnelles"),
        ("énergie", "energies", "energy"),
        ("eau", "eaux"),
        ("écart", "écarts"),
        ("handicapé", "handicapées"),
        ("actif", "active", "actives"),
        ("city", "cities"),
        ("CO₂", "co2"),
        ("cœur", "coeur"),
        ("élevé", "élevée", "élevés", "élevées"),
    ],
)
def test_forms_of_a_word_have_one_root(connection: Any, forms: Sequence[str]) -> None:
    assert len({root(connection, form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("élève", "élevé"),
        ("mer", "mère"),
        ("mers", "mères"),
        ("don", "donne"),
        ("port", "porte-monnaie"),
        ("sol", "solde"),
        ("ports", "portée"),
        ("aliments", "alimente"),
        ("emploi", "emploie"),
    ],
)
def test_words_that_are_others_keep_their_roots(connection: Any, one: str, other: str) -> None:
    assert root(connection, one) != root(connection, other)


def test_a_word_is_found_whole_and_its_words_are_those_of_the_text(connection: Any) -> None:
    text = "La consommation de l’ÉNERGIE baisse ; surconsommation"
    assert places(
        connection, text, ("consommation d'énergie", 7, "topic", 1.0), ("consommation", 12, "topic", 1.0)
    ) == [("consommation d'énergie", 7, None, "consommation de l ÉNERGIE", 2)]


def test_an_open_word_takes_any_ending(connection: Any) -> None:
    found = places(connection, "Panneaux photovoltaïques et photovoltaïque", ("photovolta*", 7, "topic", 1.0))
    assert [f[3] for f in found] == ["photovoltaïques", "photovoltaïque"]


def test_the_longest_term_wins_and_a_misleading_one_only_silences(connection: Any) -> None:
    terms = [("formation", 4, "topic", 1.0), ("formation brute de capital", None, "misleading", None)]
    assert places(connection, "La formation brute de capital", *terms) == []
    assert len(places(connection, "La formation des jeunes", *terms)) == 1


def test_terms_of_one_length_speak_side_by_side(connection: Any) -> None:
    found = places(
        connection, "covoiturage", ("covoiturage", 11, "practice", 1.0), ("covoiturage", 13, "practice", 1.0)
    )
    assert [f[1] for f in found] == [11, 13]


def test_no_term_reaches_over_the_end_of_a_sentence(connection: Any) -> None:
    assert places(connection, "Nous économisons l'eau. Potable, elle l'est.", ("eau potable", 6, "topic", 1.0)) == []


@pytest.mark.parametrize(
    ("text", "contribution"),
    [
        ("Des pratiques de corruption ont été constatées", "negative"),
        ("Lutter contre la corruption", "positive"),
        ("Sans corruption", "positive"),
        ("Nous luttons. Corruption constatée", "negative"),
        ("La corruption recule grâce à la lutte engagée", "negative"),
        # the word that turns stands too far to be about the harm
        ("Lutter chaque jour partout et toujours mieux que jadis face à corruption", "negative"),
    ],
)
def test_a_harm_that_is_fought_is_a_good(connection: Any, text: str, contribution: str) -> None:
    terms = [("corruption", 16, "harm", 1.0), ("lutter", None, "reversal", None), ("sans", None, "denial", None)]
    assert [f[2] for f in places(connection, text, *terms)] == [contribution]


def test_a_practice_that_is_denied_is_none(connection: Any) -> None:
    terms = [("charte éthique", 16, "practice", 1.0), ("aucun", None, "denial", None)]
    assert [f[2] for f in places(connection, "Aucune charte éthique", *terms)] == ["negative"]
    assert [f[2] for f in places(connection, "Une charte éthique", *terms)] == ["positive"]


@pytest.mark.parametrize(
    ("text", "contribution"),
    [
        ("Nos émissions ont baissé de 12 %", "positive"),
        ("Nos émissions n'ont pas baissé", "negative"),
        ("Nos émissions passent de 61 à 78 g", "negative"),
        ("Nos émissions passent de 7,9 à 7,3 g", "positive"),
        ("Nos émissions sont de 14 600 t contre 9 500 t", "negative"),
        ("Nos émissions sont de 12 % de moins", "positive"),
        ("Nos émissions sont au moins de 12 tonnes", None),
        # a range is no change, two years are no figures
        ("Nos émissions, de 18 à 25 tonnes", None),
        ("Nos émissions sont passées de 2021 à 2019", None),
        # less of a subject may be for the goal or against it; a subject that falls itself is against
        ("La parité réduit", None),
        ("La parité recule", "negative"),
        ("La parité a été financée", "positive"),
        ("La parité n'a pas été financée", "negative"),
        ("Une plainte. La parité attend", None),
        ("Plainte sur la parité", "negative"),
        ("Aucune plainte sur la parité", "positive"),
        # the nearest word decides
        ("La parité financée malgré une plainte", "positive"),
        # a harm that falls is a good, whatever stands in between
        ("Le bruit des machines est passé de 80 à 60 dB", "positive"),
        ("Un label est financé", "positive"),
        ("Le label recule", "negative"),
    ],
)
def test_how_it_goes_with_a_subject_is_said_by_its_sentence(
    connection: Any, text: str, contribution: str | None
) -> None:
    terms = [
        ("émissions", 13, "burden", 1.0),
        ("parité", 5, "topic", 1.0),
        ("bruit", 11, "harm", 1.0),
        ("label", 12, "practice", 1.0),
        ("financé", None, "act", None),
        ("baissé", None, "fall", None),
        ("réduit", None, "fall", None),
        ("recule", None, "drop", None),
        ("plainte", None, "setback", None),
        ("passé", None, "change", None),
        ("passent", None, "change", None),
        ("pas", None, "denial", None),
        ("aucun", None, "denial", None),
    ]
    assert [f[2] for f in places(connection, text, *terms)][-1] == contribution


def test_a_point_within_a_figure_ends_no_sentence(connection: Any) -> None:
    terms = [("injury", 8, "burden", 1.0), ("fell", None, "fall", None)]
    assert [f[2] for f in places(connection, "injury rate of 4.1 fell", *terms)] == ["positive"]


def test_the_language_of_a_text_chooses_the_terms(connection: Any) -> None:
    assert places(connection, "formation", ("formation", 4, "topic", 1.0), language="en") == []
    assert len(places(connection, "formation", ("formation", 4, "topic", 1.0), language=None)) == 1


def goals(connection: Any, *rows: tuple[int, str, float, str | None, str, int]) -> list[Any]:
    """Return (goal, score, contribution, evidence) of one text, from its places: goal, term, weight, contribution, words, place."""
    connection.execute(
        "CREATE OR REPLACE TABLE found (text_id VARCHAR, sdg_id INTEGER, term VARCHAR, weight DOUBLE, contribution VARCHAR, words VARCHAR, place INTEGER)"
    )
    connection.executemany("INSERT INTO found VALUES ('t', ?, ?, ?, ?, ?, ?)", [list(r) for r in rows])
    return connection.execute(
        f"SELECT sdg_id, score, contribution, evidence FROM ({MACRO.goals_of_texts('found')}) ORDER BY sdg_id"
    ).fetchall()


def test_a_weak_word_needs_another_one_or_itself_again(connection: Any) -> None:
    assert goals(connection, (6, "eau", 0.5, None, "eau", 1)) == []
    assert goals(connection, (6, "eau", 0.5, None, "eau", 1), (6, "robinet", 0.5, None, "robinet", 2)) == [
        (6, 1.0, None, "« eau », « robinet »")
    ]
    # twice is as often as a word counts
    assert goals(connection, *[(6, "eau", 0.5, None, "eau", n) for n in range(5)]) == [(6, 1.0, None, "« eau »")]


def test_words_for_and_against_are_mixed(connection: Any) -> None:
    assert goals(
        connection, (12, "recyclage", 1.0, "positive", "recyclage", 1), (12, "décharge", 1.0, "negative", "décharge", 2)
    ) == [(12, 2.0, "mixed", "« recyclage », « décharge »")]


def test_a_goal_with_much_fewer_words_than_another_is_only_mentioned(connection: Any) -> None:
    many = [(7, f"t{n}", 1.0, None, "x", n) for n in range(3)]
    assert [g[0] for g in goals(connection, *many, (13, "climat", 1.0, None, "climat", 9))] == [7]
    assert [g[0] for g in goals(connection, *many[:2], (13, "climat", 1.0, None, "climat", 9))] == [7, 13]


# each example plans a large query
@settings(max_examples=25)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
def test_any_text_is_read(text: str) -> None:
    with duckdb.connect() as connection:
        for _term, _goal, _contribution, words, place in places(connection, text, ("eau", 6, "topic", 1.0)):
            assert place >= 1
            assert words.lower() in ("eau", "eaux")


def rows() -> list[dict[str, str]]:
    with TERMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_goal_has_terms_for_and_against_in_french_and_terms_in_english() -> None:
    said = {(r["language"], r["kind"], int(r["sdg_id"])) for r in rows() if r["sdg_id"]}
    for goal in range(1, 18):
        assert ("fr", "topic", goal) in said
        assert ("fr", "practice", goal) in said
        assert ("en", "topic", goal) in said
        assert ("fr", "harm", goal) in said


def test_every_term_has_a_target_that_exists_and_a_source_of_a_known_kind() -> None:
    with TARGETS.open(encoding="utf-8", newline="") as file:
        targets = {row["target"] for row in csv.DictReader(file)}
    for row in rows():
        assert not row["target"] or row["target"] in targets, row
        kind, _, where = row["source"].partition(":")
        assert kind in ("hand", "sheet") or where, row
        assert kind in ("hand", "sheet", "un_target", "un_kos", "eurovoc"), row
        assert kind != "un_target" or where in targets, row


def test_a_misleading_term_silences_one_that_speaks(connection: Any) -> None:
    """A longer phrase that hides no shorter term would be a word of the list that does nothing."""
    connection.execute(
        "CREATE OR REPLACE TABLE speaking AS SELECT * REPLACE (CAST(sdg_id AS INTEGER) AS sdg_id, CAST(weight AS DOUBLE) AS weight) "
        "FROM read_csv(?, all_varchar = true) WHERE kind IN ('topic', 'burden', 'practice', 'harm')",
        [TERMS.as_posix()],
    )
    connection.execute(
        "CREATE OR REPLACE TABLE phrases AS SELECT language || ':' || term AS text_id, language, term AS text "
        "FROM read_csv(?, all_varchar = true) WHERE kind = 'misleading'",
        [TERMS.as_posix()],
    )
    silent = connection.execute(
        f"SELECT text_id FROM phrases WHERE text_id NOT IN (SELECT text_id FROM ({MACRO.term_places('phrases', 'speaking')}))"
    ).fetchall()
    assert silent == []


CONTRIBUTIONS = {
    # what is fought or absent is a good, the same words alone are a harm
    "Nous luttons contre la discrimination à l'embauche.": {10: "positive"},
    "Un cas de discrimination à l'embauche a été constaté.": {10: "negative"},
    "Prévention des maladies professionnelles": {3: "positive"},
    "Les accidents mortels ont doublé cette année.": {8: "negative"},
    "Nous refusons le travail forcé et le travail des enfants.": {8: "positive"},
    "Sans travail dissimulé ni corruption": {8: "positive", 16: "positive"},
    "Abandon des herbicides": {2: "positive"},
    "Fuites d'eau réparées": {6: "positive"},
    "La contamination de l'eau a été constatée.": {6: "negative"},
    "Mortalité des abeilles et extinction des espèces s'accélèrent.": {15: "negative"},
    "La zone blanche prive le village de réseau mobile.": {9: "negative"},
    "Nous supprimons les gobelets jetables.": {12: "positive"},
    "Nous réduisons nos déplacements en avion.": {13: "positive"},
    # one sentence for and one against the same goal, or two goals
    "Nos déchets dangereux partent à l'enfouissement, mais nous avons lancé le réemploi des emballages.": {12: "mixed"},
    "Nos déplacements en avion ont augmenté ; baisse des émissions de CO2 des sites.": {13: "mixed"},
    "Gel des salaires pour tous. Un référent harcèlement est nommé.": {8: "negative", 5: "positive"},
    # words that look like a goal's and are not
    "Le taux de croissance de l'indice reste élevé.": {},
    "Les risques élevés sont suivis.": {},
    "La Banque mondiale et l'Organisation mondiale de la Santé ont publié un rapport.": {},
    "Versement sous forme de transferts en espèces": {},
}


def test_sentences_speak_of_their_goals_for_or_against() -> None:
    found = goals_of(list(CONTRIBUTIONS), "fr")
    assert {
        sentence: {goal: place.contribution for goal, place in of_text.items()}
        for sentence, of_text in zip(CONTRIBUTIONS, found, strict=True)
    } == CONTRIBUTIONS


@pytest.mark.parametrize(
    ("language", "first", "f1", "contribution"), [("fr", 0.93, 0.86, 0.74), ("en", 0.88, 0.90, 0.64)]
)
def test_paragraphs_of_companies(language: str, first: float, f1: float, contribution: float) -> None:
    """Floors below what was measured on half b (docs/practice.md), whose paragraphs are not read to find terms."""
    paragraphs = measures.company_paragraphs(measures.COMPANIES["b"], language)
    of = measures.of_companies(paragraphs, goals_of([p.text for p in paragraphs], language))
    assert of.first_right >= first
    assert of.counts.f1 >= f1
    assert of.contribution >= contribution


def test_what_is_measured_of_paragraphs() -> None:
    def paragraph(goals: set[int], also: set[int], contribution: str | None) -> measures.Paragraph:
        return measures.Paragraph("fr", "x", frozenset(goals), frozenset(also), contribution)

    of = measures.of_companies(
        [paragraph({7, 13}, set(), "positive"), paragraph({5}, {8}, "negative"), paragraph(set(), set(), None)],
        [
            {7: Found(2, "positive", ""), 13: Found(2, None, "")},
            {8: Found(3, None, ""), 5: Found(2, "negative", ""), 4: Found(1, None, "")},
            {},
        ],
    )
    assert (of.first_right, of.first_allowed, of.empty) == (0.5, 1.0, 1.0)
    # goal 8 may be found: it is neither right nor invented
    assert (of.counts.right, of.counts.invented, of.counts.missed) == (3, 1, 0)
    assert (of.contribution, of.harms) == (2 / 3, 1.0)
