"""Documents as rows of text: pages of a PDF, the workbook of the voluntary standard, each with the evidence found in it.

Evidence is made here, once for each document under one contract and one state of the code: it stands in the lake beside
what it was found in, and models only unfold it. What is found is the business of `filings`.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orchestration import filings, reading
from orchestration.base.messages import Refusal, say
from orchestration.landing import Landed
from orchestration.reading.refusing import AGAIN

# a title of courtesy and the name behind it: quotes are published, people are not
_PERSON = re.compile(
    r"\b(?:M\.|MM\.|Mme|Mmes|Mlle|Monsieur|Madame|Mr\.?|Mrs\.?|Ms\.?|Dr\.?)\s+(?:[A-ZÀ-Ý][\w’'.-]*\s?(?:d[eu]s?\s|van\s|von\s)?){1,4}"
)


def pages(landed: Landed) -> reading.RawTable:
    """Return a PDF as rows: filing, file, page (1 = first page of the file), text, evidence (JSON)."""
    document = reading.read_pdf(landed.path, name=landed.name)
    found = filings.read_document(landed.path, name=landed.name)
    evidence = _by_page(found, len(document.pages))
    numbers = range(1, len(document.pages) + 1)
    return _table(
        landed,
        ["filing_id", "file_name", "page", "text", "evidence"],
        [[_filing(landed), landed.name, str(n), t, evidence[n]] for n, t in zip(numbers, document.pages, strict=True)],
    )


def workbook(landed: Landed) -> reading.RawTable:
    """Return a workbook of the voluntary standard as one row. Refuses one that is no filled-in template."""
    found = filings.read_document(landed.path, name=landed.name)
    if found.kind != "workbook" or "not_a_template" in found.marks:
        raise Refusal(say("judging.no_template", file=landed.name), AGAIN, kind="form")
    named = found.named
    year = str(found.fiscal_year) if found.fiscal_year else ""
    row = [
        _filing(landed),
        landed.name,
        named.get("company", ""),
        named.get("identifier", ""),
        named.get("scheme", ""),
        year,
        named.get("version") or named.get("template", ""),
        _by_page(found, 1)[1],
    ]
    header = [
        "filing_id",
        "file_name",
        "company_name",
        "identifier",
        "identifier_scheme",
        "fiscal_year",
        "template",
        "evidence",
    ]
    return _table(landed, header, [row])


def _filing(landed: Landed) -> str:
    return f"{landed.vintage}/{Path(landed.name).stem}"


def _table(landed: Landed, header: list[str], rows: list[list[str]]) -> reading.RawTable:
    return reading.RawTable(
        header=header,
        rows=rows,
        lines=list(range(1, len(rows) + 1)),
        file=landed.name,
        sheet=None,
        header_line=0,
        encoding=None,
        delimiter=None,
        numeric_cells=True,
        adaptations=[],
    )


def _by_page(found: filings.Reading, count: int) -> dict[int, str]:
    """Return the evidence of each page as a JSON list; what belongs to no page stands with the first."""
    items: dict[int, list[dict[str, Any]]] = {n: [] for n in range(1, count + 1)}
    for kind, rows in (("mention", found.mentions), ("metric", found.metrics), ("silence", found.silences)):
        for row in rows:
            page = row.page if row.page in items else 1
            items[page].append({"kind": kind, **{k: _said(v) for k, v in asdict(row).items()}})
    items[1].append({"kind": "reading", "fiscal_year": found.fiscal_year, "marks": ",".join(found.marks)})
    return {page: json.dumps(held, ensure_ascii=False) for page, held in items.items()}


def _said(value: Any) -> Any:
    return _PERSON.sub("[…] ", value) if isinstance(value, str) else value
