"""The few legal persons that a name may mean, found by its rarest words among all of a reference: SQL on DuckDB.

The reference is read twice and never kept: once for the words (and whole names, and initials) that the names at hand ask for, once for
the names of the candidates found. What bounds it is the frequency of words: one that many legal persons share finds nobody,
it only helps to compare. Add here: another key by which a name is found. What two names have in common is `scoring`'s.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.base.duck import one_row
from orchestration.matching.folding import folded
from orchestration.matching.lists import lists
from orchestration.matching.names import ACRONYM, Name, alternatives, runs

# a word of more legal persons than this finds nobody: at the full size of Sirene that is one in 6,000
COMMON_WORD = 5_000
# how many legal persons the words of one name may bring up before they are weighed
BUDGET = 800
# how many of them are compared letter by letter
COMPARED = 40
# a candidate that shares less than this part of what the best one shares is not looked at again
NEAR_THE_BEST = 0.5
# words of a phrase that is usually abbreviated, and initials that may be anybody's, count for this part of their weight
PHRASE = 0.7
# above this size word frequencies are counted on a part of the reference
COUNTED_WHOLE = 1_000_000
SAMPLE = 32
# a word of fewer letters is another word with one of them changed
LONG = 6
# a word of fewer letters has no plural
PLURAL = 4
# in front of a whole name, and of initials: neither is ever a word
WHOLE, INITIALS = "=", "~"


@dataclass(frozen=True)
class Wanted:
    """One name to be matched. `place`: its commune or département code; `activity`: its activity code (NAF)."""

    name_id: int
    name: Name
    place: str | None = None
    activity: str | None = None


@dataclass(frozen=True)
class Entry:
    """One name of a legal person in the reference.

    `kind`: `legal`, or `usual`, which is often stale; `is_whole`: found by its whole name or its initials; `shared`: the weight of the
    words by which it was found.
    """

    siren: str
    folded: str
    written: str
    kind: str
    place: str | None
    activity: str | None
    is_whole: bool = False
    shared: float = 0.0


class Frequencies:
    """How rare a word is in the reference: weights between 0 (everybody's) and 1 (one legal person's)."""

    def __init__(self, size: int, counts: dict[str, int], factor: int) -> None:
        self._total = math.log(1 + max(size, 2))
        self._size = max(size, 2)
        self._counts = counts
        self._factor = factor

    def count(self, word: str) -> int:
        """Return of how many legal persons the word is, as far as was counted; 1 at least."""
        return max(1, self._counts.get(word, 0) * self._factor)

    @property
    def vocabulary(self) -> Iterable[str]:
        """Return the words of the reference; none where only a part of it was counted."""
        return self._counts if self._factor == 1 else ()

    def is_unheard(self, word: str) -> bool:
        """Return whether no name of the reference has the word; False where only a part of it was counted."""
        return self._factor == 1 and word not in self._counts

    def is_lone(self, word: str) -> bool:
        """Return whether one name of the reference has the word; False where only a part of it was counted."""
        return self._factor == 1 and self._counts.get(word) == 1

    def weight(self, word: str) -> float:
        """Return the word's weight."""
        return math.log(1 + self._size / self.count(word)) / self._total


def frequencies(connection: duckdb.DuckDBPyConnection, reference: str) -> Frequencies:
    """Return how often each word stands in the names of `reference` (a table or view with `siren` and `name`)."""
    (size,) = one_row(connection, f"SELECT count(name) FROM {reference}")
    factor = 1 if size <= COUNTED_WHOLE else SAMPLE
    part = "" if factor == 1 else f"AND hash(siren) % {factor} = 0"
    rows = connection.execute(f"""
        SELECT word, count(*) FROM (
            SELECT unnest(list_distinct(string_split({folded("name")}, ' '))) AS word FROM {reference} WHERE name IS NOT NULL {part})
        GROUP BY word {"" if factor == 1 else "HAVING count(*) > 1"}
    """).fetchall()
    spelled: Counter[str] = Counter(dict(rows))
    # `weights` speaks of words as they are spelled out: « ETS » counts as « etablissements »
    for meaning, abbreviations in lists().written.items():
        spelled[meaning] += sum(spelled[word] for word in abbreviations if word != meaning)
    return Frequencies(size, dict(spelled), factor)


def candidates(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[Wanted], reference: str, known: Frequencies
) -> dict[int, list[Entry]]:
    """Return the names of the legal persons that each name may mean, by `name_id`.

    reference: a table or view with `siren`, `name`, `kind`, `place`, `activity`. Leaves two temporary tables behind,
    which the next call replaces.
    """
    _write_keys(connection, wanted, known)
    _find(connection, reference, any(True for one in wanted for _ in _as_initials(one.name)))
    return _read(connection, reference)


