"""Text to values: what has one reading is read, what has two is refused, nothing is guessed."""

import math
import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.catalog.models import Column
from orchestration.conforming.values import luhn, parse, valid_siret
from orchestration.messages import Refusal


def column(kind: str, **more) -> Column:
    return Column(name="c", type=kind, **more)


def values(kind: str, texts: list[str], *, typed: bool = False, **more):
    parsed = parse(column(kind, **more), texts, file="f.csv", typed_numbers=typed)
    return [parsed.values.get(t, "unreadable") for t in texts], parsed


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["16162,0", "3,3", "-18,1"], [16162.0, 3.3, -18.1]),
        (["13.7", "9.7", "12"], [13.7, 9.7, 12.0]),
        (["0,311", "0,290"], [0.311, 0.29]),
        (["237 230", "1\u202f200,5", "12\u00a0000"], [237230.0, 1200.5, 12000.0]),
        (["1.234,5", "2.000,0"], [1234.5, 2000.0]),
        (["1,234.5", "12,000.25"], [1234.5, 12000.25]),
        (["", "  ", "5"], [None, None, 5.0]),
    ],
)
def test_numbers_that_have_one_reading(texts, expected):
    assert values("number", texts)[0] == expected


def test_prose_is_kept_without_what_reaches_a_person():
    said = (
        "Contact : [a.b-c@exemple.co.fr](mailto:a.b-c@exemple.co.fr) – Mobile : +33(0)6 39 98 01 23, 02-61-91-01-23 ou 0261910123. "
        "Loi n° 2020-105, https://example.org/0600788358865-egalite, 12 000 000 €, SIRET 26100000000017"
    )
    (kept,), _ = values("prose", [said])
    assert kept == (
        "Contact : [[courriel]](mailto:[courriel]) – Mobile : [téléphone], [téléphone] ou [téléphone]. "
        "Loi n° 2020-105, https://example.org/0600788358865-egalite, 12 000 000 €, SIRET 26100000000017"
    )
    assert values("text", [said])[0] == [said]


def test_three_decimals_are_settled_by_the_possible_range():
    # Filosofi 2016 writes S80/S20 with three decimals throughout
    assert values("number", ["4,936", "5,517"], minimum=1, maximum=30)[0] == [4.936, 5.517]


def test_three_digits_behind_a_sign_are_thousands_in_a_count():
    found, parsed = values("integer", ["1,234", "22,585"])
    assert found == [1234, 22585]
    assert "milliers" in parsed.notes[0].fr


def test_a_number_with_two_readings_is_refused_with_both():
    with pytest.raises(Refusal) as refusal:
        values("number", ["1,234", "5,678"])
    assert "1.234" in refusal.value.reason.fr and "1234" in refusal.value.reason.fr


def test_a_closed_list_is_read_in_any_case_and_spelled_one_way():
    # B Lab wrote « Certified » in 2021 and « certified » in 2022
    found, _ = values("text", ["Certified", "certified", "DE-CERTIFIED", "pending"], allowed=["certified", "de-certified"])
    assert found == ["certified", "certified", "de-certified", "unreadable"]


def test_mixed_decimal_signs_in_one_column_are_refused():
    with pytest.raises(Refusal, match="mixes decimal"):
        values("number", ["1,5", "2.5"])


def test_a_number_that_a_spreadsheet_shortened_is_not_read():
    found, parsed = values("number", ["3,9E+08", "12"])
    assert found == ["unreadable", 12.0]
    assert "tableur" in parsed.unreadable["3,9E+08"].fr


def test_an_exponent_in_a_typed_cell_is_a_number():
    assert values("number", ["1e-05"], typed=True)[0] == [1e-05]


def test_percent_sign_only_where_the_unit_is_percent():
    assert values("number", ["67%", "100 %"], unit="%")[0] == [67.0, 100.0]
    assert values("number", ["67%"])[0] == ["unreadable"]


def test_markers_of_secrecy_and_of_absence_are_told_apart():
    found, parsed = values("number", ["s", "nd", "N/A", "3"], secret=["s", "nd"], missing=["N/A"])
    assert found == [None, None, None, 3.0]
    assert parsed.markers == {"s": "s", "nd": "nd"}


def test_blank_is_zero_only_where_the_publisher_says_so():
    assert values("integer", ["", "4"], missing=["=0"])[0] == [0, 4]
    assert values("integer", ["", "4"])[0] == [None, 4]


def test_a_value_out_of_the_possible_range_is_not_read():
    found, parsed = values("number", ["8,3", "830"], minimum=0, maximum=100)
    assert found == [8.3, "unreadable"]
    assert "0–100" in parsed.unreadable["830"].fr


