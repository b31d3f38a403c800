"""Makes a reference of legal persons of any size, and names that look for some of them: invented, in the shape of Sirene.

    python -m bench.matching.generate --units 4000000 --names 10000 --out /tmp/reference

writes `reference.parquet` (siren, name, kind, place, activity) and `names.parquet` (name_id, name, place, activity, siren: the truth, null
where there is none). Words follow Zipf's law, as those of company names do: the commonest stands in one name of ten, most stand in
one or two. One name in five has an accent, an apostrophe or a full stop, as in registers that are not Sirene. Every SIREN and name is
invented. Of the names looked for, one in ten is nobody's; the others are written in another way: a legal form more, words
in another order, an abbreviation, a place more.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

# letters of invented words, by syllable: enough for a vocabulary as large as that of France's company names
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "fi",
    "fo",
    "ga",
    "go",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "po",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "vi",
    "vo",
    "za",
    "zo",
]
USUAL = [
    "services",
    "conseil",
    "transports",
    "immobilier",
    "construction",
    "batiment",
    "france",
    "groupe",
    "holding",
    "distribution",
    "gestion",
    "nantes",
    "paris",
    "lyon",
    "saint",
    "industrie",
    "international",
    "solutions",
    "renovation",
    "boulangerie",
    "garage",
    "pharmacie",
    "cabinet",
    "energie",
    "invest",
    "habitat",
    "loire",
    "atlantique",
    "ouest",
    "sud",
    "nord",
    "est",
]


def generate(units: int, names: int, out: Path, seed: int = 7) -> tuple[Path, Path]:
    """Write the reference and the names below `out`; return both paths."""
    out.mkdir(parents=True, exist_ok=True)
    reference, wanted = out / "reference.parquet", out / "names.parquet"
    connection = duckdb.connect(config={"temp_directory": str(out / "tmp")})
    connection.execute("SET preserve_insertion_order = false; SET memory_limit = '1500MB'; SET threads = 2")
    vocabulary = max(20_000, units // 12)
    connection.execute(
        "CREATE TABLE syllable AS SELECT row_number() OVER () - 1 AS i, s FROM (SELECT unnest(?) AS s)", [SYLLABLES]
    )
    connection.execute(
        "CREATE TABLE usual AS SELECT row_number() OVER () AS i, w FROM (SELECT unnest(?) AS w)", [USUAL]
    )
    connection.execute(f"""
        CREATE TABLE word AS
        SELECT n, upper(coalesce(usual.w, a.s || b.s || c.s || CASE WHEN n % 3 = 0 THEN d.s ELSE '' END)) AS w
        FROM range(1, {vocabulary} + 1) AS t(n)
        LEFT JOIN usual ON usual.i = n
        JOIN syllable AS a ON a.i = n % {len(SYLLABLES)}
        JOIN syllable AS b ON b.i = (n // {len(SYLLABLES)}) % {len(SYLLABLES)}
        JOIN syllable AS c ON c.i = (n // {len(SYLLABLES) ** 2}) % {len(SYLLABLES)}
        JOIN syllable AS d ON d.i = hash(n + {seed}) % {len(SYLLABLES)}
    """)
    # a rank that is uniform in its logarithm is Zipf's law with exponent 1
    pick = ", ".join(
        f"CAST(exp((hash(i * 8 + {k} + {seed}) % 1000000) / 1e6 * ln({vocabulary})) AS BIGINT) AS w{k}"
        for k in range(4)
    )
    connection.execute(f"""
        COPY (
            WITH drawn AS (SELECT i, hash(i + {seed}) AS h, {pick} FROM range({units}) AS t(i))
            SELECT lpad(CAST(100000000 + i * 29 % 899999999 AS VARCHAR), 9, '0') AS siren,
                CASE WHEN h % 5 = 0 THEN 'SOCIÉTÉ D''' ELSE '' END || a.w || CASE WHEN h % 5 = 1 THEN '-' ELSE ' ' END || b.w
                    || CASE WHEN h % 3 = 0 THEN ' ' || c.w ELSE '' END || CASE WHEN h % 7 = 0 THEN ' ' || d.w ELSE '' END AS name,
                'legal' AS kind, lpad(CAST(h % 95 + 1 AS VARCHAR), 2, '0') || lpad(CAST(h % 300 + 1 AS VARCHAR), 3, '0') AS place,
                lpad(CAST(h % 90 + 1 AS VARCHAR), 2, '0') || '.20Z' AS activity
            FROM drawn JOIN word AS a ON a.n = w0 JOIN word AS b ON b.n = w1 JOIN word AS c ON c.n = w2 JOIN word AS d ON d.n = w3
        ) TO '{reference}' (FORMAT parquet, COMPRESSION zstd)
    """)
    connection.execute(f"""
        COPY (
            WITH one AS (
                SELECT *, hash(siren) AS h FROM '{reference}' WHERE hash(siren || '{seed}') % {max(1, units // (2 * names))} = 0 LIMIT {names}
            )
            SELECT CAST(row_number() OVER (ORDER BY siren) AS INTEGER) AS name_id,
                CASE h % 10 WHEN 0 THEN 'ZYX' || CAST(h % 1000003 AS VARCHAR) || ' ' || name
                    WHEN 1 THEN name || ' SAS' WHEN 2 THEN 'SARL ' || name WHEN 3 THEN list_aggregate(list_reverse(string_split(name, ' ')), 'string_agg', ' ')
                    WHEN 4 THEN replace(name, 'SAINT', 'ST') WHEN 5 THEN lower(name) WHEN 6 THEN name || ' FRANCE' WHEN 7 THEN replace(name, ' ', '')
                    ELSE name END AS name,
                CASE WHEN h % 2 = 0 THEN place END AS place, activity, CASE WHEN h % 10 <> 0 THEN siren END AS siren
            FROM one
        ) TO '{wanted}' (FORMAT parquet)
    """)
    connection.close()
    return reference, wanted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    print(*generate(given.units, given.names, given.out))
