"""How fresh a source is by its publisher's own calendar, and whose delay it is.

Holds pure functions from what is known of a source to its state. Add here a further way of dating a
publication. Where the dates come from belongs to `landing` and `refresh`; how the state is shown
belongs to `receipts`.

Three clocks are kept apart: when the publisher *published* what we hold, when we *fetched* it, and
which *reference period* it is about. The last is told by the rows where they tell it (a file of 2023 may end in September),
else by the vintage's name; a list in force on 1 January describes that day and not the year's last.

Each table of a source has its clocks, for one may be of today and the next five years old; `worst` says
which of them stands for the source.

When the next vintage is due
----------------------------
1. *The day on which the newest vintage usually appeared*, from its name and `lag_months`:
   `lag_months: 0` means that a vintage bears the name of the year in which it comes out (`insee_cog`
   2025, out in March 2025): the last expected day up to the end of the period. A lag above 0 is
   counted from the END of the period (`insee_filosofi` 2018 with 26 months: around 28 February 2021):
   the expected day nearest to it. Where the source has no expected days, that day itself.
   Where a name spans more than one publication (`2026` of a monthly source, any vintage of a daily
   one), the day on which its rows end stands for it where that is known (`2023` of a quarterly source that ends in
   September is its third quarter), and what we hold is not newer than the day on which it was published or fetched, so the earlier
   of the two counts. The vintage's name goes before the file's date: a file put online anew in 2024 is
   still the vintage of 2018.
2. *The next expected day after it* is `next_due_at`; without expected days, one interval later.
   `irregular` and `once` have none.

States, with `due` = next_due_at and `late` = due + grace_days
--------------------------------------------------------------
- `never`: nothing was ever taken. `refused`: the newest file was refused.
- `fresh` before `due`, and always for `irregular` and `once` unless something newer is known.
- `due` from `due` to `late`: nobody is late.
- after `late`: `late_us` when the publisher is known to have something newer, or when nobody has looked
  at the publisher's own place since `due` (an embedded sample or a mirror proves nothing about the
  publisher); `late_publisher` only when we looked on or after `due` and found nothing newer.
- something newer is known when `published_at` lies after the day of `fetched_at`, or when
  `published_vintage` is newer than ours. `due` is then the day on which it came out, if earlier.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from orchestration.catalog.models import Calendar, Frequency, Source
from orchestration.catalog.vintages import Vintage, parse_vintage
from orchestration.messages import Message
from orchestration.records import Channel

HealthState = Literal["fresh", "due", "late_publisher", "late_us", "refused", "never"]

# Months between two publications; days where that is less than a month.
_MONTHS: dict[Frequency, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
_DAYS: dict[Frequency, int] = {"daily": 1, "weekly": 7}


class SourceHealth(BaseModel, frozen=True):
    """How a source stands: a state, the three clocks, and what a person does next.

    `since`: first day of the state; None for `never` and where the day is unknown.
    `reference_end`: last day of the period that the newest vintage is about.
    """

    source_id: str
    state: HealthState
    since: date | None
    vintage: str | None
    reference_end: date | None
    published_at: date | None
    fetched_at: datetime | None
    next_due_at: date | None
    late_after: date | None
    action: Message


def health(
    source: Source,
    *,
    newest_vintage: str | None,
    published_at: date | None,
    fetched_at: datetime | None,
    refused: bool,
    today: date,
    channel: Channel | None = None,
    published_vintage: str | None = None,
    own_calendar: Calendar | None = None,
    reference_end: date | None = None,
) -> SourceHealth:
    """Return the state of a source, or of one table of it, on the day `today`. Never raises; the rules stand above.

    `newest_vintage`: newest vintage that was accepted. `published_at`: newest day of publication that
    the publisher states. `fetched_at`: when we last looked where `channel` points. `refused`: whether
    the newest file met was refused. `channel`: where we looked; None stands for the publisher.
    `published_vintage`: newest vintage that the publisher announces, where known. `own_calendar`: the table's, where it has one.
    `reference_end`: last day that its rows speak of, where they tell it.
    """
    calendar_ = own_calendar or source.calendar
    vintage = parse_vintage(newest_vintage) if newest_vintage else None
    looked_on = _day(fetched_at) if channel not in ("sample", "mirror", "project") else None
    next_due = None
    if newest_vintage is not None:
        # A sample's or a mirror's file carries the day of the copy, not of the publication.
        next_due = next_due_at(calendar_, _as_far_as(vintage, reference_end, calendar_), published_at, looked_on)
    due_on, newer = next_due, False
    if newest_vintage is not None and channel != "project":
        newer_since = _newer_since(vintage, published_at, _day(fetched_at), published_vintage)
        newer = newer_since is not None
        if newer_since is not None:
            due_on = min(newer_since, next_due) if next_due else newer_since
    late_after = _shift(due_on, days=max(0, calendar_.grace_days)) if due_on else None

    if refused:
        state, since = "refused", _day(fetched_at)
    elif newest_vintage is None:
        state, since = "never", None
    elif due_on is None or today < due_on:
        state, since = "fresh", published_at or _day(fetched_at)
        if since is not None and since > today:
            since = None
    elif late_after is None or today <= late_after:
        state, since = "due", due_on
    else:
        looked = looked_on is not None and looked_on >= due_on
        state = "late_publisher" if looked and not newer else "late_us"
        since = _shift(late_after, days=1)
    return SourceHealth(
        source_id=source.source_id,
        state=state,
        since=since,
        vintage=newest_vintage,
        reference_end=reference_end or _described(vintage, calendar_),
        published_at=published_at,
        fetched_at=fetched_at,
        next_due_at=due_on,
        late_after=late_after,
        action=_action(source, calendar_, state, due_on, late_after, newer, channel),
    )


# from what needs somebody to what does not
_WORST: tuple[HealthState, ...] = ("refused", "late_us", "late_publisher", "due", "fresh", "never")


def worst(tables: dict[str, SourceHealth]) -> str:
    """Return the name of the table that stands for its source: the one in the worst state, of those the one whose figures are oldest.

    Raises ValueError without any table.
    """
    return min(
        tables, key=lambda name: (_WORST.index(tables[name].state), tables[name].reference_end or date.max, name)
    )


def _described(vintage: Vintage | None, calendar_: Calendar) -> date | None:
    """Return the last day that a vintage describes by its name."""
    if vintage is None or calendar_.reference_day is None:
        return vintage.end if vintage else None
    return date.fromisoformat(f"{vintage.year}-{calendar_.reference_day}")


def _as_far_as(vintage: Vintage | None, reference_end: date | None, calendar_: Calendar) -> Vintage | None:
    """Return the part of a vintage that its rows reach, where its name spans more than one publication."""
    if vintage is None or reference_end is None or vintage.months <= _MONTHS.get(calendar_.frequency, 0):
        return vintage
    if not vintage.start <= reference_end <= vintage.end:
        return vintage
    return Vintage(text=vintage.text, year=vintage.year, month=reference_end.month)


def next_due_at(
    calendar_: Calendar, vintage: Vintage | None, published_at: date | None, fetched_on: date | None
) -> date | None:
    """Return the first day on which something newer than the vintage is expected; None without calendar."""
    frequency = calendar_.frequency
    if frequency in ("irregular", "once"):
        return None
    held = usual_publication(calendar_, vintage, published_at, fetched_on)
    if held is None:
        return None
    if calendar_.expected:
        later = [day for day in _expected_days(calendar_, held.year, 2) if day > held]
        return min(later) if later else None
    if frequency in _MONTHS:
        return _shift(held, months=_MONTHS[frequency])
    return _shift(held, days=_DAYS[frequency])


def usual_publication(
    calendar_: Calendar, vintage: Vintage | None, published_at: date | None, fetched_on: date | None
) -> date | None:
    """Return the day on which what we hold came out, by the vintage's name and the usual lag.

    None when neither the name nor a date tells.
    """
    seen = published_at
    if fetched_on is not None and (seen is None or seen > fetched_on or calendar_.frequency in _DAYS):
        # published after we looked is not what we hold; a daily file is as new as the day of our look
        seen = fetched_on
    if vintage is None:
        return _last_expected(calendar_, seen, early_days=_early_days(calendar_)) if seen else None
    months = _MONTHS.get(calendar_.frequency, 0)
    lag = min(max(calendar_.lag_months, 0), 1200)
    target = _month_end(vintage.end, lag)
    if target is None:
        return None
    if vintage.months > months:
        # `2026` of a monthly source: it holds what was out when it was fetched
        if seen is not None and seen < target:
            return _last_expected(calendar_, seen, early_days=_early_days(calendar_))
    if not calendar_.expected:
        # without expected days, lag 0 means: out at the beginning of the period that it is named after
        return vintage.start if lag == 0 and vintage.months == months else target
    if lag == 0:
        return _last_expected(calendar_, target, early_days=0)
    days = _expected_days(calendar_, target.year, 1)
    return min(days, key=lambda day: (abs((day - target).days), day)) if days else target


def _newer_since(
    vintage: Vintage | None,
    published_at: date | None,
    fetched_on: date | None,
    published_vintage: str | None,
) -> date | None:
    """Return since when the publisher is known to have something newer than we hold, else None."""
    if published_at is not None and fetched_on is not None and published_at > fetched_on:
        return published_at
    announced = parse_vintage(published_vintage) if published_vintage else None
    if announced is not None and vintage is not None and vintage < announced:
        return published_at or fetched_on or announced.end
    return None


def _expected_days(calendar_: Calendar, year: int, years: int) -> list[date]:
    """Return the expected days of the years around `year`, in order; 30 February is the month's last day."""
    days = []
    for one in range(max(1, year - years), min(9999, year + years) + 1):
        for text in calendar_.expected:
            month, day = (int(part) for part in text.split("-"))
            days.append(date(one, month, min(day, calendar.monthrange(one, month)[1])))
    return sorted(days)


