"""Sentences: every code has its words in both languages, and what may stand in a template does what it says."""

from __future__ import annotations

import pytest

from orchestration.base.messages import Message, say
from orchestration.receipts.sentences import both, catalogues
from orchestration.receipts.sentences.templates import FORMATS, agreed, compiled, filled
from tests.words import en, fr

ROOMS = sorted(p.stem for p in catalogues.FOLDER.glob("*.yml") if p.stem != "labels")
SENTENCES = [f"{room}.{name}" for room in ROOMS for name in catalogues.catalogue(room)]
# the grain of a team's table (« un projet ») is known in French only
FRENCH_ONLY = {
    "inbox.legend_step_1": {"grain"},
    # Dagster's pages show both languages one after the other: what it is about stands once
    "dagster.asked_today": {"run"},
    "dagster.run_going_on": {"run"},
    "dagster.asked_before": {"sources"},
    "dagster.drops_wait": {"count", "run"},
    "dagster.drops_tried": {"count"},
}


def said(template: str, language: str = "fr", **params: object) -> str:
    """Return a template filled with params, each spelt as it is."""
    kept = Message("x.y", params).params

    def spell(value: object) -> str:
        return "" if value is None else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)

    return filled(compiled(template), kept, language, spell)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_says_the_same_in_both_languages(code: str) -> None:
    room, _, name = code.partition(".")
    words = catalogues.catalogue(room)[name]
    assert set(words) - {"cells"} == {"fr", "en"}
    french, english = ({f.name for f in compiled(words[language]).fields} for language in ("fr", "en"))
    assert french - FRENCH_ONLY.get(code, set()) == english
    for language in ("fr", "en"):
        for field in compiled(words[language]).fields:
            assert field.format in FORMATS or not field.format or format(1.5, field.format)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_can_be_said(code: str) -> None:
    sample = {
        "date": "2026-11-24",
        "moment": "2026-11-24T04:15:00+00:00",
        "plural": 1,
        "number": 1234.5,
        "figure": 2,
        "percent": 66.6,
        "capital": "mot",
        "unstopped": "mot.",
        "of": "le millésime 2018",
    }
    for language in ("fr", "en"):
        params: dict[str, object] = {}
        for field in catalogues.template(code, language).fields:
            given = sample.get(field.format, 2 if not field.format else "mot" if field.format in FORMATS else 1.5)
            # a number that is counted is a number wherever else it stands
            params[field.name] = given if isinstance(given, str) else params.get(field.name, given)
        words = fr(Message(code, params)) if language == "fr" else en(Message(code, params))
        assert "{" not in words and "(s)" not in words


def test_a_code_without_words_is_a_mistake_of_the_program() -> None:
    for code in ("reading.no_such_sentence", "no_such_room.sentence", "sentence"):
        with pytest.raises(catalogues.UnknownSentence, match=code):
            fr(say(code))


def test_a_message_in_a_message_is_said_in_the_same_language() -> None:
    told = say("landing.and_stays", reason=say("landing.no_address"), stays=say("landing.kept", vintage="2023"))
    assert both(told) == {
        "fr": "aucune adresse en ligne n'est connue pour cette source ; le dernier bon millésime (2023) reste",
        "en": "no online address is known for this source; the last good vintage (2023) stays",
    }


def test_texts_that_are_data_and_joined_messages() -> None:
    title = Message.of(fr="2 ligne(s)", en="0 row(s)")
    assert (fr(title), en(title)) == ("2 lignes", "0 rows")
    joined = Message.join([title, say("landing.no_address")], " / ")
    assert joined is not None and en(joined) == "0 rows / no online address is known for this source"


