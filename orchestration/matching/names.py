"""A folded name taken apart: which words tell who it is, which tell its legal form, which tell little.

Add here: another way of writing the same words (runs of initials, abbreviations). Words themselves belong to `lists/`; how two names
compare belongs to `scoring`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from rapidfuzz.distance import OSA

from orchestration.matching.lists import Lists, Phrase, lists

# how many letters an acronym has: two are nobody's (« FM »), nine are a word
ACRONYM = range(3, 9)
# a word of the lists of so many letters is known with a slip in it
CORRECTED = 8
# legal forms that stand without a space in front of a name of as many letters
GLUED = ("sas", "sa", "sarl", "sasu", "snc", "scop")
# how many letters of a legal form tell that a name is cut within it
FORM_BEGUN = 10


@dataclass(frozen=True)
class Name:
    """A name in its parts.

    `folded`: as it came; `words`: what is left without legal forms and articles, abbreviations spelled out, in its order, the first
    `generic` of them being « société » and its like; `core`: those words that tell who it is; `weak`: those that tell little;
    `spelled`: all of them before phrases are abbreviated (« caisse allocations familiales »); `tokens`: as written, articles and all,
    but for the forms; `own`: acronyms that the name itself explains (« Résidence retraite du Parc (RRP) »); `forms`: its legal forms; `initials`: what its words could be abbreviated to, with and without articles; `short_initials`:
    without articles and with all other words; `body`: which kind of public body; `is_placeholder`: stands in a name's place;
    `is_person`: says that it is a natural person's; `is_cut`: ends where a word must follow (« CAISSE D' »).
    """

    folded: str
    words: Phrase
    generic: int
    core: Phrase
    weak: Phrase
    spelled: Phrase
    tokens: Phrase
    own: frozenset[str]
    forms: tuple[str, ...]
    initials: frozenset[str]
    short_initials: frozenset[str]
    body: str | None
    is_placeholder: bool
    is_person: bool
    is_cut: bool

    @property
    def families(self) -> frozenset[str]:
        """Return the families of its legal forms, empty where it states none that belongs to one."""
        known = lists().families
        return frozenset(known[form] for form in map(_words, self.forms) if form in known)

    @cached_property
    def department(self) -> str | None:
        """Return the number of the département that the name ends with, by number or by name; None where it does not."""
        lexicon = lists()
        words = tuple(word for word in self.spelled if lexicon.weak.get(word) != "country")
        ends = _departments().get(words[-1], ()) if words else ()
        # « Charente-Maritime » is not « Charente »: the longest counts
        return max(((len(name), code) for name, code in ends if words[-len(name) :] == name), default=(0, None))[1]

    @property
    def numbered(self) -> str | None:
        """Return the name with the number of its département in the place of its name (« cpam 92 »); None where it ends with none."""
        if self.department is None:
            return None
        length = len(_meaning(lists().departments[self.department]))
        return " ".join([*self.at_home[:-length], self.department])

    @property
    def has_local(self) -> bool:
        """Return whether it is that of a body of which every place has one, with its place (« CPAM de la Gironde »)."""
        return any(self.words[: len(words)] == words for words in lists().local)

    @property
    def is_local(self) -> bool:
        """Return whether it names a body of which every place has one, and not the place (« CPAM »)."""
        return self.words in lists().local

    @cached_property
    def writings(self) -> tuple[Phrase, ...]:
        """Return the ways to write it that an acronym may abbreviate: with articles, without them, with its form (« SCA Ouest »)."""
        articles = lists().articles
        return self.tokens, self.spelled, tuple(word for word in self.folded.split() if word not in articles)

    @cached_property
    def joined(self) -> str:
        """Return the letters of the name as it is written, without its legal form."""
        return "".join(self.tokens)

    @cached_property
    def letters(self) -> frozenset[str]:
        """Return the letters of the name as it is written, with a legal form and without: « KSBSAS », « SASClinique », « C-Logistics »."""
        glued = {form + self.joined for form in GLUED} if len(self.joined) >= CORRECTED else set()
        return frozenset({self.folded.replace(" ", ""), self.joined} | glued)

    @cached_property
    def in_order(self) -> Phrase:
        """Return the words without the generic first ones in the order of the alphabet."""
        return tuple(sorted(self.plain))

    @property
    def compact(self) -> str:
        """Return the words that tell who it is without a space between: « Fit Lab » is « Fitlab »."""
        return "".join(self.core)

    @property
    def acronym(self) -> str | None:
        """Return the name where it may itself be an acronym: one word of three to eight letters."""
        # « TF1 » too
        alone = self.core[0] if len(self.core) == 1 else ""
        return alone if alone.rstrip("0123456789").isalpha() and len(alone) in ACRONYM else None

    @cached_property
    def plain(self) -> Phrase:
        """Return the words without the generic first ones; all where nothing is left."""
        return self.words[self.generic :] or self.words

    @cached_property
    def at_home(self) -> Phrase:
        """Return the same without the country, which registers add or not; all words where nothing is left."""
        weak = lists().weak
        return tuple(word for word in self.plain if weak.get(word) != "country") or self.words


@cache
def _departments() -> dict[str, list[tuple[Phrase, str]]]:
    """Return the départements by the last word of their names, which are asked of each name that is compared."""
    found: dict[str, list[tuple[Phrase, str]]] = {}
    for code, name in lists().departments.items():
        found.setdefault(name[-1], []).append((_meaning(name), code))
    return found


def _meaning(words: Phrase) -> Phrase:
    articles = lists().articles
    return tuple(word for word in words if word not in articles)


def _words(text: str) -> Phrase:
    return tuple(text.split())


@lru_cache(maxsize=400_000)
def parse(folded: str) -> Name:
    """Return a folded name taken apart."""
    lexicon = lists()
    tokens = [_corrected(token) for token in _with_department(_joined(folded.split()), lexicon)]
    rest, forms = _without_forms(tokens, lexicon)
    spelled = _spelled(rest, lexicon)
    meaning = [word for word in spelled if word not in lexicon.articles] or spelled
    whole = meaning
    meaning = _without_own_initials(meaning, rest, lexicon)
    words = tuple(_abbreviated(meaning))
    # « Société » says little where a name begins with it, and is a word of it elsewhere (« GA Entreprise »)
    generic = next((i for i, word in enumerate(words) if lexicon.weak.get(word) != "generic"), 0)
    core = tuple(word for word in words[generic:] if lexicon.weak.get(word, "generic") == "generic")
    return Name(
        folded=folded,
        words=words,
        generic=generic,
        # « Groupe », « France Services »: the little that there is
        core=core or words,
        weak=words[:generic] + tuple(word for word in words[generic:] if word in lexicon.weak and word not in core)
        if core
        else (),
        spelled=tuple(meaning),
        tokens=tuple(rest),
        own=frozenset(whole) - frozenset(meaning),
        forms=tuple(" ".join(form) for form in forms),
        initials=_initials(rest, spelled, lexicon),
        short_initials=frozenset(
            _letters([w for w in version if w not in lexicon.articles])
            for version in ((rest,) if rest == spelled else (rest, spelled))
        ),
        body=_body(meaning, lexicon),
        is_placeholder=_is_placeholder(folded, rest, lexicon),
        is_person=any(form in lexicon.persons for form in forms) or (len(tokens) > 1 and tokens[0] in lexicon.titles),
        # « Investir&+ » ends in a sign; a word that joins must be followed by what it joins
        is_cut=len(tokens) > 1 and tokens[-1] in lexicon.articles and tokens[-1] not in ("a", "an", "et"),
    )


@lru_cache(maxsize=400_000)
def alternatives(folded: str) -> tuple[str, ...]:
    """Return the names in a folded name, the whole one first.

    « X OU Y », « X PAR ABREVIATION Y »; and what stands before a legal form that is spelled out: « L'AIR LIQUIDE SOCIETE ANONYME POUR
    L'ETUDE … » (behind it stands what the company is for, which is no name of it).
    """
    tokens = folded.split()
    if not any(token in _by_first("marks") or token in _by_first("ends") for token in tokens):
        return (folded,)
    parts: list[list[str]] = [[]]
    position, is_over = 0, False
    while position < len(tokens):
        mark = _at(tokens, position, "marks") if parts[-1] else None
        if mark:
            parts.append([])
            is_over = False
        elif not (is_over := is_over or bool(parts[-1] and _at(tokens, position, "ends"))):
            parts[-1].append(tokens[position])
        position += len(mark) if mark else 1
    # « Association loi 1901 CMIE » is not « Association »
    named = (part for part in map(" ".join, parts) if part and not parse(part).is_placeholder)
    return tuple(dict.fromkeys([folded, *named]))


@cache
def _by_first(kind: str) -> dict[str, list[Phrase]]:
    """Return the phrases of a list by their first word, the longest first."""
    lexicon = lists()
    phrases = {
        "marks": lexicon.marks,
        "ends": frozenset(form for form in lexicon.forms | lexicon.descriptors if len(form) > 1),
        "forms": lexicon.forms | lexicon.persons | lexicon.descriptors,
    }[kind]
    found: dict[str, list[Phrase]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


def _at(tokens: list[str], position: int, kind: str) -> Phrase | None:
    """Return the longest phrase of a list that begins at this token; None where none does."""
    for phrase in _by_first(kind).get(tokens[position], ()):
        if len(phrase) == 1 or tuple(tokens[position : position + len(phrase)]) == phrase:
            return phrase
    return None


def _joined(tokens: list[str]) -> list[str]:
    """Put runs of initials together: `s n f` is `snf`, `h et m` is `hm`; a digit stands for itself."""
    joined: list[str] = []
    run: list[str] = []
    for position, token in enumerate(tokens):
        # « Association de l'A.D.S.E.A. »
        is_article = token in ("l",) and not run and joined[-1:] in (["de"], ["a"])
        single = len(token) == 1 and token.isalpha() and not is_article
        follows = tokens[position + 1] if position + 1 < len(tokens) else ""
        if single:
            run.append(token)
        elif not (token in ("et",) and run and len(follows) == 1 and follows.isalpha()):
            joined += [*_of_run(run), token]
            run = []
    return joined + _of_run(run)


def _with_department(tokens: list[str], lexicon: Lists) -> list[str]:
    """Return the tokens with a département's number behind letters on its own: « Les PEP71 » is « Les PEP 71 ».

    In a longer name they may abbreviate all of it: « Régie départementale des transports des Bouches-du-Rhône (RDT13) ».
    """
    plain = [n for n, word in enumerate(tokens) if lexicon.weak.get(word) != "country"]
    if not 0 < len(plain) < ACRONYM[0]:
        return tokens
    place = plain[-1]
    letters, number = tokens[place][:-2], tokens[place][-2:]
    if letters.isalpha() and len(letters) >= ACRONYM[0] and number in lexicon.departments:
        return [*tokens[:place], letters, number, *tokens[place + 1 :]]
    return tokens


def _of_run(run: list[str]) -> list[str]:
    """Return the words that single letters in a row are: one, or one and the legal form behind it (« H. M. S.A.R.L. »)."""
    word = "".join(run)
    # two letters are the end of many acronyms: « U.S.A. »
    form = next((word[-n:] for n in (4, 3) if len(word) > n and (word[-n:],) in lists().forms), "")
    return [part for part in (word.removesuffix(form) if form else word, form) if part]


def _without_forms(tokens: list[str], lexicon: Lists) -> tuple[list[str], list[Phrase]]:
    """Return the tokens without legal forms, and the forms."""
    rest: list[str] = []
    forms: list[Phrase] = []
    position = 0
    while position < len(tokens):
        phrase = _at(tokens, position, "forms")
        # « EI Management », « EI-Technologies » are companies: two letters in front of what is done are their name
        if (
            phrase == ("ei",)
            and not position
            and {*_spelled(tokens[1:], lexicon)} & (lexicon.activities | {*lexicon.weak})
        ):
            phrase = None
        # two letters in the middle of a name are a word of it (« Autoroutes du SE de la France »)
        behind = tokens[position + len(phrase) :] if phrase else []
        at_edge = phrase is not None and (not rest or all(lexicon.weak.get(word) == "country" for word in behind))
        is_form = phrase in lexicon.persons or (phrase in lexicon.forms and (at_edge or len("".join(phrase or ())) > 2))
        if phrase and (is_form or (phrase in lexicon.descriptors and rest)):
            forms.append(phrase)
            position += len(phrase)
        else:
            rest.append(tokens[position])
            position += 1
    rest = rest[: len(rest) - _begun(rest, lexicon)]
    return (rest, forms) if rest else (tokens, [])


@cache
def _beginnings() -> frozenset[Phrase]:
    """Return what a long form or descriptor begins with, two words at least."""
    lexicon = lists()
    return frozenset(form[:end] for form in lexicon.forms | lexicon.descriptors for end in range(2, len(form)))


def _begun(tokens: list[str], lexicon: Lists) -> int:
    """Return how many words at the end only begin a form: registers cut names (« GRANDLYON HABITAT - OFFICE PUBLIC DE L »)."""
    for length in range(min(8, len(tokens) - 1), 1, -1):
        tail = tuple(tokens[-length:])
        # « X office public » is a name's own; one that ends where a word must follow is cut
        if tail in _beginnings() and tail[-1] in lexicon.articles and len("".join(tail)) >= FORM_BEGUN:
            return length
    return 0


def _spelled(tokens: list[str], lexicon: Lists) -> list[str]:
    """Return the tokens with abbreviated words spelled out."""
    spelled: list[str] = []
    last = max((n for n, word in enumerate(tokens) if lexicon.weak.get(word) != "country"), default=len(tokens) - 1)
    for position, written in enumerate(tokens):
        # « CPAM 92 » is « CPAM des Hauts-de-Seine »; a list of numbers is none (« Mutualité française 42-43-63 »)
        beside = tokens[1 if position == 0 else position - 1] if len(tokens) > 1 else written
        if position in (0, last) and written in lexicon.departments and not beside.isdecimal():
            spelled += lexicon.departments[written]
            continue
        token = _corrected(written)
        places = ["anywhere"]
        if len(tokens) > 1:
            places = ["first"] * (position == 0) + ["last"] * (position == last > 0) + places
        spelled += next((lexicon.expansions[token, p] for p in places if (token, p) in lexicon.expansions), (token,))
    return spelled


@lru_cache(maxsize=100_000)
def _corrected(token: str) -> str:
    """Return the long word of the lists that a token is but for one slip (« asscoiation »), else the token."""
    if len(token) < CORRECTED or not token.isalpha():
        return token
    usual = _usual_words().get(token[0], ())
    if token in usual:
        return token
    # « mutuelle » is not « mutuelles » with a slip
    near = [word for word in usual if abs(len(word) - len(token)) < 2 and word != f"{token}s"]
    return next((word for word in near if OSA.distance(word, token, score_cutoff=1) <= 1), token)


@cache
def _usual_words() -> dict[str, list[str]]:
    """Return the long words of the lists, which are nobody's name, by their first letters. « Enterprise » is a brand, and no slip."""
    lexicon = lists()
    words = {word for (written, _), meaning in lexicon.expansions.items() for word in (written, *meaning)}
    words |= {word for phrase in lexicon.phrases for word in phrase if len(word) > CORRECTED and word[:-1] not in words}
    words |= {word for form in lexicon.forms | lexicon.descriptors for word in form} | {*lexicon.weak}
    found: dict[str, list[str]] = {}
    for word in sorted(word for word in words if len(word) >= CORRECTED and word != "entreprise"):
        found.setdefault(word[0], []).append(word)
    return found