def _write_keys(connection: duckdb.DuckDBPyConnection, wanted: Sequence[Wanted], known: Frequencies) -> None:
    near = _misspelt(wanted, known)
    rows = [
        (one.name_id, word, meaning, weight) for one in wanted for word, meaning, weight in _keys(one.name, known, near)
    ]
    about = [(one.name_id, len(one.name.folded.split()), (one.place or "")[:2]) for one in wanted]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE match_key (name_id INTEGER, word VARCHAR, meaning VARCHAR, weight FLOAT)"
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE match_name (name_id INTEGER, words INTEGER, department VARCHAR)")
    for table, data in (("match_key", rows), ("match_name", about)):
        for start in range(0, len(data), 50_000):
            columns = [list(column) for column in zip(*data[start : start + 50_000], strict=True)]
            connection.execute(f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)


def _keys(name: Name, known: Frequencies, near: Mapping[str, set[str]]) -> Iterator[tuple[str, str, float]]:
    """Yield (what is looked for in the reference, what it stands for, its weight) of a name; a whole name has no weight."""
    words = lists()
    written = words.written
    # « CAF de Paris » and « Caisse d'allocations familiales de Paris » are found by the words of both; the phrase counts once
    phrase = "+".join(word for word in name.core if word not in name.spelled)
    for word in dict.fromkeys(name.core):
        if len(word) > 1 and known.count(word) <= COMMON_WORD:
            meaning = word if word in name.spelled else phrase
            for form in {word, *written.get(word, ()), *near.get(word, ())}:
                yield form, meaning, known.weight(word)
    for word in dict.fromkeys(name.spelled) if phrase else ():
        if word not in name.words and word not in words.weak and len(word) > 1 and known.count(word) <= BUDGET // 2:
            yield word, phrase, PHRASE * min(known.weight(word), known.weight(phrase))
    # « CPAM 92 », « PEP71 »
    for word, part in _rewritten(name):
        if known.count(word) <= BUDGET // 2:
            yield word, word, part * known.weight(word)
    for acronym in _in_part(name):
        if known.count(acronym) <= COMMON_WORD:
            yield acronym, acronym, PHRASE * known.weight(acronym)
    for whole in _wholes(name):
        yield WHOLE + whole, WHOLE, 0.0
    for initials in _as_initials(name):
        yield INITIALS + initials, INITIALS, 0.0


def _rewritten(name: Name) -> Iterator[tuple[str, float]]:
    """Yield the words that a register may have in the place of two of the name's, and the part of their weight that they count for."""
    # « Bio Emeraude » is « Bioemeraude » in a register, and with its form no whole name
    for joined in map("".join, zip(name.core, name.core[1:], strict=False)):
        if len(joined) > LONG:
            yield joined, 1.0
    # « CPAM 92 », « PEP71 »
    if name.department:
        for numbered in (name.department, *(word + name.department for word in name.core[:1])):
            yield numbered, PHRASE


def _in_part(name: Name) -> set[str]:
    """Return what the first words, or the last ones, may be abbreviated to beside the others: « GLS France », « EDF PEI »."""
    return {
        letters for tokens in name.writings for start, end, letters in runs(tokens) if not start or end == len(tokens)
    } | {letters for letters in name.initials if len(letters) > ACRONYM[0]}


def _as_initials(name: Name) -> set[str]:
    """Return the initials of the longer name that this one may abbreviate: « GLS France » is g, l, s, f, and a form may follow."""
    short = name.acronym
    if not short and len(name.words) > 1 and name.words[0].isalpha() and len(name.words[0]) in ACRONYM[:3]:
        short = name.words[0] + "".join(word[0] for word in name.words[1:])
    return {short, short + "s"} if short else set()


def _misspelt(wanted: Sequence[Wanted], known: Frequencies) -> dict[str, set[str]]:
    """Return the reference's words that a word which no name there has may be: a letter more, less, other, or two exchanged.

    Both words without one letter are then the same (« logisitique », « logistique »).
    """
    strange = {word for one in wanted for word in one.name.core if len(word) >= LONG and known.is_unheard(word)}
    shortened: dict[str, set[str]] = {}
    for word in strange:
        for short in _shortened(word):
            shortened.setdefault(short, set()).add(word)
    found: dict[str, set[str]] = {}
    # « Stars Services »: a short word's plural, which is no slip
    for word in {word for one in wanted for word in one.name.core if len(word) >= PLURAL and known.is_unheard(word)}:
        found[word] = {other for other in (f"{word}s", word.removesuffix("s")) if not known.is_unheard(other)}
    for other in known.vocabulary if strange else ():
        if len(other) >= LONG:
            for short in _shortened(other) & shortened.keys():
                for word in shortened[short]:
                    found.setdefault(word, set()).add(other)
    return found


