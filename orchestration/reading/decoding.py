"""From bytes to text: which encoding, decided on evidence.

UTF-8, UTF-16 and UTF-32 are proven by decoding. A single-byte encoding is proven by nothing, so it is
taken only when the text that it gives looks like text; otherwise the file is refused. Add here what
concerns bytes and characters. Lines and cells belong to `delimited`.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from orchestration.base.messages import say
from orchestration.reading.model import Adaptation
from orchestration.reading.refusing import CORRECT_LINE, SAVE_AS_UTF8, listed, refusal

# Above this share of characters that no French text holds, the encoding was not the right one.
ODD_SHARE = 0.10
# Above this share of damaged characters among the accented ones, the file is a mixture; below it, they
# are single cells that the publisher damaged (B Lab 2022-06: 10 of some 5,000, `ConsultorÃ­a`).
DAMAGED_SHARE = 0.02

_UNDEFINED_1252 = b"\x81\x8d\x8f\x90\x9d"
_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r\x0b\x0c\x1a") + b"\x7f"


def _web_1252(byte: int) -> str:
    # What browsers and most tools do: the five bytes that Windows-1252 leaves undefined stay controls.
    return chr(byte) if byte in _UNDEFINED_1252 else bytes([byte]).decode("cp1252")


_TO_BYTE = {_web_1252(b): b for b in range(0x80, 0x100)}
# A C1 control stands for its own byte when the damage was done through Latin-1.
_TO_BYTE.update({chr(b): b for b in range(0x80, 0xA0)})
_ENCODE = {ord(character): byte for character, byte in _TO_BYTE.items()}

_CONTINUATION = "".join(c for c, b in _TO_BYTE.items() if b < 0xC0)
_MOJIBAKE = re.compile(
    "Ã[{c}]|Â[\u00a0-\u00bf]|â[€\u0080‚\u0082„\u0084][{c}]|Å[{x}]".format(
        c=re.escape(_CONTINUATION), x=re.escape("’“”\u0092\u0093¸½¾")
    )
)
# Looked for first: far quicker than the expression over megabytes of proper accents.
_MOJIBAKE_SIGNS = ("Ã", "Â", "Å", "â€", "â\x80", "â‚", "â\x82", "â„", "â\x84")
# UTF-8 sequences that read as gibberish in a single-byte encoding: à-ÿ, À-ß, no-break blank, «, »,
# typographic quotes, dashes, €, œ.
_UTF8_SEQUENCE = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x80-\xbf]|\xe2\x82\xac|\xc5[\x92\x93\xb8]")
_HIGH = re.compile(rb"[\x80-\xff]")
_ACCENTED = re.compile("[^\x00-\x7f]")
# Signs that stand inside words only when the encoding is wrong: Mac `é` reads `Ž`, DOS `é` reads `‚`.
_ODD = re.compile(
    "(?<=[A-Za-z])[‚ƒ„†‡ˆ‰‹˜›¡¢£¥¦¨¬¯µ¶¸¼½¾¿÷]|(?<=[a-z])[ŠŒŽ“”‘™©®…][a-z]|[ŽŠ](?=[a-z]{2})(?<=[A-Z].)|[\x80-\x9f]"
)


@dataclass
class Decoded:
    """A file's text, the encoding it was in, and what of it is worth telling."""

    text: str
    encoding: str
    adaptations: list[Adaptation] = field(default_factory=list)


def line_at(data: bytes, position: int) -> int:
    """Return the number of the line, from 1, in which byte `position` stands."""
    newline = b"\n" if b"\n" in data else b"\r"
    return data.count(newline, 0, position) + 1


def _lines(data: bytes) -> list[bytes]:
    return data.split(b"\n" if b"\n" in data else b"\r")


def decode(data: bytes, *, label: str) -> Decoded:
    """Return the text of `data`.

    Refuses (`Refusal`) binary content, NUL bytes, mixed encodings, text cut inside a character and
    whatever encoding is not certain; `label` is the file's name for the sentences.
    """
    decoded = _unicode(data, label) or _single_byte(data, label)
    decoded.text = decoded.text.lstrip("\ufeff").rstrip("\x1a")
    if "\x00" in decoded.text:
        line = decoded.text.count("\n", 0, decoded.text.index("\x00")) + 1
        raise _nul(label, line)
    return decoded


def _nul(label: str, line: int) -> Exception:
    return refusal(
        say("reading.nul_bytes", file=label, line=line),
    )


def _read_as(name: str) -> Adaptation:
    return Adaptation(
        "encoding",
        say("reading.encoding_other", encoding=name),
    )


def _unicode(data: bytes, label: str) -> Decoded | None:
    """Return the text when the bytes prove a Unicode encoding, else None."""
    wide = None
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        wide = "utf-32"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        wide = "utf-16"
    elif b"\x00" in data:
        wide = _wide_without_mark(data)
        if wide is None:
            raise _nul(label, line_at(data, data.index(b"\x00")))
    if wide is not None:
        try:
            text = data.decode(wide)
        except UnicodeDecodeError as error:
            line = data[: error.start].decode(wide, errors="ignore").count("\n") + 1
            raise refusal(
                say("reading.text_invalid", file=label, line=line, encoding=wide.upper()),
            ) from None
        return Decoded(text, wide, [_read_as(wide.upper())])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and _UTF8_SEQUENCE.search(data[: error.start]):
            line = line_at(data, error.start)
            raise refusal(
                say("reading.character_truncated", file=label, line=line),
            ) from None
        return None
    _refuse_binary(data, label)
    return _mended(Decoded(text, "utf-8"), label)


