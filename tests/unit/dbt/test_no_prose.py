"""No SQL reads a sentence: what people read is written last, and decides nothing.

`status_reason like 'Échantillon inventé%'` chose between a real figure and a made-up one, and chose the made-up one as soon as another
sentence stood before it. Add a form of comparison here when SQL knows another one; what a column means is told in its YAML.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SQL = sorted(
    p
    for folder in ("dbt_project/models", "dbt_project/macros", "dbt_project/tests", "sources")
    for p in (ROOT / folder).rglob("*.sql")
)

# columns that hold sentences, by their names
PROSE = re.compile(
    r"\b\w*(?:reason|remark|weakness|note|definition|limits|succession|action|message)(?:_fr|_en)?\b", re.IGNORECASE
)
COMPARED = re.compile(
    r"(?:\b(?P<left>[\w.]+)\s*(?:not\s+)?(?:i?like|glob|similar\s+to)\b)"
    r"|(?:\b(?:regexp_\w+|starts_with|ends_with|contains|prefix|suffix|strpos|instr|position|length|left|right|substr\w*|levenshtein|hash|md5)\(\s*(?P<first>[\w.]+))"
    r"|(?:\b(?P<equal>[\w.]+)\s*(?:=|<>|!=|<|>|<=|>=)\s*(?!\s*null))"
    r"|(?:\b(?P<member>[\w.]+)\s+(?:not\s+)?in\s*\()",
    re.IGNORECASE,
)
# a sentence between quotes that something is compared with
SENTENCE = re.compile(
    r"([\w.]+)\s*(?:=|<>|!=|\b(?:i?like|glob|similar\s+to))\s*'[^']*[^\W\d_]{3,}[ %]+[^\W\d_]{2,}[^']*'", re.IGNORECASE
)
# what companies write in their documents is read, for that is what the documents are for; it is no sentence of ours
DOCUMENTS = {"first_pages", "stem"}
# named like a sentence, and a code with accepted values
CODES = {"suppression_reason", "no_match_reason"}


def code(path: Path) -> str:
    """Return the SQL of a file without its comments."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"--.*", "", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL))


def readings(text: str) -> list[str]:
    """Return the places of an SQL text that compare prose with something."""
    found = []
    for match in COMPARED.finditer(text):
        name = next(n for n in match.groups() if n is not None).rpartition(".")[2]
        if (
            PROSE.fullmatch(name)
            and name not in CODES
            and not text[: match.start()].rstrip().endswith(("as", ",", "set"))
        ):
            found.append(match[0])
    return found + [m[0] for m in SENTENCE.finditer(text) if m[1].rpartition(".")[2] not in DOCUMENTS]


@pytest.mark.parametrize("path", SQL, ids=lambda p: p.name)
def test_no_sql_reads_a_sentence(path: Path) -> None:
    assert readings(code(path)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "order by coalesce(candidates.status_reason like 'Échantillon inventé%', false)",
        "where not starts_with(break_reason, 'Commune')",
        "case when weakness = 'Extrait' then 1 end",
        "where remark in ('a', 'b')",
        "where length(status_reason) > 3",
        "where told = 'Extrait de la liste'",
    ],
)
def test_what_reads_a_sentence_is_seen(sql: str) -> None:
    assert readings(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "coalesce(weakness, remark) is not null as is_weak",
        "where suppression_reason = 'publisher'",
        "where unit = 'per 1,000' or kind = 'current'",
        "concat_ws(' ', reason, note_fr)",
    ],
)
def test_what_only_hands_a_sentence_on_is_none(sql: str) -> None:
    assert not readings(sql)