@given(st.lists(st.integers(-10**9, 10**9), min_size=1, max_size=30), st.sampled_from(["", " ", "\u202f", "\u00a0"]))
def test_any_integer_comes_back_whatever_the_thousands_separator(numbers, separator):
    texts = [f"{n:,}".replace(",", separator) for n in numbers]
    assert values("integer", texts)[0] == numbers


@given(
    st.lists(st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 2)), min_size=1, max_size=30),
    st.sampled_from([",", "."]),
)
def test_any_number_with_two_decimals_comes_back(numbers, sign):
    texts = [f"{n:.2f}".replace(".", sign) for n in numbers]
    found = values("number", texts)[0]
    assert all(math.isclose(a, b, abs_tol=1e-9) for a, b in zip(found, numbers, strict=True))


@given(st.text(max_size=12))
def test_no_text_makes_the_reader_of_numbers_fall_over(text):
    try:
        found, _ = values("number", [text])
    except Refusal:
        return
    assert found[0] is None or found[0] == "unreadable" or isinstance(found[0], float)


# codes ----------------------------------------------------------------------------------------------


def test_lost_zeros_of_communes_come_back():
    found, parsed = values("commune", ["1004", "44109", "2A004", "97411"])
    assert found == ["01004", "44109", "2A004", "97411"]
    assert "1 code" in parsed.notes[0].fr


@pytest.mark.parametrize("text", ["441090", "44", "4410X", "FR44109", "4 410"])
def test_what_is_no_commune_is_not_made_one(text):
    found, _ = values("commune", [text])
    assert found[0] == ("04410" if text == "4 410" else "unreadable")


def test_code_from_a_spreadsheets_float():
    assert values("epci", ["244400404.0"])[0] == ["244400404"]


def test_an_epci_with_a_wrong_check_digit_is_not_read():
    assert values("epci", ["244400405"])[0] == ["unreadable"]


def test_a_siren_that_was_cut_is_not_padded():
    # ADEME cut 332 803 519 to "3 328 035": padded, one in ten of such would pass the check digit
    found, _ = values("siren", ["3 328 035", "552081317", "005780960"])
    assert found == ["unreadable", "552081317", "005780960"]


def test_sirens_that_lost_their_zeros_come_back_where_it_is_certain():
    whole = ["005780960", "016750697", "017051186", "046620266"]
    found, parsed = values("siren", [s.lstrip("0") for s in whole] + ["552081317"])
    assert found == [*whole, "552081317"]
    assert parsed.notes


def test_a_siren_shortened_by_a_spreadsheet_is_named_as_such():
    _, parsed = values("siren", ["3,9E+08"])
    assert "tableur" in parsed.unreadable["3,9E+08"].fr


def test_la_poste_has_its_own_key():
    assert not luhn("35600000000048") or valid_siret("35600000000048")
    assert valid_siret("35600000049837") == (luhn("35600000049837") or sum(map(int, "35600000049837")) % 5 == 0)


@given(st.integers(0, 99_999_999))
def test_one_changed_digit_breaks_luhn(number):
    body = f"{number:08d}"
    siren = next(body + str(d) for d in range(10) if luhn(body + str(d)))
    position = random.Random(number).randrange(9)
    other = str((int(siren[position]) + 1) % 10)
    assert not luhn(siren[:position] + other + siren[position + 1 :])


def test_activity_codes_lose_their_dot_and_find_their_zero():
    assert values("naf", ["62.01Z", "0111Z", "1", "xxxxx", "6201"])[0] == ["6201Z", "0111Z", "01", "xxxxx", "6201"]


# dates ----------------------------------------------------------------------------------------------


def test_dates_iso_and_french():
    found, _ = values("date", ["2021-03-04", "04/03/2021", "26/10/20", "2025-12-06T05:25:38"])
    assert found == [date(2021, 3, 4), date(2021, 3, 4), date(2020, 10, 26), date(2025, 12, 6)]


def test_american_dates_are_refused_rather_than_half_read():
    with pytest.raises(Refusal, match="month/day/year"):
        values("date", ["03/04/2021", "03/25/2021"])


def test_a_day_that_does_not_exist_is_not_read():
    assert values("date", ["31/02/2021"])[0] == ["unreadable"]


@given(st.dates(date(1975, 1, 1), date(2060, 12, 31)))
def test_any_date_comes_back_in_each_form(day):
    texts = [day.isoformat(), f"{day:%d/%m/%Y}"]
    assert values("date", texts)[0] == [day, day]
