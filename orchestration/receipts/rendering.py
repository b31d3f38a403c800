"""The texts that lie in every edition: `receipt.json`, `receipt.md` and its translation, lines proposed for contracts.

Holds their names. What is in them belongs to `as_json` and `as_markdown`; where they are written
belongs to `editions` and `publish`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orchestration.base.messages import Language
from orchestration.base.showing import in_json
from orchestration.catalog.models import Source
from orchestration.receipts.as_json import to_json
from orchestration.receipts.as_markdown import to_markdown
from orchestration.receipts.patch_files import patch_files
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from orchestration.editions.comparing import Comparison


def render(
    outcome: RefreshOutcome,
    catalogue: dict[str, Source],
    comparison: Comparison | None = None,
    language: Language = "fr",
) -> dict[str, str]:
    """Return the receipt's texts by file name: `receipt.json`, `receipt.md`, the other language, `<run>.patches/…`.

    `receipt.md` is in `language`, the language of the home; `receipt.en.md` (or `receipt.fr.md`) says the same.
    """
    other: Language = "en" if language == "fr" else "fr"
    document = in_json(json.dumps(to_json(outcome, language), ensure_ascii=False, indent=2))
    return {
        "receipt.json": document + "\n",
        "receipt.md": to_markdown(outcome, catalogue, comparison, language),
        f"receipt.{other}.md": to_markdown(outcome, catalogue, comparison, other),
        **patch_files(outcome),
    }
