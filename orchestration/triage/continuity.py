"""Does the file agree with what is already known of the same places?

Compares each measured column with the nearest vintage at hand, territory by territory. Three faults
leave every value possible and the file readable, and show only here: a unit changed by 10, 100 or
1,000; two columns exchanged; values moved by a row against their codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.catalog.models import Table
from orchestration.messages import Message, Refusal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FEWEST = 5
UNIT_FACTOR = 5.0
SHIFT_ROWS = 12
PERIODS = {"year", "period"}


def check_continuity(
    table: Table, frame: "pd.DataFrame", baseline: "pd.DataFrame | None", *, file_name: str, baseline_name: str
) -> None:
    """Compare `frame` with `baseline`, an earlier conformed table of the same places.

    Only columns of type number or integer outside the key are compared, over the places that both
    tables hold (at least five). Raises Refusal with the figures that decided.
    """
    if baseline is None or frame.empty or baseline.empty:
        return
    places = [n for n in table.key if n not in PERIODS]
    measures = [c.name for c in table.columns if c.type in ("integer", "number") and not c.key]
    if not places or not measures:
        return
    joined = _newest(frame, table, places, measures).merge(
        _newest(baseline, table, places, measures), on=places, suffixes=("", "__old"), sort=False
    ).sort_values("_row")
    if len(joined) < FEWEST:
        return
    new = {m: joined[m].to_numpy(dtype="float64", na_value=float("nan")) for m in measures}
    old = {m: joined[m + "__old"].to_numpy(dtype="float64", na_value=float("nan")) for m in measures}
    _units(new, old, file_name, baseline_name)
    _exchanged(new, old, file_name, baseline_name)
    _shifted(new, old, file_name, baseline_name)


def _newest(frame: "pd.DataFrame", table: Table, places: list[str], measures: list[str]) -> "pd.DataFrame":
    kept = frame[places + [m for m in measures] + [p for p in table.key if p in PERIODS] + ["_row"]]
    periods = [p for p in table.key if p in PERIODS]
    if periods:
        kept = kept.sort_values(periods, kind="stable").drop_duplicates(subset=places, keep="last")
    return kept.drop_duplicates(subset=places, keep=False)


def _units(new: "dict[str, np.ndarray]", old: "dict[str, np.ndarray]", file_name: str, baseline_name: str) -> None:
    import numpy as np

    for name in new:
        both = (np.abs(new[name]) > 0) & (np.abs(old[name]) > 0)
        if both.sum() < FEWEST:
            continue
        ratio = float(np.median(np.abs(new[name][both] / old[name][both])))
        if UNIT_FACTOR > ratio > 1 / UNIT_FACTOR:
            continue
        before, after = float(np.median(old[name][both])), float(np.median(new[name][both]))
        raise Refusal(
            Message(
                fr=f"{file_name} : la colonne « {name} » vaut {ratio:.3g} fois celle de {baseline_name} "
                f"(médiane {before:.4g} avant, {after:.4g} maintenant, {int(both.sum())} territoires) : l'unité a changé, ou la colonne n'est pas la bonne.",
                en=f"{file_name}: column '{name}' is {ratio:.3g} times that of {baseline_name} "
                f"(median {before:.4g} before, {after:.4g} now, {int(both.sum())} territories): the unit changed, or it is another column.",
            ),
            Message(
                fr="Lire la note de l'éditeur sur l'unité de cette colonne avant d'accepter le fichier.",
                en="Read the publisher's note on this column's unit before accepting the file.",
            ),
            kind="unit",
        )


def _exchanged(new: "dict[str, np.ndarray]", old: "dict[str, np.ndarray]", file_name: str, baseline_name: str) -> None:
    import numpy as np

    def distance(a: "np.ndarray", b: "np.ndarray") -> float:
        good = ~(np.isnan(a) | np.isnan(b))
        if good.sum() < FEWEST:
            return float("nan")
        scale = np.maximum(np.abs(b[good]), 1e-9)
        return float(np.median(np.abs(a[good] - b[good]) / scale))

    own = {n: distance(new[n], old[n]) for n in new}
    suspects = [n for n in new if own[n] > 0.05]
    for i, first in enumerate(suspects):
        for second in suspects[i + 1 :]:
            one, two = distance(new[first], old[second]), distance(new[second], old[first])
            if one < 0.5 * own[first] and two < 0.5 * own[second]:
                raise Refusal(
                    Message(
                        fr=f"{file_name} : les colonnes « {first} » et « {second} » semblent échangées : "
                        f"chacune suit l'autre colonne de {baseline_name} (écart {100 * one:.1f} % et {100 * two:.1f} %) mieux que la sienne ({100 * own[first]:.1f} % et {100 * own[second]:.1f} %).",
                        en=f"{file_name}: columns '{first}' and '{second}' seem exchanged: "
                        f"each follows the other column of {baseline_name} ({100 * one:.1f}% and {100 * two:.1f}% apart) better than its own ({100 * own[first]:.1f}% and {100 * own[second]:.1f}%).",
                    ),
                    Message(
                        fr="Redemander le fichier à son éditeur ; ne pas échanger les colonnes à la main.",
                        en="Ask the publisher for the file again; do not exchange the columns by hand.",
                    ),
                    kind="exchanged",
                )


def _shifted(new: "dict[str, np.ndarray]", old: "dict[str, np.ndarray]", file_name: str, baseline_name: str) -> None:
    """Values one or two rows off their codes: the shifted column follows the old one far better."""
    import numpy as np

    def likeness(a: "np.ndarray", b: "np.ndarray") -> float:
        good = ~(np.isnan(a) | np.isnan(b))
        if good.sum() < SHIFT_ROWS or np.ptp(a[good]) == 0 or np.ptp(b[good]) == 0:
            return float("nan")
        ranks = [np.argsort(np.argsort(x[good])) for x in (a, b)]
        return float(np.corrcoef(*ranks)[0, 1])

    for name in new:
        straight = likeness(new[name], old[name])
        if not straight < 0.6:
            continue
        for rows in (-2, -1, 1, 2):
            moved = likeness(np.roll(new[name], rows), old[name])
            if moved > max(0.8, straight + 0.3):
                raise Refusal(
                    Message(
                        fr=f"{file_name} : les valeurs de « {name} » sont décalées de {abs(rows)} ligne(s) par rapport aux codes "
                        f"(ressemblance avec {baseline_name} : {straight:.2f} en l'état, {moved:.2f} une fois remises en place).",
                        en=f"{file_name}: the values of '{name}' are {abs(rows)} row(s) off their codes "
                        f"(likeness with {baseline_name}: {straight:.2f} as it is, {moved:.2f} once moved back).",
                    ),
                    Message(
                        fr="Redemander le fichier à son éditeur.", en="Ask the publisher for the file again.",
                    ),
                    kind="shifted",
                )
