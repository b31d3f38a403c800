"""The text of one column as typed values, with what could not be read.

One function a family of types; each distinct text is looked at once, with how often it stands there: a code
that lost its zero is told from a code that was cut by what the whole column shows. Add a type here when the
catalogue gets one. A value is returned only where the text has one reading: everything else is an
`Unreadable`, which rejects its row (or, beyond the source's budget, the file).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from orchestration.base.messages import Message, Refusal, say
from orchestration.base.registration import is_zeros, valid_siren, valid_siret
from orchestration.catalog.models import Column
from orchestration.reading.valueless import is_valueless, why

BLANKS = {ord(c): None for c in " \t\u00a0\u202f\u2009\u2007"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_POINT = re.compile(r"(?:-?\d+(?:\.\d+)?)?(?:\n(?:-?\d+(?:\.\d+)?)?)*", re.ASCII)
_COMMA = re.compile(r"(?:-?\d+(?:,\d+)?)?(?:\n(?:-?\d+(?:,\d+)?)?)*", re.ASCII)
_THREE = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_GROUPED = {
    ",": re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII),
    ".": re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?", re.ASCII),
}
_EXPONENT = re.compile(r"-?\d+(?:[.,]\d+)?[eE][+-]?\d+", re.ASCII)
_DAMAGED_ID = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+", re.ASCII)
# no figure of anything is as large, and no column of whole numbers holds it
_BEYOND = 1e18
BLANK_IS_ZERO = "=0"
# signs of a cell: of one value, and of a text (the outlines of a commune take 40,000). What is longer is read as nothing else
LONGEST, LONGEST_TEXT = 1_000, 1_000_000
TEXTS = ("text", "prose")
NUMBERS = ("integer", "number", "year")
# what everybody writes for « no figure »; a marker that a source declares as secret or missing is asked first
NO_FIGURE = frozenset(
    [
        "n/a",
        "na",
        "n.a",
        "n.a.",
        "nd",
        "n.d",
        "n.d.",
        "n/d",
        "ns",
        "n.s",
        "n.s.",
        "nan",
        "null",
        "-",
        "--",
        "–",
        "—",
        "−",
        ".",
        "..",
        "...",
        "…",
    ]
)


@dataclass
class Parsed:
    """Values of the distinct texts of one column.

    `values`: text → value, None where missing or secret. `unreadable`: text → why.
    `markers`: text → secrecy marker. `notes`: what drifted and was read with certainty.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unreadable: dict[str, Message] = field(default_factory=dict)
    markers: dict[str, str] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)


def parse(column: Column, texts: Iterable[str], *, file: str, typed_numbers: bool = False) -> Parsed:
    """Return the values of the distinct `texts` of `column`.

    `typed_numbers`: the numbers come from a workbook's numeric cells. Raises Refusal when the column
    as a whole has two readings (1,234: a decimal or thousands?).
    """
    result = Parsed()
    missing = {m.casefold() for m in column.missing if m != BLANK_IS_ZERO}
    secret = {m.casefold() for m in column.secret}
    blank: Any = 0 if BLANK_IS_ZERO in column.missing else None
    counts = Counter(texts)
    rest: dict[str, int] = {}
    longest = LONGEST_TEXT if column.type in TEXTS and not column.allowed else LONGEST
    # in the order of the file: the same file gives the same message each time
    for text, times in counts.items():
        if len(text) > longest and text.strip():
            result.unreadable[text] = say("conforming.cell_too_long", text=text.strip()[:60], count=len(text))
            continue
        key = text.strip().casefold()
        if not key:
            result.values[text] = blank
        elif key in secret:
            result.values[text] = None
            result.markers[text] = text.strip()
        elif key in missing or (column.type in NUMBERS and key in NO_FIGURE):
            result.values[text] = None
        elif is_valueless(text):  # `#REF!` is no name either
            result.unreadable[text] = why(text)
        else:
            rest[text] = times
    if rest:
        _PARSERS[column.type](column, rest, result, file, typed_numbers)
        _limits(column, result)
    return result


def _limits(column: Column, result: Parsed) -> None:
    low, high = column.minimum, column.maximum
    if low is not None or high is not None:
        for text, value in list(result.values.items()):
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                continue
            if (low is not None and value < low) or (high is not None and value > high):
                del result.values[text]
                span = f"{'' if low is None else f'{low:g}'}–{'' if high is None else f'{high:g}'}"
                result.unreadable[text] = say("conforming.out_of_range", text=text.strip(), span=span)
    if column.allowed:
        # B Lab wrote « Certified » in 2021 and « certified » in 2022: one spelling counts, the catalogue's
        spelled = {a.casefold(): a for a in column.allowed} | {a: a for a in column.allowed}
        for text, value in list(result.values.items()):
            if value is None:
                continue
            known = spelled.get(str(value)) or spelled.get(str(value).casefold())
            if known is not None:
                result.values[text] = known if isinstance(value, str) else value
            else:
                del result.values[text]
                result.unreadable[text] = say("conforming.not_allowed", text=text.strip(), allowed=column.allowed[:8])


