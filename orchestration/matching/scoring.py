"""What two names have in common, and by which words they differ.

First whether they are one name written in two ways (`HOW`, the surest first); only then word by word, each weighed by how rare it is
in the reference. Add here: another way in which two names, or two words, are one. Whether that is enough is `deciding`'s.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from orchestration.matching.candidates import LONG, PLURAL, Frequencies
from orchestration.matching.lists import Phrase, lists
from orchestration.matching.names import ACRONYM, Name, alternatives, parse

# a word that says little counts for this part of its weight
WEAK = 0.15
# two spellings of one word are nearly that word
SPELLED_ALIKE = 0.9
# a word of fewer letters is another one with one of them changed, also among others
SHORT = 4
# in a word of so many letters two slips leave it what it is
VERY_LONG = 11
# a word of so many legal persons at most tells one of them, with two initials beside it
FEW = 20
# a word in front that so many names have is a group's
GROUP = 4
# so many words that are the same let another one have more slips
MANY = 3
# a word alone must be longer than one among others, for nothing else speaks for it
LONG_ALONE = 8
# letters that a name must have to be told with other spaces and a slip
RESPACED = 15
# a register whose column holds fewer letters cuts most names, and says so
CUT_OFF = 20
# the letters that an acronym must have to speak for itself
SURE_ACRONYM = 5
# the ways in which two names are one, the surest first, with their score
HOW = {
    "same": 1.0,  # the same words in the same order, legal form and articles aside
    "generic": 0.99,  # but for « société », « établissements » in front
    "order": 0.98,  # the same words in another order
    "spaced": 0.97,  # the same letters: « Fit Lab », « Fitlab »
    "country": 0.96,  # but for « France »
    "abbreviated": 0.95,  # words cut short, or a letter other
    "cut": 0.94,  # the wanted name ends where a word must follow (« REGIE LIGNE D' »), and the other goes on
    "in_part": 0.94,  # some words as their initials, the others the same: « GLS France »
    "acronym": 0.94,  # of enough letters
    "misspelt": 0.92,  # one long word that nobody else has, a letter aside
    "branded": 0.91,  # but for the name of a group in front, which several bear: « Geodis Walbaum », « Walbaum »
    "described": 0.91,  # but for words that say what it is, not who: « Institut », « Laboratoires »
    "weak": 0.9,  # but for « groupe », « holding », « international »: another company, as often as not
    "initials": 0.8,  # an acronym of few letters: it is many companies'
    "alike": 0.79,  # by its words; the score is at most this
}
ORDER = list(HOW)


@dataclass(frozen=True)
class Pair:
    """One name beside another.

    `how`: see `HOW`; `score`: 0 to 1; `missing`: words of the wanted name that the other lacks, `extra`: the other way round;
    `weak`: kinds of the words that say little and that only one has.
    """

    how: str
    score: float
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    weak: frozenset[str] = frozenset()

    @property
    def rank(self) -> tuple[int, float]:
        """Return what sorts pairs, the likeliest first."""
        return ORDER.index(self.how), -self.score


def compare(one: str, other: str, known: Frequencies) -> Pair:
    """Return what a name that is looked for and a name of a register share, both folded; the best of their alternatives."""
    pairs = [
        _compare(parse(mine), parse(theirs), known) for mine in alternatives(one) for theirs in alternatives(other)
    ]
    return min(pairs, key=lambda pair: pair.rank)


def _compare(one: Name, other: Name, known: Frequencies) -> Pair:
    kinds = frozenset(lists().weak.get(word, "generic") for word in set(one.weak) ^ set(other.weak))
    how = _how(one, other, known)
    if how:
        return Pair(how, HOW[how], weak=kinds)
    return replace(_by_words(one, other, known), weak=kinds)


def _how(one: Name, other: Name, known: Frequencies) -> str | None:
    """Return in which way the two are one name, the surest; None where they are not."""
    return _same_words(one, other) or _abbreviated(one, other, known) or _but_for(one, other, known)


def _same_words(one: Name, other: Name) -> str | None:
    if one.words == other.words:
        return "same"
    if one.plain == other.plain:
        return "generic"
    if one.in_order == other.in_order or _are_the_same(one.words, other.words):
        return "order"
    if "".join(one.plain) == "".join(other.plain) or not one.letters.isdisjoint(other.letters):
        return "spaced"
    without = one.at_home, other.at_home
    return "country" if _are_the_same(*without) or "".join(without[0]) == "".join(without[1]) else None


def _are_the_same(one: Phrase, other: Phrase) -> bool:
    """Return whether two phrases have the same words, in whatever order."""
    return len(one) == len(other) and sorted(one) == sorted(other)


def _abbreviated(one: Name, other: Name, known: Frequencies) -> str | None:
    if _is_cut_short(one.plain, other.plain, known):
        return "abbreviated"
    if len(one.plain) == len(other.plain) and _is_cut_short(one.in_order, other.in_order, known):
        return "abbreviated"
    if one.is_cut and len(one.core) > 1 and "".join(other.words).startswith("".join(one.words)):
        return "cut"
    if _is_respaced(one, other):
        return "abbreviated"
    if _is_cut_off(one.folded, other.folded):
        return "cut"
    if _is_in_part(one, other, known) or _is_in_part(other, one, known):
        return "in_part"
    if _is_doubled(one, other) or _is_doubled(other, one):
        return "in_part"
    for short, full in ((one, other), (other, one)):
        if short.acronym and short.acronym in full.own:
            return "acronym"
        if short.acronym and short.acronym in full.initials:
            return "acronym" if _is_sure(short.acronym, full, full is one) else "initials"
    return None


def _but_for(one: Name, other: Name, known: Frequencies) -> str | None:
    if _is_misspelt(one.plain, other.plain, known):
        return "misspelt"
    if sorted(one.core) == sorted(other.core):
        return "weak"
    if _is_branded(one, other, known):
        return "branded"
    return "described" if _is_described(one, other) else None


def _is_misspelt(one: tuple[str, ...], other: tuple[str, ...], known: Frequencies) -> bool:
    """Return whether each is one long word, and the first one, which no name of the reference has, is the second with a slip."""
    if len(one) != 1 or len(other) != 1 or not known.is_unheard(one[0]):
        return False
    shorter = min(len(one[0]), len(other[0]))
    return (shorter >= LONG_ALONE and alike(one[0], other[0])) or (shorter >= LONG and _is_plural(one[0], other[0]))


def _is_respaced(one: Name, other: Name) -> bool:
    """Return whether a long name is the other one with other spaces and one letter other: « Dekra Automotive solution », « AutomotiveSolutions »."""
    mine, theirs = one.joined, other.joined
    if len(one.tokens) == len(other.tokens) or abs(len(mine) - len(theirs)) > 1 or len(mine) < RESPACED:
        return False
    return mine.isalpha() and theirs.isalpha() and OSA.distance(mine, theirs, score_cutoff=1) <= 1


def _is_in_part(short: Name, full: Name, known: Frequencies) -> bool:
    """Return whether one is the other but for some words in a row, which it abbreviates to their initials.

    Bodies that every place has are left out: their places' initials are each other's (« CPAM HS »).
    """
    if not any(_is_part(mine, theirs, known) for mine, theirs in zip(short.writings, full.writings, strict=True)):
        return False
    return not (short.body or full.body or short.has_local or full.has_local)


def _is_doubled(short: Name, full: Name) -> bool:
    """Return whether one is the initials of the whole other one, beside some of its words: « MSPB Bagatelle », « Fondation FASSIC »."""
    if not 1 < len(short.words) < len(full.words):
        return False
    letters = [word for word in short.words if len(word) >= SHORT and word in full.initials]
    if len(letters) != 1 or full.body or full.has_local:
        return False
    return {*short.words} - {*letters} <= {*full.words}


def _is_part(mine: Phrase, theirs: Phrase, known: Frequencies) -> bool:
    """Return whether one word alone differs, between the same words, and is the initials of what stands there.

    Two letters are enough where the other words tell who it is: « CPR AM » is « CPR Asset Management », « VT Conseil » may be anybody.
    """
    more = len(theirs) - len(mine)
    if len(mine) < 2 or more < 1:
        return False
    start = 0
    while start < len(mine) and mine[start] == theirs[start]:
        start += 1
    word = mine[start] if start < len(mine) else ""
    same = (*mine[:start], *mine[start + 1 :])
    if mine[start + 1 :] != theirs[start + 1 + more :] or not (
        len(word) in ACRONYM or (len(word) == ACRONYM[0] - 1 and _tells(same, known))
    ):
        return False
    return "".join(part[0] for part in theirs[start : start + 1 + more] if part[0].isalpha()) == word


def _tells(words: Phrase, known: Frequencies) -> bool:
    """Return whether words tell who it is: one that few have, or two that are no trade's and no form's."""
    lexicon = lists()
    little = lexicon.activities | lexicon.describing | lexicon.articles | {*lexicon.weak}
    telling = [word for word in words if word not in little and len(word) >= ACRONYM[0]]
    return len(telling) > 1 or any(known.count(word) <= FEW for word in telling)


def _is_branded(one: Name, other: Name, known: Frequencies) -> bool:
    """Return whether only one of the two begins with the name of a group, which others bear too, and the rest is the whole other one's.

    A foundation, a union are no groups' names: they stand beside an association of the same name.
    """
    short, long = sorted((one.at_home, other.at_home), key=len)
    front = long[: len(long) - len(short)]
    if not front or long[len(front) :] != short or any(word in lists().weak for word in long):
        return False
    is_group = len(front) == 1 and len(front[0]) >= ACRONYM[0] and front[0] not in lists().activities
    is_group = is_group and known.count(front[0]) >= GROUP
    return is_group and any(len(word) > SHORT and known.count(word) < ACRONYM[0] for word in short)


def _is_described(one: Name, other: Name) -> bool:
    """Return whether only one of the two says what it is, beside who: « Institut Gustave Roussy », « Gustave Roussy »."""
    describing = lists().describing
    mine, theirs = Counter(one.plain), Counter(other.plain)
    more, less = mine - theirs, theirs - mine
    if (more and less) or not {*more, *less} <= describing:
        return False
    return any(
        len(word) >= ACRONYM[0] and word.isalpha() and word not in describing
        for word in (mine & theirs)
        if word in one.core
    )


def _is_sure(acronym: str, full: Name, is_asked: bool) -> bool:
    """Return whether an acronym is long enough to be this name's alone. Bodies that every place has share theirs (« CAFE »: Essonne).

    Whoever asks with four letters may mean many companies; whoever asks with the whole name and finds its four letters means hardly another
    one (« Société d'exploitation de la Tour Eiffel », SETE).
    """
    if full.has_local or full.body:
        return False
    says = acronym in full.short_initials and (is_asked or full.weak[:1] != full.words[:1])
    return len(acronym) >= SURE_ACRONYM or (len(acronym) == SURE_ACRONYM - 1 and says)


def _is_cut_off(one: str, other: str) -> bool:
    """Return whether a register's column ended within a word of the name (« SAINT-GOBAIN DISTRIBUTION BATI »)."""
    is_begun = len(one) >= CUT_OFF and other.startswith(one)
    return is_begun and len(other) > len(one) and other[len(one)] != " "


def _is_cut_short(one: Phrase, other: Phrase, known: Frequencies) -> bool:
    """Return whether the words are the same ones, in order, some cut short or with another letter.

    Two at least are whole, or one of two where the other is nearly so: PRO BTP is not Proman BTP, nor MACIF MACSF.
    """
    if len(one) != len(other) or len(one) < 2:
        return False
    pairs = [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine != theirs]
    pairs = [pair for pair in pairs if not _is_plural(*pair)]
    whole = len(one) - len(pairs)
    if not all(alike(*pair, whole) or begins(*pair) or _is_slip(*pair, whole, known) for pair in pairs):
        # « ADMR du sub Blaisois »: with a word that one company alone has, the slip may lie in a short word that others have too
        (mine, theirs), *more = pairs
        is_anchored = whole >= 2 and any(known.is_lone(word) for word in {*one} & {*other})
        return not more and is_anchored and mine.isalpha() and theirs.isalpha() and OSA.distance(mine, theirs) == 1
    return whole >= 2 or (len(pairs) == 1 and min(map(len, pairs[0])) >= LONG)


def _by_words(one: Name, other: Name, known: Frequencies) -> Pair:
    mine, theirs = list(dict.fromkeys(one.core)), list(dict.fromkeys(other.core))
    shared = 0.0
    for word in [w for w in mine if w in theirs]:
        mine.remove(word)
        theirs.remove(word)
        shared += 2 * known.weight(word)
    for word in list(mine):
        twin = next((t for t in theirs if alike(word, t) or begins(word, t)), None)
        if twin:
            mine.remove(word)
            theirs.remove(twin)
            shared += SPELLED_ALIKE * (known.weight(word) + known.weight(twin))
    whole = sum(known.weight(w) for w in {*one.core}) + sum(known.weight(w) for w in {*other.core})
    odd = WEAK * sum(known.weight(w) for w in set(one.weak) ^ set(other.weak))
    score = min(HOW["alike"], shared / (whole + odd)) if whole else 0.0
    return Pair("alike", score, tuple(mine), tuple(theirs))


def alike(one: str, other: str, beside: int = 0) -> bool:
    """Return whether two words are spellings of one: a letter more, less or other, or two exchanged, and never a digit.

    Two slips in a long word, and in one that stands `beside` many words that are the same (« Maître Prinulle site Vitrolles »).
    """
    shorter = min(len(one), len(other))
    if not (one.isalpha() and other.isalpha()) or shorter < LONG:
        return False
    slips = 2 if shorter >= (LONG_ALONE if beside >= MANY else VERY_LONG) else 1
    return OSA.distance(one, other, score_cutoff=slips) <= slips


def _is_slip(one: str, other: str, beside: int, known: Frequencies) -> bool:
    """Return whether a short word, which nobody else has, is the other one with a slip: « CCM Cœur de Fench », « Fensch »."""
    is_short = (
        min(len(one), len(other)) >= (SHORT - 1 if beside >= MANY else SHORT) and one.isalpha() and other.isalpha()
    )
    is_strange = known.is_unheard(one) or known.is_lone(other)
    return is_short and is_strange and OSA.distance(one, other, score_cutoff=1) <= 1


def _is_plural(one: str, other: str) -> bool:
    """Return whether one word is the other's plural: « Glace Thiriet », « Glaces Thiriet »."""
    short, long = sorted((one, other), key=len)
    return len(short) >= PLURAL and short.isalpha() and long in (f"{short}s", f"{short}x")


def begins(one: str, other: str) -> bool:
    """Return whether one word is the other cut short: three letters at least (« REG CREDIT AGRIC MUT »)."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and short.isalpha() and len(long) > len(short) and long.startswith(short)
