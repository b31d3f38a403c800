"""What identifies a company in France, told from what does not, and why not.

SIREN, SIRET, VAT number, RNA, LEI, web domain. An identifier comes before any name; one that is refused says why as a code. Add here:
another identifier, with its publisher's rule. How a column of identifiers of one file is read (whether its zeros were lost
throughout) is `conforming/values`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from orchestration.base.registration import is_zeros, valid_siren, valid_siret
from orchestration.matching.names import parse

# how much of the words of a LEI's name must be in the name beside it
LEI_NAME_SHARE = 0.65

_SPREADSHEET = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
_FLOAT = re.compile(r"(\d{6,14})[.,]0+", re.ASCII)
_VAT = re.compile(r"FR(\d{2})(\d{9})", re.IGNORECASE | re.ASCII)
# the registry's office is in it: W442 Nantes, W2A1 Ajaccio, W9R1 Saint-Denis de La Réunion
_RNA = re.compile(r"W\d[\dA-Z]\d{7}", re.ASCII)
# blanks, dashes of all kinds, the apostrophe that keeps a spreadsheet from counting, and what nobody sees (zero width, soft hyphen)
_BETWEEN = re.compile("[\\s'\u2019\u2010-\u2015\u2212\u00ad\u200b-\u200f\u2060\ufeff-]")
_LEI = re.compile(r"[A-Z0-9]{18}\d{2}", re.ASCII)
# what many companies share says nothing of one (addresses of hosts and directories)
_SHARED_DOMAINS = frozenset(
    [
        "facebook.com",
        "tiktok.com",
        "linktr.ee",
        "linkedin.com",
        "instagram.com",
        "twitter.com",
        "x.com",
        "youtube.com",
        "google.com",
        "societe.com",
        "wixsite.com",
        "webflow.io",
        "myshopify.com",
        "jimdosite.com",
        "e-monsite.com",
        "blogspot.com",
        "github.io",
        "wordpress.com",
        "pagesjaunes.fr",
        "gmail.com",
        "hotmail.com",
        "outlook.com",
        "yahoo.fr",
        "laposte.net",
        "free.fr",
        "wanadoo.fr",
        "orange.fr",
    ]
)


@dataclass(frozen=True)
class Read:
    """An identifier as it was read. `value`: in its own form, null where it is refused; `refusal`: then a code.

    `empty`, `damaged_by_spreadsheet` (1,23E+08), `lost_zeros`, `cut` (digits missing), `too_long`, `not_digits`, `zeros`, `key_wrong`.
    """

    value: str | None
    refusal: str | None = None


def read_siren(text: str | None) -> Read:
    """Return the SIREN that a cell holds, also inside a SIRET or a French VAT number, or why it holds none.

    A number short of one or two digits that zeros in front would make a SIREN is `lost_zeros`: whether they may be put back is for
    whoever sees the whole column.
    """
    text = _BETWEEN.sub("", _folded(text))
    plain = text if _FLOAT.fullmatch(text) else text.replace(".", "")
    if not plain:
        return Read(None, "empty")
    if vat := _VAT.fullmatch(plain):
        return Read(vat[2]) if vat_key(vat[2]) == vat[1] and valid_siren(vat[2]) else Read(None, "key_wrong")
    if _SPREADSHEET.fullmatch(text):
        return Read(None, "damaged_by_spreadsheet")
    if whole := _FLOAT.fullmatch(plain):
        plain = whole[1]
    return _of_digits(plain)


def _of_digits(plain: str) -> Read:
    if not (plain.isascii() and plain.isdigit()):
        return Read(None, "not_digits")
    if len(plain) not in (9, 14):
        if len(plain) > 9:
            return Read(None, "too_long" if len(plain) > 14 else "cut")
        filled = plain.zfill(9)
        return Read(None, "lost_zeros" if len(plain) >= 7 and valid_siren(filled) else "cut")
    if is_zeros(plain):
        return Read(None, "zeros")
    is_valid = valid_siren(plain) if len(plain) == 9 else valid_siret(plain)
    return Read(plain[:9]) if is_valid else Read(None, "key_wrong")


def _folded(text: str | None) -> str:
    """Return a cell with its letters and digits in their plain form: « ５５２ » is 552."""
    return unicodedata.normalize("NFKC", text or "")


def vat_key(siren: str) -> str:
    """Return the two digits of the French VAT number of a SIREN (CGI, ann. II, art. 242 nonies A)."""
    return f"{(12 + 3 * (int(siren) % 97)) % 97:02d}"


def read_rna(text: str | None) -> Read:
    """Return the association's number in the national register (W and nine characters), or why it is none."""
    plain = _BETWEEN.sub("", _folded(text)).upper()
    if not plain:
        return Read(None, "empty")
    if _RNA.fullmatch(plain):
        return Read(plain)
    return Read(None, "cut" if len(plain) < 10 else "too_long" if len(plain) > 10 else "not_digits")


def read_lei(text: str | None) -> Read:
    """Return the LEI that a cell holds, or why it holds none: 20 characters, the remainder by 97 is 1 (ISO 17442, ISO 7064)."""
    plain = _BETWEEN.sub("", _folded(text)).upper()
    if not plain:
        return Read(None, "empty")
    if not _LEI.fullmatch(plain):
        return Read(None, "cut" if len(plain) < 20 else "too_long" if len(plain) > 20 else "not_digits")
    number = int("".join(str(int(letter, 36)) for letter in plain))
    return Read(plain) if number % 97 == 1 else Read(None, "key_wrong")


def is_same_name(one: str, other: str) -> bool:
    """Return whether two folded names may be one holder's: of the shorter one's words, 65 % must be in the other."""
    mine, theirs = set(parse(one).words), set(parse(other).words)
    shorter = min(len(mine), len(theirs))
    return bool(shorter) and len(mine & theirs) >= LEI_NAME_SHARE * shorter


def read_domain(text: str | None) -> Read:
    """Return the domain of a web address (`www.` aside, letters with accents as they are) that can be one company's alone, or why it cannot."""
    plain = re.sub("[\u00ad\u200b-\u200f\u2060\ufeff]", "", _folded(text)).strip().lower()
    if not plain:
        return Read(None, "empty")
    try:
        host = (
            (urlsplit(plain if "//" in plain else f"//{plain}").hostname or "").removeprefix("www.").removesuffix(".")
        )
    except ValueError:  # « http://[lac.fr »
        host = ""
    if not re.fullmatch(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}", host):
        return Read(None, "not_an_address")
    is_shared = any(host == shared or host.endswith(f".{shared}") for shared in _SHARED_DOMAINS)
    return Read(None, "shared_address") if is_shared else Read(host)
