"""The check digits of French registration numbers: SIREN and SIRET.

Holds what is true of a number by itself. Why a cell holds none, and other identifiers, belong to `matching/identifiers`; how a whole
column is read to `conforming/values`.
"""

from __future__ import annotations

LA_POSTE = "356000000"


def luhn(digits: str) -> bool:
    """Return whether the digits obey Luhn's formula, as SIREN and SIRET do."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def valid_siren(siren: str) -> bool:
    """Return whether the nine digits are somebody's: nine zeros obey the formula and are nobody's."""
    return not is_zeros(siren) and luhn(siren)


def valid_siret(siret: str) -> bool:
    """Return whether `siret` is well formed, its SIREN too; La Poste's establishments (356000000) obey a sum by 5."""
    if is_zeros(siret) or not luhn(siret[:9]):
        return False
    return luhn(siret) or (siret.startswith(LA_POSTE) and sum(map(int, siret)) % 5 == 0)


def is_zeros(digits: str) -> bool:
    """Return whether the SIREN, or the number of the establishment behind it, is nothing but zeros."""
    return not digits[:9].strip("0") or (len(digits) == 14 and not digits[9:].strip("0"))