def _refuse_binary(data: bytes, label: str) -> None:
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls * 200 > len(data):
        raise refusal(
            say("reading.binary", file=label, controls=controls),
        )


def _wide_without_mark(data: bytes) -> str | None:
    # ASCII text in UTF-16 has a NUL in every other byte, always on the same side.
    even, odd = data[0::2], data[1::2]
    nul_even, nul_odd = even.count(0), odd.count(0)
    if nul_odd * 3 > len(odd) and nul_even * 100 <= nul_odd:
        return "utf-16-le"
    if nul_even * 3 > len(even) and nul_odd * 100 <= nul_even:
        return "utf-16-be"
    return None


def _mended(decoded: Decoded, label: str) -> Decoded:
    """Repair text that was UTF-8 read as Windows-1252 and saved again, when all of it was."""
    text = decoded.text
    if text.isascii() or not ("\ufffd" in text or any(sign in text for sign in _MOJIBAKE_SIGNS)):
        return decoded
    for _ in range(2):  # twice: some files went through it twice
        if not _MOJIBAKE.search(text):
            break
        try:
            mended = text.translate(_ENCODE).encode("latin-1").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            break
        text = mended
    if text is not decoded.text:
        decoded.text = text
        decoded.adaptations.append(
            Adaptation(
                "mojibake",
                say("reading.accents_restored"),
            )
        )
    damaged = list(_MOJIBAKE.finditer(text))
    lost = text.count("\ufffd")
    if not damaged and not lost:
        return decoded
    accented = len(_ACCENTED.findall(text)) - lost - 2 * len(damaged)
    if len(damaged) > DAMAGED_SHARE * max(accented, 0):
        numbers = _text_lines(text, [m.start() for m in damaged])
        raise refusal(
            say("reading.accents_mixed", file=label, damaged=damaged[0].group(), lines=listed(numbers)),
            SAVE_AS_UTF8,
        )
    # Lost characters cannot be brought back by anyone, and codes and figures are none of them (B Lab
    # 2021-03 has 835 in names of companies and towns): told, not refused.
    positions = sorted([m.start() for m in damaged] + ([text.index("\ufffd")] if lost else []))
    number = _text_lines(text, positions)[0]
    decoded.adaptations.append(_damage(lost + len(damaged), number))
    return decoded


def _damage(count: int, line: str) -> Adaptation:
    return Adaptation(
        "lost_characters",
        say("reading.characters_damaged", count=count, line=line),
    )


def _text_lines(text: str, positions: list[int]) -> list[str]:
    newline = "\n" if "\n" in text else "\r"
    found: list[str] = []
    for position in positions:
        number = str(text.count(newline, 0, position) + 1)
        if number not in found:
            found.append(number)
        if len(found) > 3:
            break
    return found


def _single_byte(data: bytes, label: str) -> Decoded:
    """Return the text of a file that is not UTF-8: Windows-1252, Latin-1 or Latin-9."""
    _refuse_binary(data, label)
    _refuse_mixture(data, label)
    if data.translate(None, _UNDEFINED_1252) != data:
        name, text = "ISO-8859-1", data.decode("latin-1")
    elif len(data.translate(None, bytes(range(0x80, 0xA0)))) != len(data):
        name, text = "Windows-1252", data.decode("cp1252")
    elif re.search(rb"[a-zA-Z][\xbc\xbd][a-z]", data) and not re.search(rb"\d[\xbc\xbd\xbe]", data):
        # `c½ur`: only Latin-9 has œ where Latin-1 has ½
        name, text = "ISO-8859-15", data.decode("iso-8859-15")
    else:
        name, text = "ISO-8859-1", data.decode("latin-1")
    signs = len(_ACCENTED.findall(text))
    odd = list(_ODD.finditer(text))
    if len(odd) > ODD_SHARE * signs:
        number = _text_lines(text, [odd[0].start()])[0]
        raise refusal(
            say("reading.encoding_uncertain", file=label, line=number, text=_around(text, odd[0].start())),
            SAVE_AS_UTF8,
        )
    told = [_read_as(name)]
    if odd:
        told.append(_damage(len(odd), _text_lines(text, [odd[0].start()])[0]))
    return Decoded(text, name.lower(), told)


def _around(text: str, position: int) -> str:
    return " ".join(re.sub("[\x80-\x9f]", "\ufffd", text[max(0, position - 12) : position + 12]).split())


def _refuse_mixture(data: bytes, label: str) -> None:
    """Refuse a file of which some lines are UTF-8 and others are not."""
    if not _UTF8_SEQUENCE.search(data):
        return
    proper: list[int] = []
    foreign: list[int] = []
    for number, line in enumerate(_lines(data), start=1):
        if line.isascii():
            continue
        sequences = _UTF8_SEQUENCE.findall(line)
        rest = _HIGH.search(_UTF8_SEQUENCE.sub(b"", line))
        if rest is not None:
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                foreign.append(number)
        if sequences:
            proper.append(number)
    if not proper or not foreign:
        return
    few, encoding = (foreign, "UTF-8") if len(foreign) <= len(proper) else (proper, "Windows-1252")
    numbers = listed([str(n) for n in few])
    raise refusal(
        say("reading.encodings_mixed", file=label, encoding=encoding, count=len(few), lines=numbers),
        CORRECT_LINE,
    )


def preview(data: bytes, length: int = 4000) -> str:
    """Return the beginning of `data` as text for quoting, never failing."""
    head = data[:length]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", errors="replace")
    if head.count(0) * 3 > len(head):
        return head.replace(b"\x00", b"").decode("latin-1")
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", errors="replace")
