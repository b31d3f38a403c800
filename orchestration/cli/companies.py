"""`observatory company`, `observatory assess`: what is known of one company, where it stands, and where its own answers do.

What is known, and who may be named, is the marts' business; which figures stand beside which, `readers.companies`. Here it is put into
words: add the words of a new field in `receipts/sentences/companies.yml`.

Imports inside functions: DuckDB and the editions cost 0.2 s to import, which `--help` need not pay.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.base.messages import Message, Refusal, say
from orchestration.cli.answering import REFUSED, show, show_json, spelt, stop, tell
from orchestration.cli.options import Home, Json, settings_for
from orchestration.cli.prompt import WRONG_USAGE
from orchestration.receipts.identifiers import REFUSALS

if TYPE_CHECKING:
    from orchestration.base.settings import Settings
    from orchestration.editions import Edition
    from orchestration.readers.companies.profile import Profile, Standing

# below the home
WORKBOOK = Path("assessment") / "auto-evaluation.xlsx"
EXPECTED = {
    "yes": say("companies.must_publish"),
    "no": say("companies.need_not_publish"),
    "cannot_tell": say("companies.cannot_tell"),
}
HERE = {
    True: say("companies.in_territory"),
    False: say("companies.not_in_territory"),
    None: say("companies.sirene_not_read"),
}
NAMED_BY = {
    "sirene": say("companies.name_of_sirene"),
    "list": say("companies.name_of_list"),
    "two_registers": say("companies.name_of_two_registers"),
}


def company(
    siren: Annotated[str, typer.Argument(help="SIREN, SIRET or French VAT number of the company.")],
    home: Home = None,
    json_: Json = False,
) -> None:
    """Tell what is known of one company, from where, since when, and where it stands beside others and the territory's needs.

    Exit codes: 0 something is known, 2 wrong usage or no SIREN, 3 nothing is known of it, or it may not be named.
    """
    from orchestration.matching.identifiers import read_siren
    from orchestration.readers.companies.profile import read_profile

    settings = settings_for(home, json_=json_)
    given = read_siren(siren)
    if given.value is None:
        stop(WRONG_USAGE, say("companies.no_siren", text=siren), REFUSALS[given.refusal or "empty"], json_, settings)
    edition = edition_in_service(settings, json_)
    try:
        found = read_profile(edition.path, given.value)
    except Refusal as refusal:
        stop(WRONG_USAGE, refusal.reason, refusal.action, json_, settings)
    if found is None:
        stop(
            REFUSED, say("companies.not_known", siren=_spaced(given.value)), say("companies.not_told"), json_, settings
        )
    if json_:
        show_json(found.as_data())
    else:
        _tell(settings, found)


def assess(
    file: Annotated[Path | None, typer.Argument(help="The workbook that was filled in, or the one to write.")] = None,
    template: Annotated[bool, typer.Option("--template", help="Write the workbook instead of reading it.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Self-assessment: write the workbook of questions, or say where its answers stand beside activity, size and needs.

    Nothing is kept or sent. Exit codes: 0 written or read, 2 wrong usage, 3 it is not the workbook, or an answer could not be read.
    """
    from orchestration.readers.companies.placing import placed
    from orchestration.readers.companies.workbook import read_workbook, write_workbook
    from orchestration.readers.site.edition import read_edition
    from orchestration.readers.site.scales import scales
    from orchestration.readers.site.words import Voice

    settings = settings_for(home, use="write" if template and file is None else "read", json_=json_)
    if file is None and not template:
        stop(WRONG_USAGE, say("companies.file_or_template"), None, json_, settings)
    path = file or settings.home / WORKBOOK
    if template and path.exists():
        stop(
            WRONG_USAGE,
            say("companies.already_there", file=path),
            say("companies.choose_another_name"),
            json_,
            settings,
        )
    if not template and not path.is_file():
        stop(WRONG_USAGE, say("cli.file_missing", file=path), None, json_, settings)
    edition = edition_in_service(settings, json_)
    try:
        read = read_edition(edition.path)
        voice = Voice(read, settings.language)
        found = scales(read, voice)
        if template:
            write_workbook(read, voice, found, path)
            if json_:
                show_json({"file": str(path), "questions": len(found.questions), "edition": read.edition_id})
            else:
                tell(settings, say("companies.workbook_written", file=path, count=len(found.questions)))
            return
        answers, troubles = read_workbook(path, found)
    except Refusal as refusal:
        stop(WRONG_USAGE if template else REFUSED, refusal.reason, refusal.action, json_, settings)
    told = placed(answers, found, voice)
    unread = [spelt(trouble, settings.language) for trouble in troubles]
    if json_:
        show_json({"edition": read.edition_id, "placed": told, "unread": unread, "answers": vars(answers)})
    else:
        tell(settings, say("site.say_title"))
        for line in told or [spelt(say("site.say_none"), settings.language)]:
            show(f"- {line}")
        for line in unread:
            show(line)
        tell(settings, say("companies.stays_here"))
    raise typer.Exit(REFUSED if troubles else 0)


