"""Text to values: what has one reading is read, what has two is refused, nothing is guessed."""

import math
import random
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.base.messages import Refusal
from orchestration.base.registration import luhn, valid_siret
from orchestration.catalog.models import Column
from orchestration.conforming.values import _PARSERS, parse
from tests.words import fr, refuses


def column(kind: str, **more) -> Column:
    return Column(name="c", type=kind, **more)


def values(kind: str, texts: list[str], *, typed: bool = False, **more):
    parsed = parse(column(kind, **more), texts, file="f.csv", typed_numbers=typed)
    return [parsed.values.get(t, "unreadable") for t in texts], parsed


@pytest.mark.parametrize("kind", sorted(_PARSERS))
@pytest.mark.parametrize("unit", ["9", "a", "1,", "1.", "1 ", " 1", "a.", "a@", "(", "/1", "é", "0-", "+33 ", "\u0301"])
def test_a_cell_of_a_million_signs_costs_no_minutes(kind, unit):
    """A remark of 300,000 letters took minutes to be looked through for addresses, outside the wall."""
    text = (unit * 1_000_000)[:1_000_000]
    begun = time.process_time()
    parsed = values(kind, [text, "1"])[1]
    assert time.process_time() - begun < 5
    assert text in parsed.unreadable or kind in ("text", "prose")


def test_no_message_quotes_a_long_cell_whole():
    for more in ({"allowed": ["a", "b"]}, {}):
        [said] = values("text" if more else "integer", ["x" * 50_000], **more)[1].unreadable.values()
        assert len(fr(said)) < 200 and said.params["count"] == 50_000


def test_addresses_of_people_are_taken_out_of_remarks():
    said = "Voir a.b+c@d-e.example.org, (x@y.fr) ou .z@y.fr ; @rien, a@b"
    [shown], _ = values("prose", [said])
    assert shown == "Voir [courriel], ([courriel]) ou [courriel] ; @rien, a@b"


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
    assert "milliers" in fr(parsed.notes[0])


def test_a_number_with_two_readings_is_refused_with_both():
    with pytest.raises(Refusal) as refusal:
        values("number", ["1,234", "5,678"])
    assert "1.234" in fr(refusal.value.reason) and "1234" in fr(refusal.value.reason)


def test_a_closed_list_is_read_in_any_case_and_spelled_one_way():
    # B Lab wrote « Certified » in 2021 and « certified » in 2022
    found, _ = values(
        "text", ["Certified", "certified", "DE-CERTIFIED", "pending"], allowed=["certified", "de-certified"]
    )
    assert found == ["certified", "certified", "de-certified", "unreadable"]


def test_mixed_decimal_signs_in_one_column_are_refused():
    with refuses("mixes decimal"):
        values("number", ["1,5", "2.5"])


def test_a_number_that_a_spreadsheet_shortened_is_not_read():
    found, parsed = values("number", ["3,9E+08", "12"])
    assert found == ["unreadable", 12.0]
    assert "tableur" in fr(parsed.unreadable["3,9E+08"])


def test_an_exponent_in_a_typed_cell_is_a_number():
    assert values("number", ["1e-05"], typed=True)[0] == [1e-05]


def test_percent_sign_only_where_the_unit_is_percent():
    assert values("number", ["67%", "100 %"], unit="%")[0] == [67.0, 100.0]
    assert values("number", ["67%"])[0] == ["unreadable"]


def test_markers_of_secrecy_and_of_absence_are_told_apart():
    found, parsed = values("number", ["s", "nd", "N/A", "3"], secret=["s", "nd"], missing=["N/A"])
    assert found == [None, None, None, 3.0]
    assert parsed.markers == {"s": "s", "nd": "nd"}


@pytest.mark.parametrize("marker", ["N/A", "NA", "n.a.", "-", "–", "nd", "n.d.", "ns", ".", "…", "nan", "NULL"])
@pytest.mark.parametrize("kind", ["number", "integer", "year"])
def test_a_marker_that_everybody_knows_is_missing_among_numbers(marker, kind):
    assert values(kind, [marker, "2018"])[0] == [None, 2018]
    assert values(kind, [marker, "2018"], secret=[marker])[1].markers == {marker: marker}
    # a blank that is a zero is a blank only
    assert values(kind, [marker, "2018"], missing=["=0"])[0] == [None, 2018]


@pytest.mark.parametrize("marker", ["s", "c", "x", "#N/A", "néant", "?", "--9"])
def test_what_not_everybody_knows_is_not_read_among_numbers(marker):
    assert values("number", [marker, "3"])[0] == ["unreadable", 3.0]


@pytest.mark.parametrize("kind", ["text", "date", "siren", "commune", "boolean"])
def test_such_a_marker_is_no_blank_elsewhere(kind):
    # an end date « N/A » is not « no end »
    assert values(kind, ["N/A"])[0] == (["N/A"] if kind == "text" else ["unreadable"])


