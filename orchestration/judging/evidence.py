"""What speaks for a column under a new name: its figures are those known before, and the file is read with it.

A refusal for headers proposes lines for `columns.csv`; here each is tried on the file itself. Add a further kind of
evidence here. How names resemble each other belongs to `conforming`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from orchestration.base.messages import Message, Refusal, say
from orchestration.catalog.models import Header, Source
from orchestration.conforming import Conformed, HeaderRefusal
from orchestration.conforming.patches import SAME_NAME
from orchestration.judging.facts import filled_before
from orchestration.judging.rows import Match, conformed
from orchestration.landing import Landed
from orchestration.records.proposal import Proposal
from orchestration.triage import Reference, refuse
from orchestration.triage.continuity import rank_likeness
from orchestration.triage.reference import align

# a column is sought under another name only where the name or the figures say so
SAME_FIGURES = 0.9
# reads the file as a kind with further headers, proposing nothing; raises Refusal
Reader = Callable[[Match], object]
# what is known of a kind of file
References = Callable[[Match], list[Reference]]
# puts the lines that are proven into a refusal
Prover = Callable[[HeaderRefusal], None]


def lost_columns(
    match: Match, landed: Landed, rows: Conformed, references: list[Reference], prove: Prover | None
) -> list[Message]:
    """Say which optional columns are gone that were filled before: their figures would vanish without a word.

    Raises HeaderRefusal where an unknown header is likely the same column under a new name (Filosofi's
    « TP6018 » written « TAUX_PAUVRETE_18 »): by its name, or by its figures.
    """
    # a name that only stands beside the key is no figure: without it there is one thing less to hold the code against
    keys = set(match.table.key)
    beside = {name for code, name in match.table.names.items() if code in keys}
    lost = filled_before([n for n in rows.absent if n not in beside], references, landed.vintage)
    # a header over nothing but blanks loses its figures as well
    blank = [
        c.name
        for c in match.table.columns
        if not c.key
        and c.name not in rows.absent
        and any(h.layout in ("", match.spec.layout) for h in c.headers)
        and rows.frame[c.name].isna().all()
    ]
    notes = [
        say("judging.column_lost_its_values", column=name, known=known)
        for name, known in filled_before(blank, references, landed.vintage).items()
    ]
    if not lost:
        return notes
    headers = [rows.absent[n] for n in lost]
    known = next(iter(lost.values()))
    if prove is not None and rows.unknown and rows.propose:
        refusal = HeaderRefusal(
            say(
                "judging.columns_absent_others_unknown",
                file=landed.name,
                headers=headers,
                known=known,
                unknown=rows.unknown[:8],
            ),
            say("judging.say_whether_renamed"),
            rows.propose(list(lost)),
            list(lost),
            rows.unknown,
        )
        prove(refusal)
        if refusal.patch is not None:
            raise refusal
    return [
        *notes,
        say("judging.columns_absent", known=known, headers=headers),
    ]


def add_evidence(
    source: Source,
    match: Match,
    landed: Landed,
    refusal: HeaderRefusal,
    references: References,
    read: Reader,
) -> None:
    """Let the refusal propose the lines for which the names or the figures speak, and with which the file is read.

    The guesses are tried together for what their values say; what is left is proven as a whole: with these lines
    and no others the file must be taken. `references`: what is known of a kind of file; `read`: takes the file as one.
    """
    proposed = {p.canonical: p for p in refusal.guesses.proposals}
    _compare_guesses(source, _mended(match, refusal.guesses.proposals), landed, references, proposed)
    kept = [p for p in proposed.values() if p.likeness >= SAME_NAME or p.agrees]
    still = None
    try:
        if kept:
            read(_mended(match, kept))
    except Refusal as found:
        still = found
    refusal.propose(kept, still)


def _compare_guesses(
    source: Source, trial: Match, landed: Landed, references: References, proposed: dict[str, Proposal]
) -> None:
    """Note on each guess how well its values agree with what is known of the same places."""
    trial = replace(trial, table=trial.table.model_copy(update={"rules": []}))
    try:
        frame = conformed(source, landed, trial, refuse).frame
    except Refusal:
        return
    for reference in references(trial):
        aligned = align(trial.table, frame, reference)
        if aligned is None:
            continue
        for name, proposal in proposed.items():
            if proposal.agreement is not None or not (name in aligned.new or name in aligned.labels_new):
                continue
            is_figure = name in aligned.new
            new, old = (
                (aligned.new[name], aligned.old[name])
                if is_figure
                else (aligned.labels_new[name], aligned.labels_old[name])
            )
            both = [a == a and b == b and a is not None and b is not None for a, b in zip(new, old, strict=True)]
            if sum(both) < 5:
                continue
            equal = float((new[both] == old[both]).mean())
            ranks = rank_likeness(new, old) if is_figure else None
            known = reference.name
            proposal.agrees = max(equal, ranks or 0.0) >= SAME_FIGURES
            if equal >= 0.5:
                proposal.agreement = say("judging.values_are_the_same", percent=100 * equal, known=known)
            elif ranks is not None:
                proposal.agreement = say("judging.ranks_correlate", ranks=ranks, known=known, rows=sum(both))


def _mended(match: Match, proposals: Iterable[Proposal]) -> Match:
    """Return the match with the proposed lines in its table, as if `columns.csv` had them."""
    headers = {p.canonical: Header(text=p.header, layout=match.spec.layout) for p in proposals}
    columns = [
        c.model_copy(update={"headers": [*c.headers, headers[c.name]]}) if c.name in headers else c
        for c in match.table.columns
    ]
    return replace(match, table=match.table.model_copy(update={"columns": columns}))
