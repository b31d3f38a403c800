"""The last step of a refresh: does anything block, what do readers get, what do people read about it.

Order matters: the edition is complete on disk, its receipts included, before it is swapped in; the
lake's register follows it. A process killed between the two leaves a published edition and an older
register, and the next refresh settles that by itself.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import editions, receipts
from orchestration.base.duck import connect
from orchestration.base.messages import Message
from orchestration.base.settings import code_version
from orchestration.health.status import STATES
from orchestration.quality.remembered import remember_checks
from orchestration.receipts.wording import listed
from orchestration.records.outcome import FileOutcome, RefreshOutcome

if TYPE_CHECKING:
    from orchestration.refresh.run import Refresh

log = logging.getLogger("observatory")
FIGURES = "fct_indicator_value"
KEY = ("indicator_id", "territory_level", "territory_code", "period", "breakdown")
# the same as in editions.comparing and mart_edition_change: what is no revision there is no news here
NOISE = 1e-9
HEALTH = "mart_source_health"
LEDGER = "mart_edition_change"


def publish(refresh: Refresh) -> RefreshOutcome:
    """Publish what `refresh` built, unless a blocking check failed or readers have just that already.

    Returns the outcome with its exit code: 0, 3 (a source was refused), 4 (nothing published).
    """
    if refresh.unjudged:
        # an order that nobody fetched would be a table that nobody judged
        raise RuntimeError(f"ordered from the expectation suites and never judged: {', '.join(refresh.unjudged)}")
    blocking = [c for c in refresh.checks if not c.passed and c.severity == "error"]
    if blocking:
        return block(refresh, [c.message for c in blocking])
    try:
        return _publish(refresh)
    except editions.EditionError as error:
        return block(refresh, [error.reason], error.action)


def _publish(refresh: Refresh) -> RefreshOutcome:
    home = refresh.settings.home
    assert refresh.built is not None and refresh.edition_id is not None, "build() comes first"
    before = editions.current(home)
    edition_id = refresh.edition_id
    outcome = refresh.outcome(edition=edition_id, published=True)
    built = editions.build(refresh.built.warehouse, home, edition_id, outcome, inputs_of(refresh), code_version())
    held = [source_id for source_id, state in refresh.states.items() if state.vintages()]
    home_says = editions.home_figures(refresh.built.warehouse, before.path if before else None, held)
    refresh.register.published = {"basis": refresh.basis(), "edition": edition_id}
    if before and says_the_same(before, built):
        editions.discard(built)
        refresh.register.published["edition"] = before.edition_id
        refresh.lake.commit(refresh.register)
        comparison = editions.compare(before.path, before.path)
        outcome = refresh.outcome(
            edition=before.edition_id,
            published=False,
            note=Message(
                fr="Les fichiers ont été relus ; les chiffres sont les mêmes, l'édition publiée reste.",
                en="The files were read again; the figures are the same, the published edition stays.",
            ),
        ).model_copy(update={"home": home_says})
        keep_receipts(refresh, outcome, comparison)
        return outcome
    comparison = editions.compare(before.path if before else None, built.path)
    refresh.comparison = comparison
    notes = [refresh.ledger.note] if refresh.ledger and refresh.ledger.note else []
    notes += _gave_nothing(outcome)
    if before and comparison.is_same:
        notes += _news_of_sources(refresh, before, built)
    outcome = outcome.model_copy(
        update={"tables": built.tables, "home": home_says, "note": Message.join(notes, separator=" ")}
    )
    texts = receipts.render(outcome, refresh.catalogue, comparison, refresh.settings.language)
    editions.publish(built, texts)
    refresh.lake.commit(refresh.register)
    keep_receipts(refresh, outcome, comparison)
    log.info(
        "%s",
        Message(fr=f"édition {edition_id} publiée", en=f"edition {edition_id} published").text(
            refresh.settings.language
        ),
    )
    return outcome


def _gave_nothing(outcome: RefreshOutcome) -> list[Message]:
    """Return why addresses or files gave nothing where nothing was known before: each cause once, with its sources.

    Offline, `--from live --only SOURCE` publishes what the extracts allow; that the host cannot be reached must not
    be found out from a list of sources without a file. Nor that one half of Sirene's stock counts nobody.
    """
    sources: dict[Message, list[str]] = {}
    for file in outcome.sources:
        if file.state == "missing" and file.origin and file.reason:
            found = sources.setdefault(file.reason, [])
            found += [file.source] if file.source not in found else []
    return [
        Message(fr=f"{listed(names, 'fr')} : {why.fr.rstrip('.')}.", en=f"{listed(names, 'en')}: {why.en.rstrip('.')}.")
        for why, names in sources.items()
    ]


def says_the_same(before: editions.Edition, built: editions.BuiltEdition) -> bool:
    """Return whether readers would learn nothing from the new edition.

    When we last looked at a publisher changes at every refresh and is no news. That a source became due or
    late, was refused, or came in a newer vintage is: its state stands in `mart_source_health`, and on the
    figures that rest on it. The ledger has no news where the figures have none.
    """
    if not editions.same_as_current(built, ignoring=(HEALTH, LEDGER, FIGURES)):
        return False
    if _states(before.path) != _states(built.path):
        return False
    return editions.same_as_current(built, ignoring=(HEALTH, LEDGER)) or _only_noise(before, built)


def _only_noise(before: editions.Edition, built: editions.BuiltEdition) -> bool:
    """Return whether the figures differ by nothing but the last digits of sums.

    On real files a denominator was 344312.824854577 one time and …578 the next: rounding cannot help at
    the border between two roundings. Only asked where the tables are not the same to the last bit.
    """
    assert before.manifest is not None
    old, new = ({t.name: t.types for t in m.tables}.get(FIGURES) for m in (before.manifest, built.manifest))
    if not new or old != new:
        return False
    same = " AND ".join(
        f"(o.{c} IS NOT DISTINCT FROM n.{c} OR abs(o.{c} - n.{c}) <= {NOISE} * greatest(1, abs(o.{c}), abs(n.{c})))"
        if kind == "DOUBLE"
        else f"o.{c} IS NOT DISTINCT FROM n.{c}"
        for c, kind in new.items()
    )
    paths = [str(folder / "parquet" / f"{FIGURES}.parquet") for folder in (before.path, built.path)]
    with connect() as connection:
        (differ,) = connection.execute(
            f"SELECT count(*) FROM read_parquet(?) AS o FULL JOIN read_parquet(?) AS n USING ({', '.join(KEY)}) "
            f"WHERE NOT coalesce({same}, false)",
            paths,
        ).fetchone()
    return differ == 0


def _states(edition: Path) -> dict[str, tuple] | None:
    path = edition / "parquet" / f"{HEALTH}.parquet"
    if not path.is_file():  # published by a version that had no such table
        return None
    with connect() as connection:
        rows = connection.execute(
            "SELECT source_id, state, vintage, is_sample FROM read_parquet(?) ORDER BY source_id", [str(path)]
        ).fetchall()
    return {source_id: state for source_id, *state in rows}


def _news_of_sources(refresh: Refresh, before: editions.Edition, built: editions.BuiltEdition) -> list[Message]:
    """Return why there is an edition although no figure changed: the sources whose state did, if any."""
    old, new = _states(before.path), _states(built.path)
    if old is None or new is None:
        return []
    told: dict[str, list[str]] = {"fr": [], "en": []}
    for source_id, (state, *_) in new.items():
        was = old.get(source_id, [None])[0]
        if was is None or was == state or source_id not in refresh.catalogue:
            continue
        title = refresh.catalogue[source_id].title
        told["fr"].append(f"{title.fr} ({STATES[was][0]} → {STATES[state][0]})")
        told["en"].append(f"{title.en} ({STATES[was][1]} → {STATES[state][1]})")
    if not told["fr"]:
        return []
    return [
        Message(
            fr=f"Aucun chiffre ne change ; ce qui change est l'état des sources : {listed(told['fr'], 'fr')}.",
            en=f"No figure changes; what changes is how sources stand: {listed(told['en'], 'en')}.",
        )
    ]


def block(refresh: Refresh, reasons: list[Message], action: Message | None = None) -> RefreshOutcome:
    """Publish nothing, say why, write the receipt; return the outcome with exit code 4."""
    joined = Message.join(reasons)
    assert joined is not None
    entries = " ⏎ ".join(refresh.waivable)
    waiver = (
        Message(
            fr=f" Dérogation, si l'anomalie est connue et admise, à faire relire dans waivers.yml : {entries}",
            en=f" Waiver, if the anomaly is known and accepted, to be reviewed in waivers.yml: {entries}",
        )
        if entries
        else Message(fr="", en="")
    )
    edition = refresh.current_edition()
    stays = (
        Message(fr="L'édition précédente reste en service.", en="The previous edition stays in service.")
        if edition
        else Message(fr="Aucune édition n'a encore été publiée ici.", en="No edition has been published here yet.")
    )
    outcome = refresh.outcome(
        edition=edition,
        published=False,
        exit_code=4,
        note=Message(
            fr=f"Rien n'est publié : {joined.fr}",
            en=f"Nothing is published: {joined.en}",
        ),
        action=action
        or Message(
            fr=f"{stays.fr} Transmettre ce compte rendu à l'équipe données.{waiver.fr}",
            en=f"{stays.en} Hand this receipt to the data team.{waiver.en}",
        ),
    )
    keep_receipts(refresh, outcome)
    return outcome


def keep_receipts(refresh: Refresh, outcome: RefreshOutcome, comparison: editions.Comparison | None = None) -> None:
    """Write the receipts of this run below `HOME/receipts/`, whether an edition came of it or not, and keep its checks."""
    folder = refresh.settings.home / "receipts"
    texts = receipts.render(outcome, refresh.catalogue, comparison, refresh.settings.language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            # receipt.md, receipt.en.md: the run's name takes the place of `receipt`
            target = folder / (name if "/" in name else outcome.run_id + name.removeprefix("receipt"))
            target.parent.mkdir(exist_ok=True)
            begun = target.with_name(f".{target.name}")
            begun.write_text(text, encoding="utf-8")
            os.replace(begun, target)
        remember_checks(refresh.settings.home, outcome)
    except OSError as error:
        log.error("the receipt could not be written: %s", error)


def inputs_of(refresh: Refresh) -> list[FileOutcome]:
    """Return every file that the figures rest on, of all sources, not only of those asked for now."""
    inputs = {}
    for source_id, state in sorted(refresh.states.items()):
        for vintages in state.tables.values():
            for vintage, kept in vintages.items():
                for name, part in kept.parts.items():
                    inputs[source_id, vintage, name] = FileOutcome(
                        source=source_id,
                        vintage=vintage,
                        file=name,
                        state="accepted",
                        sha256=part.sha256,
                        bytes=part.bytes,
                        origin=part.origin,
                        channel=part.channel,
                        rows_read=part.rows_read,
                        rows_kept=part.rows_kept,
                        rows_rejected=part.rows_rejected,
                    )
    return [inputs[key] for key in sorted(inputs)]
