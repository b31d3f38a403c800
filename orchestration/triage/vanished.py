"""Are the places that were known still there?

One question, asked of every table with a key. What their values say belongs to `continuity`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.catalog.models import Table
from orchestration.messages import Message, Refusal

if TYPE_CHECKING:
    import pandas as pd

BETWEEN_YEARS = 0.65


def check_vanished(
    table: Table, frame: "pd.DataFrame", baseline: "pd.DataFrame | None", *, file_name: str, baseline_name: str, same_vintage: bool
) -> None:
    """Compare the places of `frame` with those of `baseline`: how many are gone?

    A file cut at a line border is whole in every line; it shows only here. Within one vintage, or
    against the shipped extract, the source's budget applies; between two years territories are really
    redrawn (59.6 % of the EPCIs of 2015 are gone in 2016's file), so only a greater loss stops a file.
    Raises Refusal with the share and three examples.
    """
    if baseline is None:
        return
    places = [n for n in table.key if n not in ("year", "period")]
    if not places:
        return
    before = baseline[places].drop_duplicates()
    now = frame[places].drop_duplicates()
    if "territory_level" in places:
        before = before[before["territory_level"].isin(set(now["territory_level"]))]
    if before.empty:
        return
    gone = before.merge(now, on=places, how="left", indicator=True)
    lost = gone[gone["_merge"] == "left_only"]
    share = len(lost) / len(before)
    national = len(now) >= 10 * len(before)
    budget = table.budgets.vanished_share if same_vintage or national else max(BETWEEN_YEARS, table.budgets.vanished_share)
    if share <= budget:
        return
    examples = ", ".join(str(v) for v in lost[places[-1]].head(3))
    raise Refusal(
        Message(
            fr=f"{file_name} : {len(lost)} territoires ou unités sur {len(before)} connus de {baseline_name} ont disparu ({examples}…), {100 * budget:.0f} % au plus sont admis : fichier coupé ?",
            en=f"{file_name}: {len(lost)} of {len(before)} places or units known from {baseline_name} are gone ({examples}…), {100 * budget:.0f}% at most are allowed: a truncated file?",
        ),
        Message(
            fr="Télécharger de nouveau le fichier entier et comparer sa taille avec celle qu'annonce l'éditeur.",
            en="Download the whole file again and compare its size with the one that the publisher announces.",
        ),
        kind="vanished",
    )