def test_a_score_may_be_written_with_its_base():
    found, parsed = values("number", ["94/100", "88 / 100", "79", "34/40", "101/100"], minimum=0, maximum=100)
    assert found == [94.0, 88.0, 79.0, "unreadable", "unreadable"]
    assert "autre mesure" in fr(parsed.unreadable["34/40"]) and "/100" in fr(parsed.notes[0])
    assert values("integer", ["34/40", "94/100"], minimum=0, maximum=40)[0] == [34, "unreadable"]
    assert values("integer", ["12/100"])[0] == ["unreadable"]
    assert values("number", ["12/100"], unit="%", minimum=0, maximum=100)[0] == ["unreadable"]


@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=20), st.sampled_from(["{}/100", "{} / 100", "{}/100,0", "{}"])
)
def test_any_score_comes_back_with_its_base_or_without(scores, form):
    assert values("integer", [form.format(n) for n in scores], minimum=0, maximum=100)[0] == scores


@pytest.mark.parametrize("text", ["0021", "21", "0001", "9999", "0"])
def test_a_year_has_four_digits(text):
    assert values("year", [text, "2021"])[0] == ["unreadable", 2021]


def test_blank_is_zero_only_where_the_publisher_says_so():
    assert values("integer", ["", "4"], missing=["=0"])[0] == [0, 4]
    assert values("integer", ["", "4"])[0] == [None, 4]


def test_a_value_out_of_the_possible_range_is_not_read():
    found, parsed = values("number", ["8,3", "830"], minimum=0, maximum=100)
    assert found == [8.3, "unreadable"]
    assert "0–100" in fr(parsed.unreadable["830"])


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30), st.sampled_from(["", " ", "\u202f", "\u00a0"]))
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


def test_lost_zeros_of_communes_come_back_where_the_column_proves_the_loss():
    # Insee's wages of 2014: every code of the départements 01 to 09 lost its zero, and no other code changed
    found, parsed = values("commune", ["1004", "1007", "2001", "44109", "2A004", "97411"])
    assert found == ["01004", "01007", "02001", "44109", "2A004", "97411"]
    assert "3 code" in fr(parsed.notes[0])


@pytest.mark.parametrize(
    "texts",
    [
        ["4410", "44109", "44162"],  # one slip of the hand: 04410 would be a commune of the Alpes
        ["4410", "4416", "4414", "01004", "44109"],  # a column whose zeros were kept lost other digits
        [
            "4410",
            "4416",
            "4414",
            *(f"44{n:03d}" for n in range(1, 150)),
        ],  # three of 152: nine in a hundred are expected
    ],
)
def test_a_commune_that_was_cut_is_not_padded(texts):
    found, parsed = values("commune", texts)
    assert found[0] == "unreadable" and "4 chiffres au lieu de 5" in fr(parsed.unreadable["4410"])


def test_departements_are_counted_by_row():
    assert values("department", ["1", "1", "1", "44"])[0] == ["01", "01", "01", "44"]
    assert values("department", ["1", "44", "44", "44"])[0] == ["unreadable", "44", "44", "44"]


def test_departements_in_three_characters():
    assert values("department", ["001", "02A", "044", "971"])[0] == ["01", "2A", "44", "971"]
    # the seasons of 2020 and 2021 have `1`, `02A` and `971` in one column
    assert values("department", ["1", "1", "9", "02A", "44"])[0] == ["01", "01", "09", "2A", "44"]
    assert values("department", ["000", "0440"])[0] == ["unreadable", "unreadable"]


@pytest.mark.parametrize("text", ["441090", "44", "4410X", "FR44109", "4 410", "00000", "00123", "44000", "٤٤١٠٩"])
def test_what_is_no_commune_is_not_made_one(text):
    # 44000 is the postal code of Nantes: no département numbers a commune 000
    assert values("commune", [text])[0] == ["unreadable"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("siren", "000000000"),
        ("siret", "00000000000000"),
        ("siret", "00000000012345"),
        ("siret", "55208131700000"),
        ("epci", "000000000"),
        ("commune", "00000"),
        ("department", "00"),
        ("region", "00"),
        ("employment_zone", "0000"),
        ("naf", "00"),
        ("naf", "0"),
        ("naf", "0000Z"),
        ("siren", "0"),
        ("siren", "00000000"),
        ("siren", "000000000.0"),
    ],
)
def test_zeros_are_nobodys_number(kind, text):
    assert values(kind, [text] * 5)[0] == ["unreadable"] * 5


def test_a_siret_holds_a_siren():
    # the second number obeys the formula over 14 digits, its first nine do not
    assert values("siret", ["55208131766522"])[0] == ["55208131766522"]
    wrong = next(f"552081318{n:05d}" for n in range(1, 11) if luhn(f"552081318{n:05d}"))
    assert values("siret", [wrong])[0] == ["unreadable"]


@pytest.mark.parametrize(
    "text", ["980000079.00", "980000079.", "980000079,0", "980 000 079", "980\u202f000\u00a0079", "'980000079"]
)
def test_a_siren_is_read_in_every_certain_spelling(text):
    assert values("siren", [text])[0] == ["980000079"]