@cache
def _phrases() -> dict[str, list[tuple[Phrase, Phrase]]]:
    """Return the phrases by their first three letters, longest first, as a name's words are at that point: spelled, without articles."""
    lexicon = lists()
    found: dict[str, list[tuple[Phrase, Phrase]]] = {}
    for phrase, meaning in lexicon.phrases.items():
        words = tuple(word for word in _spelled(list(phrase), lexicon) if word not in lexicon.articles)
        found.setdefault(words[0][:3], []).append((words, meaning))
    return {first: sorted(some, key=lambda one: -len(one[0])) for first, some in found.items()}


def _abbreviated(words: list[str]) -> list[str]:
    """Return the words with phrases that have a usual abbreviation put that way, also where their words are cut short."""
    found: list[str] = []
    position = 0
    while position < len(words):
        here = words[position:]
        known = next((one for one in _phrases().get(here[0][:3], ()) if _is_phrase(here, one[0])), None)
        found += known[1] if known else (here[0],)
        position += len(known[0]) if known else 1
    return found


def _is_phrase(words: list[str], phrase: Phrase) -> bool:
    if len(words) < len(phrase):
        return False
    for word, whole in zip(words, phrase, strict=False):
        # « CaisseS régionale », « SOC AGRIC »
        if word not in (whole, f"{whole}s") and not (len(word) >= 3 and whole.startswith(word)):
            return False
    return True