def _early_days(calendar_: Calendar) -> int:
    """Return how early a publication may be and still be taken for the coming expected day."""
    return _MONTHS.get(calendar_.frequency, 0) * 30 // 4


def _last_expected(calendar_: Calendar, day: date, *, early_days: int) -> date:
    """Return the expected day that a publication on `day` stands for; `day` itself without a calendar."""
    limit = _shift(day, days=early_days) or day
    earlier = [one for one in _expected_days(calendar_, limit.year, 1) if one <= limit]
    return max(earlier) if earlier else day


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _shift(day: date, *, days: int = 0, months: int = 0) -> date | None:
    """Return the day moved; None beyond the calendar's ends."""
    try:
        if months:
            total = day.year * 12 + day.month - 1 + months
            year, month = divmod(total, 12)
            day = date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
        return day + timedelta(days=days)
    except (OverflowError, ValueError):
        return None


def _month_end(day: date, months: int) -> date | None:
    """Return the last day of the month that lies `months` after that of `day`."""
    first = _shift(day.replace(day=1), months=months)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1]) if first else None


def _french(day: date | None) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else "?"


def _action(
    source: Source,
    calendar_: Calendar,
    state: HealthState,
    due_on: date | None,
    late_after: date | None,
    newer: bool,
    channel: Channel | None,
) -> Message:
    """Return what a person does next, and who: the owner of the source here, or nobody."""
    publisher, source_id, who = source.publisher, source.source_id, _begun(source.steward)
    if source.role == "project":
        take = Message(
            fr=f"lancer « observatory refresh » ; ces chiffres sont dans le projet (sources/{source_id}/data), ils ne se déposent pas",
            en=f"run 'observatory refresh'; these figures are in the project (sources/{source_id}/data), they are not dropped",
        )
    elif source.live:
        take = Message(
            fr=f"lancer « observatory refresh --from live --only {source_id} »",
            en=f"run 'observatory refresh --from live --only {source_id}'",
        )
    elif source.role == "team":
        take = Message(
            fr="compléter le tableau et le déposer dans la boîte de dépôt (HOME/inbox)",
            en="complete the table and drop it into the inbox (HOME/inbox)",
        )
    else:
        take = Message(
            fr=f"télécharger le fichier sur {source.homepage} et le déposer dans la boîte de dépôt (HOME/inbox)",
            en=f"download the file from {source.homepage} and drop it into the inbox (HOME/inbox)",
        )
    match state:
        case "never":
            return Message(
                fr=f"Aucune donnée n'a encore été reçue. {who.fr} : {take.fr}.",
                en=f"No data have been received yet. {who.en}: {take.en}.",
            )
        case "refused":
            return Message(
                fr=f"Le dernier fichier reçu a été refusé ; le dernier millésime valable est conservé. {who.fr} : lire le "
                f"motif dans le reçu, essayer le fichier avec « observatory check {source_id} FICHIER », puis corriger "
                f"le contrat de la source ou écrire à {publisher}.",
                en=f"The newest file was refused; the last good vintage is kept. {who.en}: read the reason in the receipt, "
                f"try the file with 'observatory check {source_id} FILE', then correct the source's contract or write "
                f"to {publisher}.",
            )
        case "due":
            if newer:
                return Message(
                    fr=f"{publisher} a publié plus récent que ce qui est ici. {who.fr} : {take.fr} avant le {_french(late_after)}.",
                    en=f"{publisher} has published something newer than is held here. {who.en}: {take.en} before {late_after}.",
                )
            return Message(
                fr=f"Publication attendue depuis le {_french(due_on)} ; personne n'est en retard avant le "
                f"{_french(late_after)}. {who.fr} : {take.fr}.",
                en=f"Publication expected since {due_on}; nobody is late before {late_after}. {who.en}: {take.en}.",
            )
        case "late_publisher":
            return Message(
                fr=f"{publisher} devait publier vers le {_french(due_on)} et ne l'a pas fait. {who.fr} : rien à corriger ici ; "
                f"écrire à {publisher} si le chiffre manque.",
                en=f"{publisher} was due to publish around {due_on} and has not. {who.en}: nothing to correct here; write to "
                f"{publisher} if the figure is missed.",
            )
        case "late_us":
            if newer:
                return Message(
                    fr=f"{publisher} a publié plus récent depuis le {_french(due_on)}. {who.fr} : {take.fr}.",
                    en=f"{publisher} has published something newer since {due_on}. {who.en}: {take.en}.",
                )
            if channel in ("sample", "mirror"):
                held = {
                    "sample": ("l'échantillon embarqué", "the embedded sample"),
                    "mirror": ("une copie locale", "a local copy"),
                }[channel]
                return Message(
                    fr=f"Seul{'e' if channel == 'mirror' else ''} {held[0]} est en place, et une publication était attendue le {_french(due_on)}. "
                    f"{who.fr} : {take.fr}.",
                    en=f"Only {held[1]} is in place, and a publication was expected on {due_on}. {who.en}: {take.en}.",
                )
            return Message(
                fr=f"Une publication était attendue le {_french(due_on)} et personne n'a regardé depuis. {who.fr} : {take.fr}.",
                en=f"A publication was expected on {due_on} and nobody has looked since. {who.en}: {take.en}.",
            )
    if due_on is None:
        return Message(
            fr="Rien à faire : aucune publication n'est annoncée."
            if calendar_.frequency == "irregular"
            else "Rien à faire : chiffres publiés une seule fois."
            if calendar_.frequency == "once"
            else "Rien à faire : la date de la prochaine publication n'est pas connue.",
            en="Nothing to do: no publication is announced."
            if calendar_.frequency == "irregular"
            else "Nothing to do: figures published once."
            if calendar_.frequency == "once"
            else "Nothing to do: the day of the next publication is not known.",
        )
    return Message(
        fr=f"Rien à faire : prochaine publication attendue le {_french(due_on)}.",
        en=f"Nothing to do: next publication expected on {due_on}.",
    )


def _begun(said: Message) -> Message:
    """Return words as they begin a sentence: `L'équipe RSE`."""
    return Message(fr=said.fr[:1].upper() + said.fr[1:], en=said.en[:1].upper() + said.en[1:])