def _shortened(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _wholes(name: Name) -> set[str]:
    """Return the ways in which a register may write the whole name, without spaces."""
    words = lists()
    # what stands before a long form, or is one of two names (« C&A France Société en commandite simple »)
    plain = [word for word in alternatives(name.folded)[:2][-1].split() if (word,) not in words.forms]
    short = [word for word in plain if word not in words.articles]
    core = name.compact
    bases = {
        name.folded.replace(" ", ""),
        "".join(plain),
        "".join(short),
        core,
        "".join(reversed(name.core)) if len(name.core) == 2 else core,
    }
    forms = {"sas", "sa", "sarl", *(form.replace(" ", "") for form in name.forms)}
    after = {base + end for base in bases | name.initials for end in forms}
    around = {core + end for end in ("france", "francesas", "francesa", "groupe", "group", "holding")}
    before = {
        begin + core for begin in ("sas", "sa", "sarl", "groupe", "societe", "association", "etablissements", "ets")
    } | {begin + initials for begin in ("sas", "sa", "sarl") for initials in name.initials}
    return {whole for whole in bases | after | around | before | name.initials if len(whole) > 1}


def _find(connection: duckdb.DuckDBPyConnection, reference: str, with_initials: bool) -> None:
    """Write `match_candidate` (name_id, siren): the best of each name by the words that they share."""
    articles = ", ".join(f"'{word}'" for word in sorted(lists().articles))
    initials = f""", CASE WHEN len(words) BETWEEN {ACRONYM[0]} AND 12 THEN [
        '{INITIALS}' || array_to_string(list_transform(words, lambda w: w[1]), ''),
        '{INITIALS}' || array_to_string(list_transform(list_filter(words, lambda w: w NOT IN ({articles})), lambda w: w[1]), '')] END"""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE match_hit AS
        WITH key AS (SELECT DISTINCT word FROM match_key),
        split AS (
            SELECT CAST(siren AS UINTEGER) AS siren, left(place, 2) AS department, {folded("name")} AS name FROM {reference}
            WHERE name IS NOT NULL
        ),
        listed AS (SELECT siren, department, name, string_split(name, ' ') AS words FROM split),
        found AS (
            SELECT siren, department, CAST(len(words) AS UTINYINT) AS words,
                unnest(list_concat(words, ['{WHOLE}' || replace(name, ' ', '')]{initials if with_initials else ""})) AS word
            FROM listed
        )
        SELECT siren, department, words, word FROM found SEMI JOIN key USING (word)
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE match_candidate AS
        WITH counted AS (SELECT word, count(*) AS found FROM match_hit GROUP BY word),
        key AS (
            SELECT match_key.*, counted.found,
                sum(counted.found) OVER (PARTITION BY name_id ORDER BY meaning <> '{WHOLE}', sum_of_meaning, meaning, word) AS so_far,
                row_number() OVER (PARTITION BY name_id ORDER BY meaning <> '{WHOLE}', sum_of_meaning, meaning, word) AS place
            FROM (SELECT *, sum(found) OVER (PARTITION BY name_id, meaning) AS sum_of_meaning
                  FROM match_key JOIN counted USING (word)) AS match_key
            JOIN counted USING (word)
        ),
        shared AS (
            -- a legal person with several names shares a word once
            SELECT key.name_id, hit.siren, key.meaning, any_value(hit.department) AS department, min(hit.words) AS words,
                max(key.weight) AS weight
            FROM key JOIN match_hit AS hit USING (word)
            WHERE key.so_far <= {BUDGET} OR key.place = 1
            GROUP BY key.name_id, hit.siren, key.meaning
        ),
        pair AS (
            SELECT name_id, siren, any_value(department) AS department, min(words) AS words,
                sum(weight) AS weight, bool_or(weight = 0) AS is_whole
            FROM shared GROUP BY name_id, siren
        )
        SELECT pair.name_id, pair.siren, pair.is_whole, pair.weight FROM pair JOIN match_name USING (name_id)
        QUALIFY (is_whole OR weight >= {NEAR_THE_BEST} * max(weight) OVER (PARTITION BY name_id))
            AND row_number() OVER (PARTITION BY name_id ORDER BY is_whole DESC, weight DESC,
            coalesce(pair.department = match_name.department, false) DESC,
            abs(CAST(pair.words AS INTEGER) - match_name.words), siren) <= {COMPARED}
    """)
    connection.execute("DROP TABLE match_hit")


def _read(connection: duckdb.DuckDBPyConnection, reference: str) -> dict[int, list[Entry]]:
    rows = connection.execute(f"""
        WITH entry AS (
            SELECT * FROM {reference}
            WHERE name IS NOT NULL AND CAST(siren AS UINTEGER) IN (SELECT siren FROM match_candidate)
        )
        SELECT candidate.name_id, entry.siren, {folded("entry.name")}, entry.name, entry.kind, entry.place, entry.activity,
            candidate.is_whole, candidate.weight
        FROM match_candidate AS candidate JOIN entry ON CAST(entry.siren AS UINTEGER) = candidate.siren
        ORDER BY ALL
    """).fetchall()
    found: dict[int, list[Entry]] = {}
    for name_id, *entry in rows:
        found.setdefault(name_id, []).append(Entry(*entry))
    return found
