"""Identifiers: what is one, what is none and why. Real ones are published: EDF 552081317, La Poste 356000000, Danone's LEI."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orchestration.base.registration import luhn, valid_siren
from orchestration.matching.identifiers import Read, is_same_name, read_domain, read_lei, read_rna, read_siren, vat_key

DANONE = "969500KMUQ2B6CBAF162"


@pytest.mark.parametrize(
    "text",
    [
        "552081317",
        "552 081 317",
        "552\u00a0081\u00a0317",
        "FR03552081317",
        "fr 03 552081317",
        "552081317.0",
        "552081317,00",
        "'552081317",
        # no-break hyphens, zero-width spaces, full-width digits: copied from a page or a PDF
        "552\u2011081\u2011317",
        "552\u200b081\u200b317\ufeff",
        "\uff15\uff15\uff12\uff10\uff18\uff11\uff13\uff11\uff17",
        "FR03 552.081.317",
        # the head office, whose NIC obeys Luhn's formula too
        "552 081 317 66522",
    ],
)
def test_a_siren_is_read_in_its_forms(text):
    assert read_siren(text) == Read("552081317")


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
        ("55208131700011", "key_wrong"),
        # a VAT number that lost a digit, has one more, is another country's, or no number; a SIRET that lost three
        ("FR0355208131", "not_digits"),
        ("FR035520813170", "not_digits"),
        ("DE811569869", "not_digits"),
        ("FR3H552081317", "not_digits"),
        ("03552081317", "cut"),
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
        ("", None, "empty"),
        # broken addresses are no accident of whoever reads the list
        ("http://[ynsect.com", None, "not_an_address"),
        ("http//ynsect.com", None, "not_an_address"),
        ("ynsect,com", None, "not_an_address"),
        ("ynsect..com", None, "not_an_address"),
        ("ynsect.com, ynsect.fr", None, "not_an_address"),
        ("https://www.ynsect.com.", "ynsect.com", None),
        ("http://ynsect.com:abc/", "ynsect.com", None),
        ("contact@ynsect.com", "ynsect.com", None),
        ("contact@laposte.net", None, "shared_address"),
        ("www.entreprise-imagin\u00e9e.fr\u200b", "entreprise-imagin\u00e9e.fr", None),
    ],
)
def test_a_domain_is_one_companys(text, value, refusal):
    assert (read_domain(text).value, read_domain(text).refusal) == (value, refusal)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("w442000123", None),
        ("W-442 000 123\u200b", None),
        # offices overseas and in Corsica have a letter: an association of La Réunion prints W9R1011072
        ("W9R1011072", None),
        ("W2A1002345", None),
        ("W44", "cut"),
        ("442000123", "cut"),
        ("W4420001234", "too_long"),
        ("WABCDEFGHI", "not_digits"),
        ("0442012345", "not_digits"),
        ("", "empty"),
    ],
)
def test_an_association_has_a_number(text, refusal):
    found = read_rna(text)
    assert (found.refusal, found.value is None) == (refusal, refusal is not None)
    assert refusal or found.value.isalnum()


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (DANONE.lower(), None),
        ("9695-00KM-UQ2B-6CBA-F162", None),
        ("9695 00KM UQ2B 6CBA F162", None),
        (DANONE[:-1], "cut"),
        (DANONE + "0", "too_long"),
        # the letter O for a zero
        (DANONE.replace("969500", "96950O"), "key_wrong"),
        ("non communiqu\u00e9", "cut"),
        (None, "empty"),
    ],
)
def test_an_lei_is_read_or_refused(text, refusal):
    assert read_lei(text) == (Read(None, refusal) if refusal else Read(DANONE))


@given(st.text(max_size=40))
def test_whatever_stands_in_a_cell_is_read_or_refused(text):
    for read in (read_siren, read_rna, read_lei, read_domain):
        found = read(text)
        assert (found.value is None) == (found.refusal is not None)
