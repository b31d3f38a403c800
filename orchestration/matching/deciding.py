"""Which of the candidates it is; or that nobody can tell, and why.

A match is claimed only where the two names are one name written in two ways (`scoring.HOW`), and where that holds for one legal person
alone. Everything else is handed to whoever reviews, with the reason as a code. Add here: another case in which a name
that fits is not enough (a holding beside its operating company, a town hall beside a company of the town's name).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from orchestration.matching.candidates import LONG, Entry, Frequencies, Wanted
from orchestration.matching.lists import lists
from orchestration.matching.names import Name, parse
from orchestration.matching.scoring import Pair, compare

# a longer code of a place is a commune's
DEPARTMENT = 3
# below this a candidate is not shown to whoever reviews
SHOWN = 0.5
SHOWN_AT_MOST = 5
# how many of the candidates that share some words are compared word by word
LOOKED_AT = 12
# and how many of those that share the rarest
SHARING = 4
# a name of a trade is often stale: it says at most this much
USUAL = 0.8
# ways of being one name that are enough by themselves
ENOUGH = (
    "same",
    "order",
    "generic",
    "spaced",
    "country",
    "abbreviated",
    "cut",
    "acronym",
    "in_part",
    "misspelt",
    "described",
    "branded",
)
# ways that hold only where nobody else in the reference has the words that tell
ALONE = ("misspelt", "described", "branded")
ACRONYMS = ("acronym", "initials")


@dataclass(frozen=True)
class Candidate:
    """A legal person that the name may mean. `doubt`: a code that says why it is not taken (None: it was)."""

    siren: str
    name: str
    place: str | None
    activity: str | None
    score: float
    doubt: str | None


@dataclass(frozen=True)
class Answer:
    """What is known of one name. `siren` and `method` and `score`, or `reason`, a code; `candidates`: the likeliest, best first.

    `telling_words`: on how many words that tell who it is the answer rests; whoever knows how much of the country the reference
    holds can say what a match of one word is worth.
    """

    name_id: int
    siren: str | None = None
    method: str | None = None
    score: float | None = None
    reason: str | None = None
    candidates: tuple[Candidate, ...] = ()
    telling_words: int = 0


@dataclass(frozen=True)
class _Found:
    """The best that the names of one legal person say. `is_here`: it is in the wanted one's département; `is_in_commune`: in its commune."""

    entry: Entry
    pair: Pair
    is_here: bool
    is_in_commune: bool

    @property
    def rank(self) -> tuple[int, int, float]:
        """Return what sorts, the likeliest first; a stale name comes after all others that are one name."""
        how, score = self.pair.rank
        return (self.entry.kind == "usual" and self.pair.how in ENOUGH), how, score

    @property
    def order(self) -> tuple[tuple[int, int, float], bool, bool]:
        """Return the same with the place: of equals the one that is here comes first."""
        return self.rank, not self.is_in_commune, not self.is_here


def decide(
    wanted: Wanted, entries: Iterable[Entry], known: Frequencies, places: frozenset[str] = frozenset()
) -> Answer:
    """Return the answer to one name. places: folded names of communes, départements and régions."""
    name = wanted.name
    refused = _unfit(name, places)
    given = list(entries)
    found = _by_siren(wanted, given, known)
    if not refused and found:
        best = [one for one in found if one.rank[:2] == found[0].rank[:2]]
        chosen, method, refused = _choose(wanted, best, found)
        if chosen and chosen.pair.how in ALONE and not _is_alone(wanted.name, chosen, given, known):
            chosen, refused = None, "words_differ"
        if chosen:
            # one word beside a trade or a group's name is one word
            words = {*name.core} & {*parse(chosen.entry.folded).core} if chosen.pair.how in ALONE else {*name.core}
            if len(words) < 2 and _is_elsewhere(wanted, [e for e in given if e.siren == chosen.entry.siren]):
                chosen, refused = None, "elsewhere"
        if chosen:
            near = [one for one in found[:SHOWN_AT_MOST] if _score(one) >= SHOWN]
            shown = tuple(_candidate(one, None if one is chosen else "other_company") for one in near)
            return Answer(wanted.name_id, chosen.entry.siren, method, _score(chosen), None, shown, max(1, len(words)))
    return _unanswered(wanted, found, refused)