def _unreadable(result: Parsed, text: str, wanted: Message) -> None:
    result.unreadable[text] = say("conforming.not_of_type", text=text.strip()[:60], wanted=wanted)


# numbers ------------------------------------------------------------------------------------------


def _numbers(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    plain = _without_base(column, texts, result)
    blob = "\n".join(plain.values())
    if _POINT.fullmatch(blob):
        readings, sign = plain, "."
    elif _COMMA.fullmatch(blob):
        readings, sign = {t: p.replace(",", ".") for t, p in plain.items()}, ","
    else:
        readings, sign = _odd_numbers(column, plain, result, file, typed)
    if sign and not typed:
        readings = _decide_three_digits(column, plain, readings, sign, result, file)
    integral = column.type in ("integer", "year")
    for text, reading in readings.items():
        number = float(reading)
        if not abs(number) < _BEYOND:
            _unreadable(result, text, say("conforming.type_number"))
        elif not integral:
            result.values[text] = number
        elif number != int(number):
            _unreadable(result, text, say("conforming.type_integer"))
        elif column.type == "year" and not FIRST_YEAR <= number <= LAST_YEAR:
            _unreadable(result, text, say("conforming.type_year"))
        else:
            result.values[text] = int(number)


_BASED = re.compile(r"(.*\S)\s*/\s*(\d+(?:[.,]\d+)?)", re.ASCII)


def _without_base(column: Column, texts: Iterable[str], result: Parsed) -> dict[str, str]:
    """Return text → figure, a score that is written with its base (`94/100`) without it.

    The base must be the highest possible score, or 100 where the unit is points: `34/40` is another measure.
    """
    plain: dict[str, str] = {}
    # a share of « 94/100 » would be a fraction of something
    base = (
        None
        if column.unit == "%"
        else column.maximum
        if column.maximum is not None
        else 100.0
        if column.unit == "points"
        else None
    )
    based = False
    for text in texts:
        found = _BASED.fullmatch(text.strip())
        if found is None:
            plain[text] = text
        elif base is not None and float(found[2].replace(",", ".")) == base:
            plain[text], based = found[1], True
        elif base is not None:
            _unreadable(result, text, say("conforming.out_of_base", base=base))
        else:
            _unreadable(result, text, say("conforming.type_number"))
    if based:
        result.notes.append(say("conforming.base_taken_out", column=column.name, base=base))
    return plain


def _odd_numbers(
    column: Column, texts: dict[str, str], result: Parsed, file: str, typed: bool
) -> tuple[dict[str, str], str]:
    """Blanks between thousands, percent signs, signs of both kinds, numbers that a spreadsheet damaged."""
    readings: dict[str, str] = {}
    signs: set[str] = set()
    plains, grouped, percent = _without_blanks(column, texts)
    thousands = _thousands_sign(plains.values())
    for text, plain in plains.items():
        if _EXPONENT.fullmatch(plain):
            if typed:
                readings[text] = plain.replace(",", ".")
            else:
                _unreadable(
                    result,
                    text,
                    say("conforming.whole_number_unshortened"),
                )
            continue
        if thousands and thousands in plain:
            if not _GROUPED[thousands].fullmatch(plain):
                _unreadable(result, text, say("conforming.type_number"))
                continue
            plain, grouped = plain.replace(thousands, ""), True
        if "," in plain:
            signs.add(",")
            plain = plain.replace(",", ".")
        elif "." in plain:
            signs.add(".")
        if _NUMBER.fullmatch(plain):
            readings[text] = plain
        else:
            _unreadable(result, text, say("conforming.type_number"))
    if len(signs) > 1:
        raise _mixed_signs(column, readings, file)
    if grouped:
        result.notes.append(say("conforming.thousands_taken_out", column=column.name))
    if percent:
        result.notes.append(say("conforming.percent_taken_out", column=column.name))
    return readings, next(iter(signs), "")


def _without_blanks(column: Column, texts: dict[str, str]) -> tuple[dict[str, str], bool, bool]:
    """Return the figures without blanks and percent signs, and whether there were any of each."""
    plains: dict[str, str] = {}
    grouped = percent = False
    for text, figure in texts.items():
        plain = figure.translate(BLANKS).replace("−", "-")
        grouped |= plain != figure.strip().replace("−", "-")
        if plain.endswith("%") and column.unit == "%":
            plain, percent = plain[:-1], True
        plains[text] = plain
    return plains, grouped, percent


def _mixed_signs(column: Column, readings: Iterable[str], file: str) -> Refusal:
    commas = next((t for t in readings if "," in t), "")
    points = next((t for t in readings if "." in t), "")
    return Refusal(
        say(
            "conforming.decimal_signs_mixed",
            file=file,
            column=column.name,
            commas=commas.strip(),
            points=points.strip(),
        ),
        say("conforming.one_decimal_sign"),
        kind="number",
    )


def _thousands_sign(plains: Iterable[str]) -> str:
    """Return the sign that stands between thousands where a value proves it (`1.234,5`, `1.234.567`)."""
    found = set()
    for plain in plains:
        if "," in plain and "." in plain:
            found.add("." if plain.rfind(",") > plain.rfind(".") else ",")
        elif plain.count(",") > 1 or plain.count(".") > 1:
            found.add("," if "," in plain else ".")
    return found.pop() if len(found) == 1 else ""


def _decide_three_digits(
    column: Column, figures: dict[str, str], readings: dict[str, str], sign: str, result: Parsed, file: str
) -> dict[str, str]:
    """Decide whether `4,936` is a decimal or thousands.

    One value with another number of decimals, or a leading zero (`0,311`), settles it. Filosofi 2016
    writes S80/S20 with three decimals throughout; there the possible range decides.
    """
    marked = [t for t in readings if sign in figures[t]]
    if not marked or not all(_THREE.fullmatch(figures[t].translate(BLANKS)) for t in marked):
        return readings
    as_decimal = {t: float(readings[t]) for t in marked}
    as_thousands = {t: float(readings[t].replace(".", "")) for t in marked}

    def possible(values: Iterable[float]) -> bool:
        low = float("-inf") if column.minimum is None else column.minimum
        high = float("inf") if column.maximum is None else column.maximum
        return all(low <= v <= high for v in values)

    decimal_fits = possible(as_decimal.values()) and column.type == "number"
    thousands_fit = possible(as_thousands.values())
    if decimal_fits and thousands_fit:
        text = marked[0].strip()
        raise Refusal(
            say(
                "conforming.thousand_or_decimal",
                file=file,
                column=column.name,
                text=text,
                as_decimal=as_decimal[marked[0]],
                as_thousands=as_thousands[marked[0]],
            ),
            say("conforming.ask_which_sign"),
            kind="number",
        )
    if thousands_fit:
        result.notes.append(say("conforming.thousands_taken_out", column=column.name))
        return {t: (r.replace(".", "") if t in as_thousands else r) for t, r in readings.items()}
    return readings


# codes --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Code:
    pattern: re.Pattern[str]
    width: int
    shortest: int
    wanted: Message


_CODES = {
    "commune": _Code(re.compile(r"(?!00)\d[\dAB](?!000)\d{3}", re.ASCII), 5, 4, say("conforming.type_commune")),
    "department": _Code(re.compile(r"(?!00)\d{2}|2[AB]|9[78]\d", re.ASCII), 2, 1, say("conforming.type_department")),
    "region": _Code(re.compile(r"(?!00)\d{2}", re.ASCII), 2, 1, say("conforming.type_region")),
    "employment_zone": _Code(re.compile(r"(?!0000)\d{4}", re.ASCII), 4, 2, say("conforming.type_employment_zone")),
    "country": _Code(re.compile(r"FR|FM"), 2, 2, say("conforming.type_country")),
}
# the ministry of health writes three characters: `044`, `02A`, `971`
_PADDED_DEPARTMENT = re.compile(r"0(\d{2}|2[AB])", re.ASCII)
# codes of which few exist, so that one stands in many rows; of the others each counts once
_FEW = ("department", "region", "naf")
# fewer short codes may be slips of the hand; nine communes in a hundred begin with a zero, as do the départements
LEAST_SHORT, LEAST_SHARE = 3, 0.03


def _codes(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    code = _CODES[column.type]
    short: dict[str, str] = {}
    for text in texts:
        plain = _id_text(text).upper()
        if column.type == "department":
            plain = _PADDED_DEPARTMENT.sub(r"\1", plain) if _PADDED_DEPARTMENT.fullmatch(plain) else plain
        if code.pattern.fullmatch(plain):
            result.values[text] = plain
        elif (
            plain.isascii()
            and plain.isdigit()
            and code.shortest <= len(plain) < code.width
            and code.pattern.fullmatch(plain.zfill(code.width))
        ):
            short[text] = plain.zfill(code.width)
        else:
            _unreadable(result, text, code.wanted)
    _put_zeros_back(column, texts, short, code.width, result)


def _put_zeros_back(column: Column, texts: dict[str, int], short: dict[str, str], width: int, result: Parsed) -> None:
    """Give the `short` codes their zeros where the column proves that a program took the zeros of all codes.

    Such a program leaves no code with its zero, and takes those of several: `1004` for Ambérieu in Insee's wages
    of 2014, beside 3,107 others. One short code among whole ones is as likely to have lost another digit.
    """
    whole = {t for t in result.values if result.values[t] is not None}
    if column.type in _FEW:
        count, rest = sum(texts[t] for t in short), sum(texts[t] for t in whole)
    else:
        count, rest = len(set(short.values())), len({result.values[t] for t in whole})
    # a program that takes codes for numbers leaves `0111Z` alone
    kept = any(str(result.values[t]).startswith("0") and str(result.values[t]).isdigit() for t in whole)
    if short and not kept and count >= max(LEAST_SHORT, LEAST_SHARE * (count + rest)):
        result.values.update(short)
        result.notes.append(_zeros_restored(column, len(short)))
        return
    for text in short:
        _too_short(result, text, width)


def _too_short(result: Parsed, text: str, width: int) -> None:
    found = len(_id_text(text))
    result.unreadable[text] = say("conforming.too_few_digits", text=text.strip()[:60], digits=found, width=width)


_FLOAT = re.compile(r"(\d+)[.,]0*", re.ASCII)


def _id_text(text: str) -> str:
    """Return an identifier without blanks, without the `.0` (`.00`, `.`) of a spreadsheet's float, without its text mark (`'`)."""
    plain = text.translate(BLANKS).removeprefix("'")
    found = _FLOAT.fullmatch(plain)
    return found[1] if found else plain


def _zeros_restored(column: Column, count: int) -> Message:
    return say("conforming.zeros_restored", column=column.name, count=count)


# in a long column two short codes that pass the key are what such a loss leaves; in a short one they may have been cut
LEAST_WHOLE = 50
_VAT = re.compile(r"FR(\d{2})(\d{9})", re.ASCII)


def _identifiers(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    """SIREN and SIRET: digits, Luhn's key; lost leading zeros come back only where it is certain.

    ADEME's list of reports cuts SIRENs at the end ("3 328 035"): one in ten of those would pass the
    key by chance once padded. So zeros are put back only where no code of the column kept one, several are
    short, and nine in ten of these pass.
    """
    width = 14 if column.type == "siret" else 9
    name = column.type.upper()
    check: Callable[[str], bool] = valid_siret if column.type == "siret" else valid_siren
    short: dict[str, str] = {}
    whole: set[str] = set()
    for text in texts:
        plain = _id_text(text)
        vat = _VAT.fullmatch(plain.upper()) if column.type == "siren" else None
        if vat and int(vat[1]) == (12 + 3 * (int(vat[2]) % 97)) % 97:
            plain = vat[2]
        if _DAMAGED_ID.fullmatch(plain):
            _unreadable(
                result,
                text,
                say("conforming.whole_identifier"),
            )
        elif not (plain.isascii() and plain.isdigit()):
            _unreadable(result, text, say("conforming.identifier", kind=name, width=width))
        elif len(plain) > width:
            _unreadable(result, text, say("conforming.identifier_too_long", kind=name, digits=len(plain), width=width))
        elif len(plain) < width - 2:
            _unreadable(result, text, say("conforming.identifier_cut", kind=name, digits=len(plain), width=width))
        elif len(plain) < width:
            short[text] = plain.zfill(width)
        elif check(plain):
            result.values[text] = plain
            whole.add(plain)
        elif is_zeros(plain):
            _unreadable(result, text, say("conforming.identifier_of_zeros", kind=name))
        else:
            _unreadable(
                result,
                text,
                say("conforming.identifier_valid", kind=name),
            )
    passing = {t: v for t, v in short.items() if check(v)}
    several = len(set(short.values())) >= (LEAST_SHORT if len(whole) < LEAST_WHOLE else LEAST_SHORT - 1)
    if several and not any(v.startswith("0") for v in whole) and len(passing) >= 0.9 * len(short):
        result.values.update(passing)
        result.notes.append(_zeros_restored(column, len(passing)))
        short = {t: v for t, v in short.items() if t not in passing}
    for text in short:
        _too_short(result, text, width)


def _epci(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    for text in texts:
        plain = _id_text(text)
        if re.fullmatch(r"\d{9}", plain, re.ASCII) and valid_siren(plain):
            result.values[text] = plain
        else:
            _unreadable(result, text, say("conforming.type_epci"))


_NAF = re.compile(r"\d{2}\.?\d{2}[A-Z]|\d{1,2}|\d{2}\.?\d{1,2}", re.ASCII)


def _naf(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    short: dict[str, str] = {}
    for text in texts:
        plain = _id_text(text).upper()
        value = plain.replace(".", "")
        if re.fullmatch(r"X+", plain):
            result.values[text] = plain.lower()
        elif not _NAF.fullmatch(plain) or value.zfill(2).startswith("00"):
            _unreadable(result, text, say("conforming.type_naf"))
        elif len(value) == 1:
            short[text] = value.zfill(2)
        else:
            result.values[text] = value
    _put_zeros_back(column, texts, short, 2, result)


# dates, booleans, text ----------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})(?: \d{2}:\d{2}(?::\d{2})?)?", re.ASCII)
# outside these years a date or a year is a field that was never filled (0001 in .NET), or « no end » (9999)
FIRST_YEAR, LAST_YEAR = 1000, 2999
# day 0 and day 1 of the spreadsheets, which databases also write for « no date »
_NO_DATES = frozenset([date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1)])


def _dates(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    """ISO dates, and day/month/year as French publishers write it.

    A column whose second numbers go above 12 is in month/day/year: it is refused, for the days up to
    12 would be read wrong without a trace. A date that stands for « no date » or « no end » is no date: which of
    the two is meant must be said under `missing` in `columns.csv`.
    """
    american = None
    for text in texts:
        plain = text.strip()
        iso = _ISO.fullmatch(plain)
        slashed = None if iso else _SLASHED.fullmatch(plain)
        try:
            if iso:
                found = date(int(iso[1]), int(iso[2]), int(iso[3]))
            elif slashed:
                day, month, year = int(slashed[1]), int(slashed[2]), int(slashed[3])
                if len(slashed[3]) == 2:
                    year += 2000 if year < 70 else 1900
                if month > 12 >= day:
                    american = plain
                found = date(year, month, day)
            else:
                raise ValueError
        except ValueError:
            _unreadable(result, text, say("conforming.type_date"))
            continue
        if FIRST_YEAR <= found.year <= LAST_YEAR and found not in _NO_DATES:
            result.values[text] = found
        else:
            _unreadable(
                result,
                text,
                say("conforming.true_date"),
            )
    if american:
        raise Refusal(
            say("conforming.american_dates", file=file, column=column.name, text=american),
            say("conforming.save_dates"),
            kind="date",
        )


_TRUE = {"true", "vrai", "oui", "o", "yes", "y", "1"}
_FALSE = {"false", "faux", "non", "n", "no", "0"}


def _booleans(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    for text in texts:
        key = text.strip().casefold()
        if key in _TRUE or key in _FALSE:
            result.values[text] = key in _TRUE
        else:
            _unreadable(result, text, say("conforming.type_boolean"))


def _texts(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    for text in texts:
        result.values[text] = text.strip()


# looked for from the beginning of a word alone: from each of its letters, a word of 300,000 takes minutes
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# « 02 40 54 88 30 », « +33(0)6 40 70 42 98 », « 0240339543 »; not ten digits within a longer number
_TELEPHONE = re.compile(r"(?<![\d+])(?:(?:\+|00)33[\s.-]*(?:\(0\)[\s.-]*)?|0)[1-9](?:[\s.-]*\d{2}){4}(?!\d)")


def _prose(column: Column, texts: dict[str, int], result: Parsed, file: str, typed: bool) -> None:
    """Whole paragraphs, of which nobody needs to know how the people named in them are reached.

    9 addresses and 7 telephones stood in 52 practice sheets, and would lie in the lake for ever.
    """
    for text in texts:
        result.values[text] = _TELEPHONE.sub("[téléphone]", _MAIL.sub("[courriel]", text.strip()))


_PARSERS: dict[str, Callable[[Column, dict[str, int], Parsed, str, bool], None]] = {
    "text": _texts,
    "prose": _prose,
    "integer": _numbers,
    "number": _numbers,
    "year": _numbers,
    "date": _dates,
    "boolean": _booleans,
    "commune": _codes,
    "department": _codes,
    "region": _codes,
    "employment_zone": _codes,
    "country": _codes,
    "epci": _epci,
    "siren": _identifiers,
    "siret": _identifiers,
    "naf": _naf,
}

LEVEL_TYPES = {
    "commune": "commune",
    "epci": "epci",
    "department": "department",
    "region": "region",
    "employment_zone": "employment_zone",
    "country": "country",
}