def _without_own_initials(words: list[str], tokens: list[str], lexicon: Lists) -> list[str]:
    """Return the words without those that only abbreviate their neighbours: « Union des groupements d'achats publics - UGAP ».

    Words said again beside them go too: « Enlèvement et gardiennage services Lyon (EGS Lyon) », « Ineo industrie tertiaire Est (Ineo ITE) ».
    """
    if len(words) < 3:
        return words
    again = next((n for n in range(len(words), 2, -1) if words[n - 1] not in words[: n - 1]), len(words))
    kept = _without_abbreviating(words[:again], tokens, lexicon)
    if len(kept) == again:
        return words
    while len(kept) > 2 and kept[-1] in kept[:-1]:
        kept.pop()
    return kept


def _without_abbreviating(words: list[str], tokens: list[str], lexicon: Lists) -> list[str]:
    kept = []
    firsts = {word[0] for word in tokens}
    for place, word in enumerate(words):
        plain = word.rstrip("0123456789")
        if plain.isalpha() and len(plain) in ACRONYM and firsts.issuperset(plain):
            others = [w for w in tokens if w != word and w[0].isalpha()]
            short = [w for w in others if w not in lexicon.articles]
            versions = [_letters(some) for some in (others, short)]
            # in the middle of a name they are those of some words in a row: « … Services de soins et d'accompagnement mutualistes SSAM »
            is_at_edge = place in (0, len(words) - 1)
            if any(plain in one for one in versions) and (is_at_edge or len(plain) > ACRONYM[0]):
                continue
        kept.append(word)
    return kept


