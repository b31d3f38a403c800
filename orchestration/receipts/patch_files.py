"""The proposed lines of a refresh as files beside its receipt: one a source, to review and to paste.

Holds their names and layout. What is proposed is found in `conforming.patches`; `observatory check
--accept` writes it to the source's contract.
"""

from __future__ import annotations

from orchestration.base.messages import Message, say
from orchestration.receipts.sentences import both
from orchestration.records.outcome import FileOutcome, RefreshOutcome


def patch_name(outcome: RefreshOutcome, file: FileOutcome) -> str | None:
    """Return the name of the file with the lines proposed for `file`, relative to the receipt; None without any."""
    return f"{outcome.run_id}.patches/{file.source}.columns.csv" if file.patch and outcome.has_receipt else None


def patch_files(outcome: RefreshOutcome) -> dict[str, str]:
    """Return the text of every such file by its name, relative to the receipt.

    Lines that several files ask for stand once, below all of them. Comments may be pasted along: `columns.csv`
    ignores lines that begin with `#`.
    """
    found: dict[str, list[FileOutcome]] = {}
    for file in outcome.sources:
        name = patch_name(outcome, file)
        if name:
            found.setdefault(name, []).append(file)
    return {name: _text(files) for name, files in found.items()}


def _text(files: list[FileOutcome]) -> str:
    first = files[0]
    assert first.patch is not None
    command = f"observatory check {first.source} {first.file} --vintage {first.vintage} --accept"
    lines = _in_both(say("receipts.patch_head", file=first.patch.columns_file, command=command))
    asked: dict[str, list[str]] = {}
    for file in files:
        for proposal in file.patch.proposals if file.patch else []:
            asked.setdefault(proposal.line, []).extend(
                _in_both(
                    say(
                        "receipts.patch_evidence",
                        vintage=file.vintage,
                        file=file.file,
                        published=proposal.published,
                        column=proposal.canonical,
                        evidence=proposal.evidence,
                    )
                )
            )
    for line, evidence in asked.items():
        lines += ["#", *evidence, line]
    return "\n".join(lines) + "\n"


def _in_both(message: Message) -> list[str]:
    return list(both(message).values())