@pytest.mark.parametrize(
    ("template", "params", "french", "english"),
    [
        ("{a}", {"a": None}, "", ""),
        ("{a} {b}", {"a": 161543, "b": ["x", "y"]}, "161543 x, y", "161543 x, y"),
        ("{{a}}", {}, "{a}", "{a}"),
        ("{a:number}", {"a": 1234.5}, "1\u202f234,5", "1,234.5"),
        ("{a:number(1)}", {"a": 3.0}, "3,0", "3.0"),
        ("{a:.0f} %", {"a": 12.4}, "12 %", "12 %"),
        # what JSON cannot hold is text by then
        ("{a:.6g}", {"a": float("inf")}, "inf", "inf"),
        ("{a:percent}", {"a": 66.666}, "66,67 %", "66.67%"),
        ("{a:date}", {"a": "2026-03-01"}, "01/03/2026", "2026-03-01"),
        ("{a:date}", {"a": None}, "—", "—"),
        ("{a:moment}", {"a": "2026-05-01T10:05:00+00:00"}, "1er mai 2026 à 12 h 05", "1 May 2026, 12:05 (Paris)"),
        ("{a:figure}", {"a": [1360, 0.5, True, "2020-01-02", None]}, "1\u202f360, 0,5, oui, 02/01/2020, vide", "1,360, 0.5, yes, 2020-01-02, empty"),
        ("{a:quoted}", {"a": ["x", "y"]}, "« x », « y »", "'x', 'y'"),
        ("{a:quoted}", {"a": "x"}, "« x »", "'x'"),
        ("{a:semicolons}", {"a": ["x", "y"]}, "x ; y", "x; y"),
        ("{a:and}", {"a": [12, 15]}, "12 et 15", "12 and 15"),
        ("{a:or}", {"a": ["x", "y", "z"]}, "x ou y ou z", "x or y or z"),
        ("{a:of}", {"a": "le millésime 2018"}, "du millésime 2018", "de le millésime 2018"),
        ("{a:of}", {"a": "l'extrait"}, "de l'extrait", "de l'extrait"),
        ("{a:capital}", {"a": "l'équipe RSE"}, "L'équipe RSE", "L'équipe RSE"),
        ("{a:unstopped} ; suite", {"a": "Fin."}, "Fin ; suite", "Fin ; suite"),
        ("{a:plural(ligne|lignes)}", {"a": 0}, "ligne", "lignes"),
        ("{a:plural(ligne|lignes)}", {"a": 1}, "ligne", "ligne"),
        ("{a:plural(ligne|lignes)}", {"a": 2_000_000}, "lignes", "lignes"),
        ("{a:if(oui|non)}", {"a": False}, "non", "non"),
        ("disque{a:after( de )}", {"a": "/x"}, "disque de /x", "disque de /x"),
        ("disque{a:after( de )}", {"a": None}, "disque", "disque"),
        ("panne{a:quoted_after( : )}", {"a": "dit"}, "panne : « dit »", "panne : 'dit'"),
        ("panne{a:quoted_after( : )}", {"a": ""}, "panne", "panne"),
        ("x{a:in_brackets}", {"a": "y"}, "x (y)", "x (y)"),
        ("{a:clipped}", {"a": "y" * 70}, "y" * 57 + "…", "y" * 57 + "…"),
        ("{a:clipped( & )}", {"a": [1, 2]}, "1 & 2", "1 & 2"),
    ],
)  # fmt: skip
def test_formats(template: str, params: dict[str, object], french: str, english: str) -> None:
    assert said(template, **params) == french
    if ":of}" not in template:
        assert said(template, "en", **params) == english


@pytest.mark.parametrize("template", ["{a.b}", "{0}", "{a!r}", "{a[0]}"])
def test_a_template_names_params_and_nothing_else(template: str) -> None:
    with pytest.raises(ValueError, match="is no name of a param"):
        compiled(template)


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("69 colonne(s) vide(s) et sans nom", "69 colonnes vides et sans nom"),
        ("1 ligne(s) vide(s) dans le tableau", "1 ligne vide dans le tableau"),
        ("0 ligne(s)", "0 ligne"),
        (
            "a.csv : 12 ligne(s) illisible(s) sur 2500, 1 tolérée(s) ; ligne 4",
            "a.csv : 12 lignes illisibles sur 2500, 1 tolérée ; ligne 4",
        ),
        ("1\u202f234 valeur(s) sur 20 diffèrent", "1\u202f234 valeurs sur 20 diffèrent"),
        ("3 caractère(s) abîmé(s), laissé(s) tels quels", "3 caractères abîmés, laissés tels quels"),
        # what others wrote stays: a header, the name of a file, a number inside a name
        ("2 colonne(s) : « 1 enfant(s) », `3 an(s)`", "2 colonnes : « 1 enfant(s) », `3 an(s)`"),
        ("2 export(s).csv", "2 export(s).csv"),
        ("FILO2017_DISP : ligne(s) en trop", "FILO2017_DISP : ligne(s) en trop"),
        ("rien à compter", "rien à compter"),
    ],
)
def test_words_agree_with_the_number_before_them(written: str, spelt: str) -> None:
    """« 69 colonne(s) vide(s) » stood in every receipt."""
    assert agreed(written, "fr") == spelt


def test_english_counts_zero_as_many() -> None:
    assert agreed("0 row(s) of 'row(s)', 1 line(s)", "en") == "0 rows of 'row(s)', 1 line"