def runs(tokens: Phrase, least: int = ACRONYM[0]) -> Iterator[tuple[int, int, str]]:
    """Yield (from, to, initials) of each run of `least` words and more that an acronym may stand for, the whole name left out."""
    for start in range(len(tokens)):
        for end in range(start + least, min(len(tokens), start + ACRONYM[-1]) + 1):
            if end - start < len(tokens):
                yield start, end, _letters(list(tokens[start:end]))


def _initials(tokens: list[str], spelled: list[str], lexicon: Lists) -> frozenset[str]:
    """Return what the name may be abbreviated to: its words' first letters, with articles and without."""
    found = set()
    for version in (tokens,) if tokens == spelled else (tokens, spelled):
        short = [word for word in version if word not in lexicon.articles]
        for some in (version, short, [word for word in short if word not in lexicon.weak]):
            found.add(_letters(some))
    return frozenset(letters for letters in found if len(letters) in ACRONYM)


def _letters(words: list[str]) -> str:
    """Return the first letters of words; a number stands for itself (« Télévision française 1 »)."""
    return "".join([word[0] if word[0].isalpha() else word for word in words if word[0].isalpha() or word.isdecimal()])


def _body(meaning: list[str], lexicon: Lists) -> str | None:
    # the longest phrase that begins the name
    for length in range(min(4, len(meaning)), 0, -1):
        if body := lexicon.bodies.get(tuple(meaning[:length])):
            return body
    return None


def _is_placeholder(folded: str, rest: list[str], lexicon: Lists) -> bool:
    alone = " ".join(rest)
    if folded in lexicon.placeholders or alone in lexicon.placeholders or len(alone.replace(" ", "")) < 2:
        return True
    position = 0
    # nothing but legal forms: « SASU », « Société coopérative à capital variable »
    while position < len(rest) and (form := _at(rest, position, "forms")):
        position += len(form)
    return position == len(rest)
