"""Sentences in two languages: numbers and the words that agree with them."""

from __future__ import annotations

import pytest

from orchestration.base.messages import Message


@pytest.mark.parametrize(
    ("written", "fr"),
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
def test_words_agree_with_the_number_before_them(written: str, fr: str) -> None:
    """« 69 colonne(s) vide(s) » stood in every receipt."""
    assert Message(fr=written, en="x").fr == fr


def test_english_counts_zero_as_many_and_joined_messages_stay_as_they_are() -> None:
    message = Message(fr="0 ligne(s)", en="0 row(s) of 'row(s)', 1 line(s)")
    assert (message.fr, message.en) == ("0 ligne", "0 rows of 'row(s)', 1 line")
    assert Message.join([message, message]) == message
    assert Message.model_validate_json(message.model_dump_json()) == message
