"""The halves of the blind reports that may be read: what was mended on them stays so. What they measure stands in the docs."""

from __future__ import annotations

from collections import Counter

import pypdfium2
import pytest

from bench.filings_blind.__main__ import draw, judged, snippets
from orchestration.filings.pdf import read_pdf


@pytest.mark.parametrize("half", ["A", "C"])
def test_nothing_on_a_readable_half_is_told_wrongly_and_most_is_told(tmp_path, half):
    counts, wrong = Counter(), []
    for snippet in snippets(half):
        document = pypdfium2.PdfDocument(draw(snippet, tmp_path / "report.pdf"))
        for metric_id, outcome, value in judged(snippet, read_pdf(document)):
            counts[outcome] += 1
            if outcome in ("wrong", "invented"):
                wrong.append((snippet["id"], metric_id, value))
        document.close()
    assert wrong == []
    assert counts["right"] >= 0.9 * (counts["right"] + counts["silent"])