def edition_in_service(settings: Settings, json_: bool) -> Edition:
    """Return the edition in service, or stop with words where there is none."""
    from orchestration.editions import current

    edition = current(settings.home)
    if edition is None:
        stop(
            WRONG_USAGE, say("companies.no_edition_yet", home=settings.home), say("site.refresh_first"), json_, settings
        )
    return edition


def _spaced(siren: str) -> str:
    return f"{siren[:3]} {siren[3:6]} {siren[6:]}"


def _tell(settings: Settings, found: Profile) -> None:
    facts = found.facts
    show(f"{facts['name'] or '—'} · SIREN {_spaced(found.siren)}")
    tell(settings, NAMED_BY.get(facts["name_from"], say("companies.name_withheld")))
    tell(
        settings,
        say(
            "companies.who",
            activity=_activity(facts["naf_division"]) or facts["naf_division"] or say("companies.unknown"),
            size=_size(facts["size_class"]) or say("companies.unknown"),
            department=facts["department_code"] or say("companies.unknown_department"),
            here=HERE[facts["is_in_territory"]],
        ),
    )
    show("")
    tell(settings, say("companies.known"))
    for line in _known(found):
        tell(settings, line)
    show("")
    tell(settings, say("companies.beside"))
    for line in map(_standing, found.standings):
        tell(settings, line)
    if not found.standings:
        tell(settings, say("companies.beside_nothing"))
    show("")
    tell(settings, say("companies.needs"))
    # where nothing of the company was read, its documents are not said to pass over a goal
    silent = say("companies.need_not_named") if facts["statements"] or facts["sheets"] else None
    for need in found.needs:
        reading = {"shadow": say("companies.need_shadow"), "aligned": say("companies.need_aligned")}
        said = reading.get(need["reading"], say("companies.need_unread"))
        named = say("companies.need_named") if need["is_named"] else silent
        name = Message.of(fr=need["name_fr"], en=need["name_en"])
        tell(settings, say("companies.need", goal=need["sdg_id"], name=name, reading=said, named=named))
    if not found.needs:
        tell(settings, say("companies.needs_nothing"))
    show("")
    tell(
        settings,
        say("companies.edition", edition=found.edition, sources=[_source(words) for words in found.sources.values()]),
    )


def _source(words: dict[str, str]) -> Message:
    return Message.of(fr=words["fr"], en=words["en"])