def _is_elsewhere(wanted: Wanted, entries: list[Entry]) -> bool:
    """Return whether a legal person is known in other départements only than the wanted one's, and does not do what that one does.

    Of names of one word that met a company so, one in four was another's (« Adapa » of Pyrénées-Atlantiques, ADAPA of Ain); of longer ones, one in 25.
    """
    places = {department(entry.place) for entry in entries if entry.place}
    mine = (wanted.activity or "").replace(".", "")[:2]
    does_it = bool(mine) and any((entry.activity or "").replace(".", "")[:2] == mine for entry in entries)
    return bool(wanted.place and places and department(wanted.place) not in places and not does_it)


def department(place: str) -> str:
    """Return the département of a code of a commune or département: 971 and 972 are two, 44109 lies in 44."""
    return place[: DEPARTMENT if place.startswith("97") else 2]


def _unanswered(wanted: Wanted, found: list[_Found], refused: str | None) -> Answer:
    """Return why nobody can tell, with the candidates that whoever reviews should see."""
    reason = refused or "no_candidate"
    near = [one for one in found[:SHOWN_AT_MOST] if _score(one) >= SHOWN]
    shown = tuple(_candidate(one, _doubt(wanted.name, one) or reason) for one in near)
    if reason == "words_differ" and not shown:
        reason = "no_candidate"
    kept = () if reason in ("placeholder", "natural_person") else shown
    return Answer(wanted.name_id, reason=reason, candidates=kept, telling_words=len({*wanted.name.core}))


def _unfit(name: Name, places: frozenset[str]) -> str | None:
    """Return why no legal person can be told by such a name; None where one can."""
    if name.is_placeholder:
        return "placeholder"
    if name.is_person:
        return "natural_person"
    if name.is_cut and len(name.core) < 2:
        return "name_cut"
    if name.is_local:
        return "place_missing"
    if not name.forms and {" ".join(name.words), name.folded} & places:
        return "place_name"
    if not any(map(str.isalpha, name.folded)):
        return "says_too_little"
    return (
        "says_too_little" if len(name.words) < 2 and set(name.words) <= lists().activities | set(lists().weak) else None
    )


def _by_siren(wanted: Wanted, entries: Iterable[Entry], known: Frequencies) -> list[_Found]:
    """Return what was found of each legal person, the likeliest first."""
    best: dict[str, _Found] = {}
    for entry in _likeliest(wanted, entries):
        pair = compare(wanted.name.folded, entry.folded, known)
        here = bool(wanted.place and entry.place and department(wanted.place) == department(entry.place))
        in_commune = here and len(wanted.place or "") > DEPARTMENT and entry.place == wanted.place
        one = _Found(entry, pair, here, in_commune)
        known_one = best.get(entry.siren)
        # of two names that say the same the one that lies here
        if known_one is None or one.order < known_one.order:
            best[entry.siren] = one
    return sorted(best.values(), key=lambda one: (one.order, one.entry.siren))


def _likeliest(wanted: Wanted, entries: Iterable[Entry]) -> Iterable[Entry]:
    """Return those worth comparing word by word: found by the whole name, or among the most alike letter by letter."""
    given = list(entries)
    if len(given) <= LOOKED_AT:
        return given
    # « Caisse régionale de crédit agricole mutuel du Centre Ouest », and « crédit agricole centre ouest », which it is known as
    name = wanted.name
    writings = [name.folded] if name.words == name.spelled else [name.folded, " ".join(name.words)]
    if name.numbered:
        writings.append(name.numbered)
    alike = {entry: max(_likeness(one, entry.folded) for one in writings) for entry in given if not entry.is_whole}
    best = set(sorted(alike, key=lambda entry: (-alike[entry], entry.siren, entry.written))[:LOOKED_AT])
    # an abbreviation is not alike: « CPAM du Var » beside « Caisse primaire d'assurance maladie du Var »
    sharing = {entry.siren: entry for entry in sorted(alike, key=lambda e: (-e.shared, -alike[e], e.siren, e.written))}
    first = list(sharing)[:SHARING]
    return [e for e in given if e.is_whole or e in best or e.siren in first]


def _likeness(one: str, other: str) -> float:
    """Return how alike two names are letter by letter; the second part holds a name within a longer one (« L'AIR LIQUIDE SOCIETE … »)."""
    return fuzz.token_sort_ratio(one, other) + 2 * fuzz.token_set_ratio(one, other)


