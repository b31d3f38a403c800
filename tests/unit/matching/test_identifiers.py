"""Identifiers: what is one, what is none and why. Real ones are published: EDF 552081317, La Poste 356000000, Danone's LEI."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orchestration.base.registration import luhn, valid_siren
from orchestration.matching.identifiers import is_same_name, read_domain, read_lei, read_rna, read_siren, vat_key

DANONE = "969500KMUQ2B6CBAF162"


@pytest.mark.parametrize(
    "text",
    [
        "552081317",
        "552 081 317",
        "552\u00a0081\u00a0317",
        "55208131700011",
        "FR03552081317",
        "fr 03 552081317",
        "552081317.0",
    ],
)
def test_a_siren_is_read_in_its_forms(text):
    # 552081317 00011: the NIC of the head office must obey Luhn's formula too
    found = read_siren(text)
    assert found.value == "552081317" or (len(text) == 14 and found.refusal == "key_wrong")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", "empty"),
        (None, "empty"),
        ("552081318", "key_wrong"),
        ("000000000", "zeros"),
        ("5,52E+08", "damaged_by_spreadsheet"),
        ("5.52081E+08", "damaged_by_spreadsheet"),
        ("5720784", "lost_zeros"),
        ("55208", "cut"),
        ("5520813170001", "cut"),
        ("552081317000111", "too_long"),
        ("non connu", "not_digits"),
        ("FR04552081317", "key_wrong"),
    ],
)
def test_a_refused_siren_says_why(text, refusal):
    assert read_siren(text) == type(read_siren(text))(None, refusal)


def test_la_poste_has_a_sum_of_its_own():
    # 35600000000048 obeys Luhn's formula, 35600000049837 the sum by 5 alone
    assert read_siren("35600000000048").value == "356000000"
    assert read_siren("35600000049837").value == "356000000"


@given(st.integers(min_value=1, max_value=99_999_999))
def test_the_key_of_a_vat_number_is_that_of_its_siren(number):
    body = f"{number:08d}"
    siren = next(body + str(d) for d in range(10) if luhn(body + str(d)))
    key = vat_key(siren)
    assert valid_siren(siren) and read_siren(f"FR{key}{siren}").value == siren
    wrong = f"{(int(key) + 1) % 97:02d}"
    assert read_siren(f"FR{wrong}{siren}").refusal == "key_wrong"


@given(st.integers(min_value=0, max_value=17), st.sampled_from("0123456789ABCDEFGHJK"))
def test_a_changed_letter_breaks_a_lei(place, letter):
    # a letter counts as two digits: one for a digit moves all that follows, and may come out even
    assume(letter.isdigit() == DANONE[place].isdigit())
    changed = DANONE[:place] + letter + DANONE[place + 1 :]
    assert (read_lei(changed).value is not None) == (changed == DANONE)


def test_a_name_is_its_holders_where_two_words_in_three_agree():
    assert is_same_name("danone sa", "danone") and is_same_name("danone produits frais", "danone produits frais france")
    assert not is_same_name("carrefour", "danone") and not is_same_name("", "danone")


@pytest.mark.parametrize(
    ("text", "value", "refusal"),
    [
        ("https://www.ynsect.com/fr/", "ynsect.com", None),
        ("Ynsect.com", "ynsect.com", None),
        ("facebook.com/ynsect", None, "shared_address"),
        ("fr.linkedin.com/company/x", None, "shared_address"),
        ("pas de site", None, "not_an_address"),
    ],
)
def test_a_domain_is_one_companys(text, value, refusal):
    assert (read_domain(text).value, read_domain(text).refusal) == (value, refusal)


def test_an_association_has_a_number():
    assert read_rna("w442000123").value == "W442000123" and read_rna("W44").refusal == "cut"
