"""The line that would make an unknown header known, with what speaks for it.

A `HeaderRefusal` carries a `Patch`: lines for the source's `columns.csv`, each with the likeness of the
names, how well the values fit the column, and (added by `ingest`, which knows earlier vintages) how well
they agree with what is known. Nothing is applied by itself: a person reads it and says yes.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.load import load_source
from orchestration.catalog.models import Column, Source, Table
from orchestration.records.proposal import Patch, Proposal

# below it two names have nothing in common that would mean something, and only equal figures speak for the line
SAME_NAME = 0.6
FITS = 0.9


class HeaderRefusal(Refusal):
    """A file refused for its headers. `patch`: the lines that would make it readable; None where nothing resembles.

    `guesses`: what the figures may still speak for, whatever the names. `missing`: the required columns without a
    header. `unknown`: published headers without a column.
    """

    def __init__(self, reason: Message, check: Message, guesses: Patch, missing: list[str], unknown: list[str]) -> None:
        self.guesses = guesses
        self.missing = missing
        self.unknown = unknown
        self._check = check
        self.patch: Patch | None = None
        super().__init__(reason, check, kind="header")
        self.propose([p for p in guesses.proposals if p.likeness >= SAME_NAME])

    def propose(self, proposals: list[Proposal], still: Refusal | None = None) -> None:
        """Let the refusal advise these lines, and no others; not where the file is refused with them: `still` says why."""
        self.patch = self.guesses.model_copy(update={"proposals": proposals}) if proposals and still is None else None
        self.action = self._advised()
        if proposals and still is not None:
            names = [say("conforming.header_of", header=p.published, column=p.canonical) for p in proposals]
            self.action = say("conforming.still_refused", action=self.action, columns=names, reason=still.reason)

    def _advised(self) -> Message:
        if self.patch is None:
            return self._check
        advice = self.patch.advice
        return say("conforming.check_first", check=self._check, advice=advice)


Fit = Callable[[str, Column], float | None]


def propose(
    table: Table,
    table_name: str,
    layout: str,
    missing: list[Column],
    unknown: list[str],
    columns_file: str,
    vintage_year: int | None,
    fit: Fit | None,
    normalise: Callable[[str], str],
) -> Patch:
    """Return the likeliest header for each of the `missing` columns, each header used once.

    These are guesses: which of them may be proposed to a person is decided by their likeness, and by the figures.
    `fit(header, column)`: share of the header's values that the column could hold; None where any value would fit.
    """
    scored: list[tuple[float, Proposal]] = []
    for column in missing:
        known = [h.text for h in column.headers if h.layout in ("", layout) and not h.text.startswith("~")]
        for published in unknown:
            likeness = max((_likeness(h, published, column, vintage_year, normalise) for h in known), default=0.0)
            share = fit(published, column) if fit else None
            if share is not None and share < FITS:
                continue
            score = likeness if share is None else 0.7 * likeness + 0.3 * share
            header = _general(published, column, vintage_year)
            proposal = Proposal(
                table=table_name,
                layout=layout,
                canonical=column.name,
                published=published,
                header=header,
                likeness=round(likeness, 2),
                fit=share,
            )
            scored.append((score, proposal))
    patch = Patch(columns_file=columns_file)
    taken: set[str] = set()
    for _, proposal in sorted(scored, key=lambda s: -s[0]):
        if proposal.canonical in taken or proposal.published in taken:
            continue
        taken |= {proposal.canonical, proposal.published}
        patch.proposals.append(proposal)
    patch.proposals.sort(key=lambda p: [c.name for c in missing].index(p.canonical))
    return patch


def _likeness(
    known: str, published: str, column: Column, vintage_year: int | None, normalise: Callable[[str], str]
) -> float:
    if vintage_year is not None:
        known = known.replace("{yyyy}", str(vintage_year)).replace("{yy}", f"{vintage_year % 100:02d}")
    a, b = normalise(known), normalise(published)
    if not a or not b:
        return 0.0
    # `MED18` inside `MED18_CORRIGE` counts as much as a spelling that is close letter by letter; `re` inside `Région` does not
    inside = (
        0.8
        if min(len(a), len(b)) >= 3 and (_words(known) <= _words(published) or _words(published) <= _words(known))
        else 0.0
    )
    other = difflib.SequenceMatcher(None, normalise(column.name), b).ratio()
    return max(inside, difflib.SequenceMatcher(None, a, b).ratio(), 0.9 * other)


def _words(header: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", header.lower())
    return set(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))


def _general(published: str, column: Column, vintage_year: int | None) -> str:
    """Return the header with `{yy}` where the vintage's year stands, so that next year's file is read too."""
    text = published.strip()
    if column.year_into is None or vintage_year is None:
        return text
    for year, sign in ((str(vintage_year), "{yyyy}"), (f"{vintage_year % 100:02d}", "{yy}")):
        found = list(re.finditer(rf"(?<!\d){year}(?!\d)", text)) or list(re.finditer(year, text))
        if found:
            begin, end = found[-1].span()
            return text[:begin] + sign + text[end:]
    return text


def accept_patch(source_path: Path, patch: Patch, *, reads: Callable[[Source], object] | None = None) -> None:
    """Append the patch's lines to the `columns.csv` of `source_path`, in one step, once they have been proven.

    The folder with the new lines must load, and `reads(source)` (which tries the file that was refused)
    must not raise. Raises CatalogueError or Refusal otherwise, OSError where the folder cannot be written,
    and leaves the folder as it was.
    """
    path = (source_path / "columns.csv").resolve()
    content = path.read_bytes()
    newline = b"\r\n" if b"\r\n" in content else b"\n"
    if content and not content.endswith(b"\n"):
        content += newline
    content += b"".join(p.line.encode("utf-8") + newline for p in patch.proposals)
    with tempfile.TemporaryDirectory(prefix="observatory-patch-") as folder:
        copy = Path(folder) / source_path.name
        shutil.copytree(source_path, copy)
        (copy / "columns.csv").write_bytes(content)
        source = load_source(copy)
        if reads is not None:
            reads(source)
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        shutil.copymode(path, temporary)
        temporary.replace(path)
    except OSError:
        if temporary.is_file():
            temporary.unlink(missing_ok=True)
        raise