def test_a_vat_number_is_read_where_its_own_key_is_right():
    # that of EDF as its invoices print it
    assert values("siren", ["FR03552081317", "FR 03 552 081 317"])[0] == ["552081317"] * 2
    assert values("siren", ["FR04552081317"])[0] == ["unreadable"]


@pytest.mark.parametrize(
    "text", ["FR24980000079", "980000079.5", "98000007", "9800000790", "98000007900013", "²80000079", "DE980000079"]
)
def test_what_is_no_siren_is_not_made_one(text):
    assert values("siren", [text])[0] == ["unreadable"]


def test_a_single_short_siren_is_named_by_its_digits():
    # 016750697 lost its zero, or another number lost another digit: one in ten passes the key by chance
    found, parsed = values("siren", ["16750697", "552081317"])
    assert found == ["unreadable", "552081317"]
    assert "8 chiffres au lieu de 9" in fr(parsed.unreadable["16750697"])


_KINDS = ["commune", "department", "region", "employment_zone", "epci", "siren", "siret", "naf"]


@given(st.lists(st.text("0123456789AB. ,'FRX²٤", max_size=15), max_size=12), st.sampled_from(_KINDS))
def test_a_code_is_read_as_somebodys_or_not_at_all(texts, kind):
    found = [v for v in values(kind, texts)[0] if v not in (None, "unreadable")]
    for value in found:
        assert value.isascii() and value.strip("0"), value
        # what is read is read again as itself, whatever stood beside it
        assert values(kind, [value])[0] == [value]


@given(st.lists(st.integers(1, 99_999_999), min_size=1, max_size=2), st.integers(1, 49))
def test_one_or_two_short_sirens_of_a_short_column_are_never_padded(bodies, others):
    whole = [next(f"55{n:06d}{d}" for d in range(10) if luhn(f"55{n:06d}{d}")) for n in range(others)]
    short = [str(b) for b in bodies]
    found, _ = values("siren", [*short, *whole])
    assert found[: len(short)] == ["unreadable"] * len(short) and found[len(short) :] == whole


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
    assert "tableur" in fr(parsed.unreadable["3,9E+08"])


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
    found = values("naf", ["62.01Z", "0111Z", "1", "2", "3", "xxxxx", "6201"])[0]
    assert found == ["6201Z", "0111Z", "01", "02", "03", "xxxxx", "6201"]


# dates ----------------------------------------------------------------------------------------------


def test_dates_iso_and_french():
    found, _ = values("date", ["2021-03-04", "04/03/2021", "26/10/20", "2025-12-06T05:25:38"])
    assert found == [date(2021, 3, 4), date(2021, 3, 4), date(2020, 10, 26), date(2025, 12, 6)]


def test_american_dates_are_refused_rather_than_half_read():
    with refuses("month/day/year"):
        values("date", ["03/04/2021", "03/25/2021"])


def test_a_day_that_does_not_exist_is_not_read():
    assert values("date", ["31/02/2021"])[0] == ["unreadable"]


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01",
        "01/01/0001",
        "01/01/0021",
        "30/12/1899",
        "1899-12-30",
        "1899-12-30T00:00:00",
        "00/00/0000",
        "0000-00-00",
        "1900-01-00",
        "01/01/1900",
        "9999-12-31",
        "31/12/9999",
    ],
)
def test_a_date_without_value_is_no_date(text):
    # .NET writes the year 1 for « no date »: it was read as 2001
    assert values("date", [text, "04/03/2021"])[0] == ["unreadable", date(2021, 3, 4)]


def test_no_end_is_read_where_the_source_declares_it():
    assert values("date", ["31/12/9999"], missing=["31/12/9999"])[0] == [None]


@given(st.integers(1, 28), st.integers(1, 12), st.integers(0, 999), st.sampled_from("/.-"))
def test_a_year_of_four_digits_below_1000_never_becomes_another(day, month, year, sign):
    assert values("date", [f"{day:02d}{sign}{month:02d}{sign}{year:04d}"])[0] == ["unreadable"]


@given(st.dates(date(1975, 1, 1), date(2060, 12, 31)))
def test_any_date_comes_back_in_each_form(day):
    texts = [day.isoformat(), f"{day:%d/%m/%Y}"]
    assert values("date", texts)[0] == [day, day]


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("siren", "3,21E+08", "whole_identifier"),
        ("siren", "321000000", "identifier_valid"),
        ("siren", "3210001", "too_few_digits"),
        ("siren", "3210", "identifier_cut"),
        ("siren", "3210001234", "identifier_too_long"),
        ("siren", "32100012X", "identifier"),
        ("siren", "000000000", "identifier_of_zeros"),
        ("siret", "55208131766523", "identifier_valid"),
    ],
)
def test_a_refused_identifier_says_why(kind, text, code):
    _, parsed = values(kind, [text, "552081317"] if kind == "siren" else [text, "55208131766522"])
    why = parsed.unreadable[text]
    assert code in repr(why)
