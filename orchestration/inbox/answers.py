"""What the team reads beside the file it dropped: `<name>.accepted.md` or `<name>.refused.md`.

French first, English below. Each says what the file was taken for and why, what became of its rows,
what changed for readers, and what to do. Words that only a technician knows do not belong here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from orchestration.catalog.models import Source
from orchestration.inbox.recognise import Recognition
from orchestration.messages import Language, Message
from orchestration.receipts.moves import moves
from orchestration.receipts.wording import count, listed, moment
from orchestration.records import RefreshOutcome
from orchestration.templates import template_name

if TYPE_CHECKING:
    from orchestration.editions import Comparison, Edition
    from orchestration.inbox.trial import Trial

ROWS_NAMED = 20
INDICATORS_NAMED = 8
MOVES_NAMED = 5
# the figures are told one by one above; how sources stand, and the ledger, change with every delivery
_TOLD_ELSEWHERE = ("fct_indicator_value", "mart_edition_change", "mart_source_health")
# How an answer says whose it is: a process that died after writing it need not write it again.
_MARK = "<!-- sha256:{digest} -->"


@dataclass
class Story:
    """Everything that an answer tells of. What did not come to pass stays None."""

    name: str
    digest: str
    when: datetime
    accepted: bool
    kept_at: str | None
    source: Source | None = None
    found: Recognition | None = None
    trial: "Trial | None" = None
    outcome: RefreshOutcome | None = None
    state: str = ""
    reason: Message | None = None
    action: Message | None = None
    comparison: "Comparison | None" = None
    tables: list[tuple[str, int | None, int | None]] = field(default_factory=list)
    taken_as: str | None = None


def mark(digest: str) -> str:
    """Return the line by which an answer to just these bytes is known."""
    return _MARK.format(digest=digest)


def render(story: Story) -> str:
    """Return the answer as Markdown, in French and below it in English."""
    parts = ["\n".join(_page(story, language)).strip() for language in ("fr", "en")]
    return mark(story.digest) + "\n" + "\n\n---\n\n".join(parts) + "\n"


def headline(story: Story) -> Message:
    """Return the answer in one sentence."""
    if not story.accepted:
        if story.found is None and story.source is None:
            return Message(
                fr="Votre fichier n'a pas été pris : l'observatoire n'a pas pu le lire.",
                en="Your file was not taken: the observatory could not read it.",
            )
        if story.source is None:
            return Message(
                fr="Votre fichier n'a pas été pris : l'observatoire ne sait pas de quel jeu de données il s'agit.",
                en="Your file was not taken: the observatory does not know which dataset it is.",
            )
        return Message(
            fr="Votre fichier n'a pas été pris ; les chiffres publiés restent ceux d'avant.",
            en="Your file was not taken; the published figures stay as they were.",
        )
    if story.state == "unchanged":
        return Message(
            fr="Votre fichier était déjà pris, à l'identique : rien n'a changé.",
            en="Your file had been taken already, byte for byte: nothing changed.",
        )
    versus = story.trial.versus if story.trial else None
    lost = len(story.trial.rejected) if story.trial else 0
    if versus is not None and not (versus.added or versus.changed or versus.removed or lost):
        return Message(
            fr="Votre fichier a été pris ; il dit la même chose que l'envoi en service.",
            en="Your file was taken; it says the same as the delivery in service.",
        )
    if lost:
        return Message(
            fr=f"Votre fichier a été pris, sauf {count(lost, 'ligne', 'lignes')} à corriger.",
            en=f"Your file was taken, except for {count(lost, 'line', 'lines', 'en')} to correct.",
        )
    return Message(fr="Votre fichier a été pris en entier.", en="Your file was taken as a whole.")


def _page(story: Story, language: Language) -> list[str]:
    fr = language == "fr"
    lines = [
        f"# {'Réponse à' if fr else 'Answer to'} {_quoted(story.name, language)}", "",
        f"**{headline(story).text(language)}**", "",
        f"{'Le' if fr else 'On'} {moment(story.when, language)}.", "",
    ]
    lines += _recognised(story, language)
    if not story.accepted:
        lines += _why(story, language)
    lines += _rows(story, language)
    if story.accepted:
        lines += _figures(story, language)
    return lines + _to_do(story, language)


def _recognised(story: Story, language: Language) -> list[str]:
    fr, found, source = language == "fr", story.found, story.source
    lines = ["## Ce que l'observatoire a reconnu" if fr else "## What the observatory recognised", ""]
    if found is None:
        return []
    if source is None or found.table is None:
        lines += [_sentence(found.evidence.text(language)), ""]
        near = [c for c in found.candidates if c.known]
        if near:
            lines += ["Les jeux de données les plus proches :" if fr else "The nearest datasets:", ""]
            for c in near:
                lacks = ", ".join(_quoted(_header_text(m, language), language) for m in c.missing[:8])
                told = (
                    f"{count(c.known, 'en-tête reconnu', 'en-têtes reconnus')} sur {c.named}"
                    + (f" ; il manque {lacks}" if lacks else "")
                    if fr
                    else f"{count(c.known, 'header', 'headers', 'en')} of {c.named} known" + (f"; lacking {lacks}" if lacks else "")
                )
                lines.append(f"- {_quoted(c.title.text(language), language)} (`{c.source_id}`) : {told}" if fr else f"- {_quoted(c.title.text(language), language)} (`{c.source_id}`): {told}")
            lines.append("")
        elif found.raw is not None:
            lines += [
                "Aucun de ces en-têtes n'est connu : ce n'est sans doute pas un fichier de l'observatoire." if fr
                else "None of these headers is known: it is probably no file of the observatory.", "",
            ]
        return lines
    table = source.tables[found.table]
    colon = " :" if fr else ":"
    lines += [
        f"- {'Jeu de données' if fr else 'Dataset'}{colon} {source.title.message.text(language)}",
        f"- {'Contenu' if fr else 'Content'}{colon} {table.description.message.text(language)}",
        f"- {'À quoi' if fr else 'By what'}{colon} {found.evidence.text(language)}.",
    ]
    if found.vintage and found.dated_by:
        lines.append(f"- {'Millésime' if fr else 'Vintage'}{colon} {found.vintage} ({found.dated_by.text(language)})")
    return [*lines, ""]


def _why(story: Story, language: Language) -> list[str]:
    # a file that is not recognised has had its reason above
    if story.reason is None or (story.source is None and story.found is not None):
        return []
    title = "## Pourquoi il n'a pas été pris" if language == "fr" else "## Why it was not taken"
    told = story.reason.text(language)
    if story.taken_as:
        # the name that it would have been kept under says nothing to those who dropped it
        told = told.replace(story.taken_as, _quoted(story.name, language), 1)
    return [title, "", _sentence(_in_headers(story, told)), ""]


def _rows(story: Story, language: Language) -> list[str]:
    trial, fr = story.trial, language == "fr"
    if trial is None:
        return []
    lines = ["## Les lignes" if fr else "## The lines", ""]
    kept, lost = trial.rows_kept, len(trial.rejected)
    if fr:
        lines.append(
            f"{count(trial.rows_read, 'ligne lue', 'lignes lues')}, {count(kept, 'gardée', 'gardées')}, {count(lost, 'écartée', 'écartées')}."
        )
    else:
        lines.append(f"{count(trial.rows_read, 'line', 'lines', 'en')} read, {kept} kept, {lost} left out.")
    lines.append("")
    # each line to correct first, then what had drifted and was read all the same
    for bad in trial.rejected[:ROWS_NAMED]:
        header = _header(story, bad.column)
        where = (f"ligne {bad.line}" if fr else f"line {bad.line}") + (
            (f", colonne {_quoted(header, language)}" if fr else f", column {_quoted(header, language)}") if header else ""
        )
        lines.append(f"- {where}{' :' if fr else ':'} {_in_headers(story, bad.why.text(language))}")
    if lost > ROWS_NAMED:
        lines.append(f"- … {'et' if fr else 'and'} {lost - ROWS_NAMED} {'autres' if fr else 'more'}")
    for note in trial.notes:
        lines.append(f"- {'Pour information :' if fr else 'For your information:'} {_in_headers(story, note.text(language))}")
    if trial.rejected or trial.notes:
        lines.append("")
    return lines


def _figures(story: Story, language: Language) -> list[str]:
    fr, outcome = language == "fr", story.outcome
    lines = ["## Ce qui change" if fr else "## What changes", ""]
    versus = story.trial.versus if story.trial else None
    if versus is not None:
        lines.append(
            f"- Par rapport à l'envoi en service ({versus.vintage}) : {count(versus.added, 'ligne ajoutée', 'lignes ajoutées')}, "
            f"{count(versus.changed, 'modifiée', 'modifiées')}, {count(versus.removed, 'retirée', 'retirées')}."
            if fr
            else f"- Against the delivery in service ({versus.vintage}): {count(versus.added, 'line', 'lines', 'en')} added, "
            f"{versus.changed} changed, {versus.removed} removed."
        )
    comparison = story.comparison
    if comparison is not None and comparison.before is None:
        lines.append(
            f"- C'est la première édition : {count(comparison.new, 'chiffre', 'chiffres')} d'indicateurs." if fr
            else f"- It is the first edition: {count(comparison.new, 'figure', 'figures', 'en')} of indicators."
        )
    elif comparison is None or comparison.is_same:
        lines.append("- Aucun chiffre d'indicateur n'a changé." if fr else "- No indicator's figure changed.")
    else:
        lines.append(
            f"- Chiffres d'indicateurs (nouveaux / révisés / disparus) : {count(comparison.new, 'nouveau', 'nouveaux')}, "
            f"{count(comparison.revised, 'révisé', 'révisés')}, {count(comparison.removed, 'disparu', 'disparus')}."
            if fr
            else f"- Indicators' figures (new / revised / gone): {comparison.new} new, {comparison.revised} revised, {comparison.removed} gone."
        )
        for i in comparison.by_indicator[:INDICATORS_NAMED]:
            lines.append(
                f"  - {i.indicator.fr} : {i.new} / {i.revised} / {i.removed}" if fr else f"  - {i.indicator.en}: {i.new} / {i.revised} / {i.removed}"
            )
        for m in moves(comparison, language)[:MOVES_NAMED]:
            lines.append(f"  - {m.indicator}, {m.place}, {m.period}{' :' if fr else ':'} {m.old} → {m.new}")
        for g in comparison.gone[:MOVES_NAMED]:
            where = f"{', '.join(g.places)}{'…' if g.territories > len(g.places) else ''}, {listed(g.periods, language)}"
            lines.append(
                f"  - {g.indicator.fr} : {count(g.figures, 'valeur que les lecteurs ne voient plus', 'valeurs que les lecteurs ne voient plus')} ({where})"
                if fr else f"  - {g.indicator.en}: {count(g.figures, 'value that readers no longer see', 'values that readers no longer see', 'en')} ({where})"
            )
        for o in comparison.older:
            lines.append(
                f"  - {count(o.figures, 'valeur vient', 'valeurs viennent')} maintenant du millésime {o.after} au lieu de {o.before}" if fr
                else f"  - {count(o.figures, 'value comes', 'values come', 'en')} from vintage {o.after} now instead of {o.before}"
            )
    for name, before, after in story.tables:
        if name in _TOLD_ELSEWHERE:
            continue
        words = (
            f"table `{name}`, {_rows_of(before, fr)} → {_rows_of(after, fr)}" if before != after else
            (f"table `{name}`, contenu modifié ({_rows_of(after, fr)})" if fr else f"table `{name}`, other content ({_rows_of(after, fr)})")
        )
        lines.append(f"- {words[0].upper()}{words[1:]}.")
    if outcome is not None and outcome.published:
        lines.append(
            f"- Les lecteurs voient l'édition `{outcome.edition}`." if fr else f"- Readers see edition `{outcome.edition}`."
        )
    elif outcome is not None and outcome.edition:
        lines.append(
            f"- L'édition `{outcome.edition}` reste en service." if fr else f"- Edition `{outcome.edition}` stays in service."
        )
    if story.trial and story.trial.newer and story.found:
        newer = story.trial.newer
        lines.append(
            f"- Attention : un envoi plus récent ({newer}) est déjà en service ; pour les lignes qu'il donne aussi, c'est lui qui compte."
            if fr
            else f"- Beware: a newer delivery ({newer}) is in service already; for the lines that it gives too, it counts."
        )
    return [*lines, ""]


def _to_do(story: Story, language: Language) -> list[str]:
    fr = language == "fr"
    lines = ["## À faire" if fr else "## What to do", ""]
    rejected = story.trial.rejected if story.trial else []
    if story.accepted and not rejected:
        lines.append("Rien." if fr else "Nothing.")
    elif story.accepted:
        numbers = ", ".join(str(r.line) for r in rejected[:ROWS_NAMED])
        lines.append(
            f"Corriger dans votre fichier {'la ligne' if len(rejected) == 1 else 'les lignes'} {numbers}, puis déposer de nouveau le fichier entier : il remplacera celui-ci."
            if fr
            else f"Correct {'line' if len(rejected) == 1 else 'lines'} {numbers} in your file, then drop the whole file again: it replaces this one."
        )
    elif story.action is not None:
        lines.append(_sentence(_in_headers(story, story.action.text(language))))
    if not story.accepted and story.source is not None and story.source.role == "team" and story.found and story.found.table:
        if any(s.format == "table" for s in story.source.tables[story.found.table].files):
            name = template_name(story.source, story.found.table)
            lines.append("")
            lines.append(
                f"Le modèle `{name}` a les bonnes colonnes, les listes et un mode d'emploi." if fr
                else f"The template `{name}` has the right columns, the lists and a legend."
            )
    if story.kept_at:
        lines += ["", (f"Votre fichier est rangé dans `{story.kept_at}` ; rien n'est perdu." if fr else f"Your file is kept in `{story.kept_at}`; nothing is lost.")]
    return lines


# small helpers ------------------------------------------------------------------------------------


def _quoted(text: str, language: Language) -> str:
    return f"« {text} »" if language == "fr" else f"'{text}'"


def _sentence(text: str) -> str:
    # headers and cells of a stranger's file stand in it: one line, and no markup
    text = re.sub(r"[ \t\r\n]+", " ", text).strip().replace("<", "‹").replace("`", "'")
    # a file's name at the beginning keeps its letters
    text = text if re.match(r"\S+\.\w{2,4}\b", text) else text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def _header_text(header: str, language: Language) -> str:
    """Return a known header as a person meets it: `ptot_{yyyy}` → `ptot_(année)`."""
    return re.sub(r"\{y+\}", "(année)" if language == "fr" else "(year)", header)


def _rows_of(number: int | None, fr: bool) -> str:
    if number is None:
        return "absente" if fr else "absent"
    return count(number, "ligne", "lignes") if fr else count(number, "row", "rows", "en")


def _header(story: Story, column: str) -> str | None:
    """Return the header that the team knows, for a canonical column; None for a rule."""
    if story.source is None or story.found is None or story.found.table is None:
        return None
    for known in story.source.tables[story.found.table].columns:
        if known.name == column:
            return known.headers[0].text if known.headers else column
    return None


def _in_headers(story: Story, text: str) -> str:
    """Return a sentence of another room with the columns' headers instead of their names in the lake."""
    if story.source is None or story.found is None or story.found.table is None:
        return text
    for column in story.source.tables[story.found.table].columns:
        if column.headers:
            text = text.replace(f"« {column.name} »", f"« {column.headers[0].text} »")
            text = text.replace(f"'{column.name}'", f"'{column.headers[0].text}'")
    return text


def table_changes(before: "Edition | None", after: "Edition | None") -> list[tuple[str, int | None, int | None]]:
    """Return (table, rows before, rows after) of the published tables whose content differs."""
    old = {t.name: t for t in before.tables} if before else {}
    new = {t.name: t for t in after.tables} if after else {}
    names = [n for n in [*new, *(n for n in old if n not in new)]]
    return [
        (n, old[n].rows if n in old else None, new[n].rows if n in new else None)
        for n in names if n not in old or n not in new or old[n].sha256 != new[n].sha256
    ]
