"""What the team reads beside the file it dropped: a page (`<name>.pris.html`) and the same as text (`<name>.accepted.md`).

The page is in the home's language, the text in French first, English below. Each says what the file was taken for and why, what became of its rows,
what changed for readers, and what to do. Words that only a technician knows do not belong here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from orchestration.base.messages import Language, Message
from orchestration.catalog.models import Source
from orchestration.conforming.headers import HeaderFinder
from orchestration.inbox.page import as_page
from orchestration.inbox.recognise import Recognition
from orchestration.inbox.shown import FILE_NAME
from orchestration.inbox.templates import template_name
from orchestration.receipts.moves import moves
from orchestration.receipts.wording import count, listed, moment, number, unit
from orchestration.records.outcome import RefreshOutcome

if TYPE_CHECKING:
    from orchestration.conforming.conform import Rejected
    from orchestration.editions import Comparison, Edition
    from orchestration.inbox.shown import Filing, HomeValue, MonitoringFigure
    from orchestration.inbox.trial import Trial

ROWS_NAMED = 20
INDICATORS_NAMED = 8
MOVES_NAMED = 5
# the figures are told one by one above; how sources stand, and the ledger, change with every delivery
_TOLD_ELSEWHERE = ("fct_indicator_value", "mart_edition_change", "mart_observatory_kpi", "mart_source_health")
# How an answer says whose it is: a process that died after writing it need not write it again.
_MARK = "<!-- sha256:{digest} -->"


@dataclass
class Story:
    """Everything that an answer tells of. What did not come to pass stays None.

    `beside`: the other files of the same refresh. `apart`: it was tried without them, as no edition came of all.
    `overtaken_by`: a file of the same kind, or the same document, dropped after it. `held_as`: vintage and name under
    which the same document is there already. `not_dropped`: documents that a register names and that are not there.
    """

    name: str
    digest: str
    when: datetime
    accepted: bool
    kept_at: str | None
    source: Source | None = None
    found: Recognition | None = None
    trial: Trial | None = None
    outcome: RefreshOutcome | None = None
    state: str = ""
    reason: Message | None = None
    action: Message | None = None
    comparison: Comparison | None = None
    tables: list[tuple[str, int | None, int | None]] = field(default_factory=list)
    taken_as: str | None = None
    beside: list[str] = field(default_factory=list)
    apart: bool = False
    overtaken_by: str | None = None
    held_as: tuple[str, str] | None = None
    home_values: list[HomeValue] = field(default_factory=list)
    kpis: list[MonitoringFigure] = field(default_factory=list)
    filing: Filing | None = None
    not_dropped: list[str] = field(default_factory=list)


def mark(digest: str) -> str:
    """Return the line by which an answer to just these bytes is known."""
    return _MARK.format(digest=digest)


def render(story: Story) -> str:
    """Return the answer as Markdown, in French and below it in English."""
    parts = ["\n".join(_page(story, language)).strip() for language in ("fr", "en")]
    return mark(story.digest) + "\n" + "\n\n---\n\n".join(parts) + "\n"


def render_page(story: Story, language: Language) -> str:
    """Return the answer as an HTML page in one language."""
    return as_page(_page(story, language), title=story.name, language=language, good=story.accepted)


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
    if story.overtaken_by is not None:
        return Message(
            fr=f"Votre fichier a été lu, puis remplacé par « {story.overtaken_by} », déposé après lui : c'est ce dernier qui compte.",
            en=f"Your file was read, then replaced by '{story.overtaken_by}', dropped after it: that one counts.",
        )
    if story.held_as is not None:
        vintage, name = story.held_as
        what = Message(fr="document", en="document") if _is_document(story) else Message(fr="fichier", en="file")
        return Message(
            fr=f"Ce {what.fr} était déjà là, à l'identique, sous le nom « {name} » ({vintage}) : il n'est pas compté deux fois.",
            en=f"This {what.en} was there already, byte for byte, as '{name}' ({vintage}): it is not counted twice.",
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
        f"# {'Réponse à' if fr else 'Answer to'} {_quoted(story.name, language)}",
        "",
        f"**{headline(story).text(language)}**",
        "",
        f"{'Le' if fr else 'On'} {moment(story.when, language)}.",
        "",
    ]
    lines += _recognised(story, language)
    # the lines first: whatever a file was refused for, they are what can be corrected
    lines += _rows(story, language)
    if not story.accepted:
        lines += _why(story, language)
    elif story.overtaken_by is None and story.held_as is None:
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
                    else f"{count(c.known, 'header', 'headers', 'en')} of {c.named} known"
                    + (f"; lacking {lacks}" if lacks else "")
                )
                lines.append(
                    f"- {_quoted(c.title.text(language), language)} (`{c.source_id}`) : {told}"
                    if fr
                    else f"- {_quoted(c.title.text(language), language)} (`{c.source_id}`): {told}"
                )
            lines.append("")
        elif found.raw is not None:
            lines += [
                "Aucun de ces en-têtes n'est connu : ce n'est sans doute pas un fichier de l'observatoire."
                if fr
                else "None of these headers is known: it is probably no file of the observatory.",
                "",
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
    if story.filing is not None:
        lines.append(f"- {'Document' if fr else 'Document'}{colon} {_document(story.filing, language)}")
    return [*lines, ""]


def _document(filing: Filing, language: Language) -> str:
    """Return what a document was read as: company, SIREN, year, kind, pages; what is not known is said so."""
    fr = language == "fr"
    parts = [
        filing.company_name or ("entreprise inconnue" if fr else "company unknown"),
        f"SIREN {filing.siren}" if filing.siren else ("SIREN inconnu" if fr else "SIREN unknown"),
        f"{'exercice' if fr else 'fiscal year'} {filing.fiscal_year or ('inconnu' if fr else 'unknown')}",
        filing.document_type or ("type de document inconnu" if fr else "kind of document unknown"),
        count(filing.pages or 0, "page", "pages", language),
    ]
    said = (
        ("d'après le registre" if fr else "by the register")
        if filing.is_registered
        else ("d'après le nom du fichier et ses premières pages" if fr else "by the file's name and its first pages")
    )
    return f"{', '.join(parts)} ({said})"


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
    if trial is None or not (trial.rows_read or trial.rejected) or (not story.accepted and not trial.rejected):
        return []
    lines = ["## Les lignes" if fr else "## The lines", ""]
    kept, lost = trial.rows_kept, len(trial.rejected)
    if _is_document(story):
        lines.append(
            f"{count(trial.rows_read, 'page lue', 'pages lues')}."
            if fr
            else f"{count(trial.rows_read, 'page', 'pages', 'en')} read."
        )
    elif not story.accepted:
        lines.append(
            f"{count(trial.rows_read, 'ligne lue', 'lignes lues')}, dont {count(lost, 'à corriger', 'à corriger')} :"
            if fr
            else f"{count(trial.rows_read, 'line', 'lines', 'en')} read, {lost} to correct:"
        )
    elif fr:
        lines.append(
            f"{count(trial.rows_read, 'ligne lue', 'lignes lues')}, {count(kept, 'gardée', 'gardées')}, {count(lost, 'écartée', 'écartées')}."
        )
    else:
        lines.append(f"{count(trial.rows_read, 'line', 'lines', 'en')} read, {kept} kept, {lost} left out.")
    lines.append("")
    # each line to correct first, then what had drifted and was read all the same
    for bad in trial.rejected[:ROWS_NAMED]:
        cells = _cells(story, bad, language)
        where = (f"ligne {bad.line}" if fr else f"line {bad.line}") + (f", {cells}" if cells else "")
        lines.append(f"- {where}{' :' if fr else ':'} {_clean(_in_headers(story, bad.why.text(language)))}")
    if lost > ROWS_NAMED:
        lines.append(f"- … {'et' if fr else 'and'} {lost - ROWS_NAMED} {'autres' if fr else 'more'}")
    for note in trial.notes:
        lines.append(
            f"- {'Pour information :' if fr else 'For your information:'} {_clean(_in_headers(story, note.text(language)))}"
        )
    if trial.rejected or trial.notes:
        lines.append("")
    return lines


def _is_document(story: Story) -> bool:
    found = story.found
    if story.source is None or found is None or found.table is None:
        return False
    return story.source.tables[found.table].files[found.index].format == "pdf"


def _cells(story: Story, bad: Rejected, language: Language) -> str:
    """Return the column at fault of a line and what stands in it, where the reason does not quote it: « colonne « ODD » (« 8, 12 ») »."""
    if story.source is None or story.found is None or story.found.table is None:
        return ""
    header = _header(story, bad.column)
    if header is None:
        return ""
    value = _value(story, bad.column, bad.line)
    # a value that the reason quotes is not quoted twice
    shown = f" ({_quoted(_clean(value), language)})" if value and value not in bad.why.fr else ""
    return f"{'colonne' if language == 'fr' else 'column'} {_quoted(header, language)}{shown}"


def _value(story: Story, name: str, line: int) -> str:
    """Return what stands in a column of a line of the file, cut where it is long; '' where that is not known."""
    assert story.source is not None and story.found is not None and story.found.table is not None
    raw, table = story.found.raw, story.source.tables[story.found.table]
    if raw is None or line not in raw.lines:
        return ""
    finder = HeaderFinder(table, table.files[story.found.index].layout, None)
    row = raw.rows[raw.lines.index(line)]
    for cell, text in zip(raw.header, row, strict=False):
        column = finder.find(cell)[1]
        if column is not None and column.name == name:
            return text if len(text) <= 60 else text[:57] + "…"
    return ""


def _figures(story: Story, language: Language) -> list[str]:
    fr, outcome = language == "fr", story.outcome
    lines = _home(story, language)
    lines += ["## Ce qui change" if fr else "## What changes", ""]
    if story.apart:
        lines.append(
            "- L'édition n'a pas pu être publiée avec tous les fichiers de ce relevé : celui-ci a été pris à part."
            if fr
            else "- The edition could not be published with all files of this look: this one was taken apart."
        )
    if story.beside:
        names = listed([_quoted(n, language) for n in story.beside], language)
        lines.append(
            f"- Pris dans la même actualisation que {names} ; ce qui suit ne compte que les chiffres que votre fichier alimente."
            if fr
            else f"- Taken in the same refresh as {names}; what follows counts the figures that your file feeds only."
        )
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
            f"- C'est la première édition : {count(comparison.new, 'chiffre', 'chiffres')} d'indicateurs."
            if fr
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
                f"  - {i.indicator.fr} : {i.new} / {i.revised} / {i.removed}"
                if fr
                else f"  - {i.indicator.en}: {i.new} / {i.revised} / {i.removed}"
            )
        for m in moves(comparison, language)[:MOVES_NAMED]:
            lines.append(f"  - {m.indicator}, {m.place}, {m.period}{' :' if fr else ':'} {m.old} → {m.new}")
        for g in comparison.gone[:MOVES_NAMED]:
            where = (
                f"{', '.join(g.places)}{'…' if g.territories > len(g.places) else ''}, {listed(g.periods, language)}"
            )
            lines.append(
                f"  - {g.indicator.fr} : {count(g.figures, 'valeur que les lecteurs ne voient plus', 'valeurs que les lecteurs ne voient plus')} ({where})"
                if fr
                else f"  - {g.indicator.en}: {count(g.figures, 'value that readers no longer see', 'values that readers no longer see', 'en')} ({where})"
            )
        for o in comparison.older:
            lines.append(
                f"  - {count(o.figures, 'valeur vient', 'valeurs viennent')} maintenant du millésime {o.after} au lieu de {o.before}"
                if fr
                else f"  - {count(o.figures, 'value comes', 'values come', 'en')} from vintage {o.after} now instead of {o.before}"
            )
    for name, before, after in story.tables:
        if name in _TOLD_ELSEWHERE:
            continue
        words = (
            f"table `{name}`, {_rows_of(before, fr)} → {_rows_of(after, fr)}"
            if before != after
            else (
                f"table `{name}`, contenu modifié ({_rows_of(after, fr)})"
                if fr
                else f"table `{name}`, other content ({_rows_of(after, fr)})"
            )
        )
        lines.append(f"- {words[0].upper()}{words[1:]}.")
    if outcome is not None and outcome.published:
        lines.append(
            f"- Les lecteurs voient l'édition `{outcome.edition}`."
            if fr
            else f"- Readers see edition `{outcome.edition}`."
        )
    elif outcome is not None and outcome.edition:
        lines.append(
            f"- L'édition `{outcome.edition}` reste en service."
            if fr
            else f"- Edition `{outcome.edition}` stays in service."
        )
    if story.trial and story.trial.newer and story.found:
        newer = story.trial.newer
        lines.append(
            f"- Attention : un envoi plus récent ({newer}) est déjà en service ; pour les lignes qu'il donne aussi, c'est lui qui compte."
            if fr
            else f"- Beware: a newer delivery ({newer}) is in service already; for the lines that it gives too, it counts."
        )
    return [*lines, ""]


def _home(story: Story, language: Language) -> list[str]:
    """Return the figures of the home territory that are new, and the monitoring figures that the file feeds."""
    fr, lines = language == "fr", []
    colon = " :" if fr else ":"
    if story.home_values:
        lines += ["## Les chiffres du territoire" if fr else "## The territory's figures", ""]
        for v in story.home_values:
            was = (
                ""
                if v.old is None
                else (f" ({number(v.old, language)} avant)" if fr else f" ({number(v.old, language)} before)")
            )
            weak = (
                ""
                if v.status == "final"
                else (", provisoire" if fr else ", provisional")
                if v.status == "provisional"
                else (", borne" if fr else ", a bound")
            )
            lines.append(
                f"- {v.place}, {v.indicator.text(language)}, {v.period}{colon} {number(v.value, language)}{unit(v.unit, language)}{was}{weak}"
            )
        lines.append("")
    known = [k for k in story.kpis if k.value is not None]
    if known:
        lines += ["## Ce qu'il alimente" if fr else "## What it feeds", ""]
        for k in known:
            assert k.value is not None
            measure = k.unit.text(language)
            lines.append(
                f"- {k.name.text(language)}{f', {k.period}' if k.period else ''}{colon} {number(k.value, language)}"
                + (unit("%", language) if measure == "%" else "")
                + _aim(k, language)
            )
        lines.append("")
    return lines


def _aim(k: MonitoringFigure, language: Language) -> str:
    fr, said = language == "fr", ""
    if k.old is not None and k.value is not None and abs(k.old - k.value) > 1e-9:
        said += f" ({number(k.old, language)} avant)" if fr else f" ({number(k.old, language)} before)"
    if k.target is not None:
        more = (" plus de" if fr else " more than") if k.rule == "more_than" else ""
        met = ("atteint" if fr else "met") if k.is_met else ("pas encore atteint" if fr else "not met yet")
        said += f", {'objectif' if fr else 'target'}{more} {number(k.target, language)} ({met})"
    if k.is_synthetic:
        said += " (échantillon inventé)" if fr else " (made-up sample)"
    return said


def _to_do(story: Story, language: Language) -> list[str]:
    fr = language == "fr"
    lines = ["## À faire" if fr else "## What to do", ""]
    rejected = story.trial.rejected if story.trial else []
    unlisted = story.filing is not None and not story.filing.is_registered
    if story.accepted and not rejected and not unlisted and not story.not_dropped:
        lines.append("Rien." if fr else "Nothing.")
    elif story.accepted and unlisted:
        lines += _register_line(story, language)
    elif story.accepted and story.not_dropped:
        names = ", ".join(_quoted(_clean(n), language) for n in story.not_dropped[:ROWS_NAMED])
        more = len(story.not_dropped) - ROWS_NAMED
        names += f", … ({more})" if more > 0 else ""
        lines.append(
            f"Déposer aussi {count(len(story.not_dropped), 'document que le registre nomme et qui manque', 'documents que le registre nomme et qui manquent')} : {names}."
            if fr
            else f"Drop {count(len(story.not_dropped), 'document', 'documents', 'en')} too that the register names and that are not there: {names}."
        )
    elif story.accepted:
        numbers = ", ".join(str(r.line) for r in rejected[:ROWS_NAMED])
        lines.append(
            f"Corriger dans votre fichier {'la ligne' if len(rejected) == 1 else 'les lignes'} {numbers}, puis déposer de nouveau le fichier entier : il remplacera celui-ci."
            if fr
            else f"Correct {'line' if len(rejected) == 1 else 'lines'} {numbers} in your file, then drop the whole file again: it replaces this one."
        )
    elif story.action is not None:
        lines.append(_sentence(_in_headers(story, story.action.text(language))))
    if (
        not story.accepted
        and story.source is not None
        and story.source.role == "team"
        and story.found
        and story.found.table
    ):
        if any(s.format == "table" for s in story.source.tables[story.found.table].files):
            name = template_name(story.source, story.found.table)
            lines.append("")
            lines.append(
                f"Le modèle `{name}` a les bonnes colonnes, les listes et un mode d'emploi."
                if fr
                else f"The template `{name}` has the right columns, the lists and a legend."
            )
    if story.kept_at:
        lines += [
            "",
            (
                f"Votre fichier est rangé dans `{story.kept_at}` ; rien n'est perdu."
                if fr
                else f"Your file is kept in `{story.kept_at}`; nothing is lost."
            ),
        ]
    return lines


def _register_line(story: Story, language: Language) -> list[str]:
    """Return what to write into the register for a document that it does not name."""
    fr, filing = language == "fr", story.filing
    assert filing is not None and story.source is not None and story.taken_as is not None
    register = next((n for n, t in story.source.tables.items() if FILE_NAME in t.key), None)
    if register is None:
        return []
    known = {
        FILE_NAME: story.taken_as,
        "siren": filing.siren,
        "company_name": filing.company_name,
        "fiscal_year": filing.fiscal_year,
        "document_type": filing.document_type,
    }
    parts = []
    for column in story.source.tables[register].columns:
        if column.name in known and column.headers:
            value = known[column.name]
            parts.append(
                f"{column.headers[0].text}{' :' if fr else ':'} {_quoted(_clean(str(value)), language) if value else ('à compléter' if fr else 'to fill in')}"
            )
    book = template_name(story.source, register)
    return [
        f"Le registre n'a pas de ligne pour ce document : sans SIREN, il n'est compté pour aucune entreprise. Ajouter dans `{book}` une ligne, en vérifiant ce qui a été lu, puis déposer le registre :"
        if fr
        else f"The register has no line for this document: without a SIREN it counts for no company. Add a line to `{book}`, checking what was read, then drop the register:",
        "",
        *(f"- {p}" for p in parts),
    ]


# small helpers ------------------------------------------------------------------------------------


def _quoted(text: str, language: Language) -> str:
    return f"« {text} »" if language == "fr" else f"'{text}'"


def _clean(text: str) -> str:
    # headers and cells of a stranger's file stand in it: one line, and no markup
    return re.sub(r"[ \t\r\n]+", " ", text).strip().replace("<", "‹").replace("`", "'")


def _sentence(text: str) -> str:
    text = _clean(text)
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


def table_changes(before: Edition | None, after: Edition | None) -> list[tuple[str, int | None, int | None]]:
    """Return (table, rows before, rows after) of the published tables whose content differs."""
    old = {t.name: t for t in before.tables} if before else {}
    new = {t.name: t for t in after.tables} if after else {}
    names = [n for n in [*new, *(n for n in old if n not in new)]]
    return [
        (n, old[n].rows if n in old else None, new[n].rows if n in new else None)
        for n in names
        if n not in old or n not in new or old[n].sha256 != new[n].sha256
    ]