def _choose(wanted: Wanted, best: list[_Found], found: list[_Found]) -> tuple[_Found | None, str | None, str | None]:
    """Return (who it is, by which method, None), or (None, None, the reason why nobody can tell)."""
    first, how = best[0], best[0].pair.how
    if how not in ENOUGH and not (how == "initials" and first.is_in_commune):
        return None, None, _doubt(wanted.name, first)
    method = "acronym" if how in ACRONYMS else "name"
    if method == "acronym" and sum(one.pair.how in ACRONYMS for one in found) > 1:
        return None, None, "homonyms"
    if len(best) > 1:
        here = _here(best)
        method = "name_and_place"
        if len(here) != 1:
            here, method = _of_activity(wanted, here or best), "name_and_activity"
        if len(here) != 1:
            return None, None, "homonyms"
        first = here[0]
    if doubt := _doubt(wanted.name, first) or _other_form(wanted.name, first, found):
        return None, None, doubt
    return first, method, None


def _here(best: list[_Found]) -> list[_Found]:
    """Return those of the homonyms that are where the wanted one is: in its commune, else in its département."""
    return [one for one in best if one.is_in_commune] or [one for one in best if one.is_here]


def _of_activity(wanted: Wanted, best: list[_Found]) -> list[_Found]:
    """Return those of the homonyms that do what the wanted one does: by class of activity, else by division."""
    for length in (5, 2):
        mine = (wanted.activity or "").replace(".", "")[:length]
        here = [one for one in best if (one.entry.activity or "").replace(".", "")[:length] == mine]
        if here and len(mine) == length:
            return here
    return []


def _doubt(name: Name, one: _Found) -> str | None:
    """Return why this candidate is not taken by its name alone; None where it may be."""
    other = parse(one.entry.folded)
    if one.pair.how == "weak":
        return "group_or_part" if one.pair.weak & {"group", "holding"} else "other_scope"
    if one.pair.how == "alike":
        return "words_differ"
    # of three-letter acronyms that met a name in their own département two of 21 were another company's
    if one.pair.how == "initials" and not one.is_in_commune:
        return "acronym"
    if name.body != other.body or (name.body and one.pair.how in ACRONYMS):
        return "public_body"
    if name.families and other.families and not name.families & other.families:
        return "legal_form_differs"
    if one.entry.kind == "usual" and not one.is_here:
        return "usual_name"
    return None


def _other_form(name: Name, one: _Found, found: list[_Found]) -> str | None:
    """Return why a name that fits but for its legal form is not taken, where somebody else fits it nearly; None where it may be.

    « Decathlon SAS » beside DECATHLON SE and DECATHLON FRANCE SAS; « Genavir » beside the grouping GENAVIR and a company of more words.
    """
    other = parse(one.entry.folded)
    rest = [(two, parse(two.entry.folded)) for two in found if two is not one]
    is_other = bool(name.forms and other.forms) and not {*name.forms} & {*other.forms}
    if is_other and any(two.pair.how in ENOUGH and {*name.forms} & {*its.forms} for two, its in rest):
        return "homonyms"
    # a name that is written out is nobody else's (« Association relative à la télévision européenne », ARTE GEIE)
    is_short = name.words == name.spelled and "grouping" in other.families - name.families
    if is_short and any(_has_all(two.entry.folded, list(name.core)) for two, _ in rest):
        return "legal_form_differs"
    return None


def _is_alone(name: Name, one: _Found, entries: list[Entry], known: Frequencies) -> bool:
    """Return whether nobody else among the candidates has all of the telling words that both names have."""
    other = parse(one.entry.folded)
    shared = [word for word in name.core if word in other.core and word not in lists().describing] or list(other.core)
    return all(entry.siren == one.entry.siren or not _has_all(entry.folded, shared) for entry in entries)


def _has_all(folded: str, words: list[str]) -> bool:
    """Return whether a name has all words, the longer ones also within others (« Bioroussy »); « eau » is in « nouveau » by chance."""
    whole = folded.split()
    return all(word in folded if len(word) >= LONG - 1 else word in whole for word in words)


def _score(one: _Found) -> float:
    return round(one.pair.score * (USUAL if one.entry.kind == "usual" else 1.0), 3)


def _candidate(one: _Found, doubt: str | None) -> Candidate:
    entry = one.entry
    return Candidate(entry.siren, entry.written, entry.place, entry.activity, _score(one), doubt)