def _known(found: Profile) -> list[Message]:
    """Return what is known, each with its date; what is not there is not said to lack."""
    facts: dict[str, Any] = found.facts
    lines: list[Message] = []

    def source(kind: str) -> list[Message]:
        known = (facts[f"{kind}_source"] or "").split(", ")
        return [_source(found.sources[one]) for one in known if one in found.sources]

    if facts["labels"]:
        lines.append(
            say(
                "companies.labels",
                names=facts["label_names"],
                since=facts["labels_since"],
                as_of=facts["labels_as_of"],
                state=_labels_state(facts),
                source=source("labels"),
            )
        )
    if facts["index_score"] is not None:
        lines.append(
            say(
                "companies.index",
                score=facts["index_score"],
                year=facts["index_year"],
                since=facts["index_since"],
                source=source("index"),
            )
        )
    if facts["ghg_reports"]:
        lines.append(
            say(
                "companies.ghg",
                count=facts["ghg_reports"],
                newest=facts["newest_ghg_report"],
                first=facts["first_ghg_report"],
                old=found.edition[:8] > f"{facts['newest_ghg_report'].year + 4}{facts['newest_ghg_report']:%m%d}",
                source=source("ghg"),
            )
        )
    if facts["statements"]:
        lines.append(
            say(
                "companies.statements",
                count=facts["statements"],
                newest=str(facts["newest_statement"]),
                figures=facts["figures"],
                source=source("statements"),
            )
        )
        lines += _printed(found)
    if facts["sheets"]:
        lines.append(
            say("companies.sheets", count=facts["sheets"], newest=facts["newest_sheet"], source=source("sheets"))
        )
    if facts["sdg_ids"]:
        lines.append(say("companies.goals", goals=facts["sdg_ids"].replace(",", ", ")))
    if facts["expected_filer"]:
        lines.append(
            say(
                "companies.expected",
                answer=EXPECTED[facts["expected_filer"]],
                opened=facts["expected_from"],
                missing=[_fact(fact) for fact in (facts["missing_fact"] or "").split(",") if fact],
                # an edition made before the articles were told has none
                articles=[one for one in (facts.get("expected_article") or "").split(" | ") if one],
            )
        )
    return lines or [say("companies.known_nothing")]


def _labels_state(facts: dict[str, Any]) -> Message:
    if facts["labels_in_force"]:
        return say("companies.labels_in_force", rest=facts["labels"] > facts["labels_in_force"])
    # an edition made before it was counted did not tell the two apart
    return say("companies.labels_undated" if facts.get("labels_undated", 1) else "companies.labels_ended")


def _printed(found: Profile) -> list[Message]:
    """Return the figures that its statements print, each followed by what contradicts it."""
    from orchestration.filings.notions import metrics

    units = {m.metric_id: Message.of(fr=m.unit_fr, en=m.unit) for m in metrics().values()}
    lines: list[Message] = []
    for row in found.figures:
        metric, year = row["metric_id"], row["fiscal_year"]
        unit = units.get(metric, row["unit"])
        lines.append(
            say(
                "companies.figure",
                name=_measure(metric),
                year=str(year),
                value=row["value"],
                unit=unit,
                page=row["page"],
            )
        )
        lines += [
            say(
                "companies.doubt",
                filed=doubt["filed_value"],
                register=_source(found.sources[doubt["register"]])
                if doubt["register"] in found.sources
                else say("companies.own_text"),
                printed=doubt["register_printed"],
            )
            for doubt in found.doubts
            if (doubt["metric_id"], doubt["fiscal_year"]) == (metric, year)
        ]
    if found.doubts:
        lines.append(say("companies.doubt_of_group"))
    return lines


def _standing(one: Standing) -> Message:
    group = say("companies.group", count=one.companies, activity=_activity(one.activity), size=_size(one.size))
    name = _measure(one.measure_id)
    if one.percentile is not None:
        return say(
            "companies.ranked",
            name=name,
            value=one.value,
            year=one.year,
            percentile=round(one.percentile),
            group=group,
            median=one.median,
        )
    return say("companies.placed", name=name, value=one.value, year=one.year, group=group, median=one.median)


def _label(kind: str, key: str | None) -> Message | None:
    # with what reads the catalogues: 0.02 s, which `--help` need not pay
    from orchestration.receipts.labels import labels

    words = labels(kind).get(key or "")
    return Message.of(fr=words["fr"], en=words["en"]) if words else None


def _activity(code: str | None) -> Message | None:
    return _label("activities", code)


def _size(code: str | None) -> Message | None:
    return _label("size_classes", code)


def _fact(code: str) -> Message | str:
    return _label("filer_facts", code) or code


def _measure(measure_id: str) -> Message | str:
    from orchestration.filings.notions import metrics

    if found := metrics().get(measure_id):
        return Message.of(fr=found.name_fr, en=found.name_en)
    return _label("company_measures", measure_id) or measure_id
