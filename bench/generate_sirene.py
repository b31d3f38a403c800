"""Makes a stock of Sirene of any size in the official layout: invented units, real column names and types.

    python bench/generate_sirene.py --establishments 2000000 --out /tmp/stock [--csv]

writes `insee_sirene/<vintage>/StockEtablissement_utf8.parquet` and `StockUniteLegale_utf8.parquet`
below the folder (with `--csv` the same as zipped CSV instead), ready for `observatory refresh --from`.
Every SIREN is invented (with a valid key), every name reads `ENTREPRISE FICTIVE n`.
"""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import duckdb

NANTES = [
    "44009",
    "44018",
    "44020",
    "44024",
    "44026",
    "44035",
    "44047",
    "44074",
    "44094",
    "44101",
    "44109",
    "44114",
    "44120",
    "44143",
    "44150",
    "44162",
    "44166",
    "44171",
    "44172",
    "44190",
    "44194",
    "44198",
    "44204",
    "44215",
]
ADDRESS = (
    "complementAdresse{n}Etablissement numeroVoie{n}Etablissement indiceRepetition{n}Etablissement "
    "typeVoie{n}Etablissement libelleVoie{n}Etablissement codePostal{n}Etablissement libelleCommune{n}Etablissement "
    "libelleCommuneEtranger{n}Etablissement distributionSpeciale{n}Etablissement codeCommune{n}Etablissement "
    "codeCedex{n}Etablissement libelleCedex{n}Etablissement codePaysEtranger{n}Etablissement libellePaysEtranger{n}Etablissement"
)


def _luhn(body: str) -> str:
    """Return SQL for the check digit of the digits `body` (an SQL expression)."""
    # positions are counted from the check digit, so the digit before it is doubled
    total = " + ".join(
        f"(CAST(substr({body}, {i + 1}, 1) AS INT) * {2 if (8 - i) % 2 else 1} "
        f"- CASE WHEN {8 - i} % 2 = 1 AND CAST(substr({body}, {i + 1}, 1) AS INT) > 4 THEN 9 ELSE 0 END)"
        for i in range(8)
    )
    return f"CAST((10 - ({total}) % 10) % 10 AS VARCHAR)"


def generate(out: Path, establishments: int, vintage: str, as_csv: bool) -> Path:
    """Write both stocks below `out` and return the vintage's folder."""
    folder = out / "insee_sirene" / vintage
    folder.mkdir(parents=True, exist_ok=True)
    units = max(1, establishments * 2 // 3)
    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false; SET memory_limit = '4GB'")
    body = "lpad(CAST(10000000 + u AS VARCHAR), 8, '0')"
    siren = f"({body} || {_luhn(body)})"
    con.execute(
        f"CREATE MACRO h(x, salt) AS CAST(hash(x * 1000003 + salt) % 1000000 AS BIGINT); "
        f"CREATE MACRO siren_of(u) AS {siren}"
    )
    communes = "[" + ",".join(f"'{c}'" for c in NANTES) + "]"
    commune = (
        f"CASE WHEN h(i, 1) < 12000 THEN {communes}[1 + h(i, 2) % 24] "
        "ELSE lpad(CAST(1 + h(i, 3) % 95 AS VARCHAR), 2, '0') || lpad(CAST(1 + h(i, 4) % 350 AS VARCHAR), 3, '0') END"
    )
    naf = "['47.11F','62.01Z','95.11Z','95.29Z','68.20A','86.21Z','43.21A','56.10A','94.99Z','88.10A','70.22Z','49.41A'][1 + h(i, 5) % 12]"
    bands = "CASE WHEN h(i, 6) < 700000 THEN 'NN' ELSE ['00','01','02','03','11','12','21','22','31','32','41','42'][1 + h(i, 7) % 12] END"
    blank = ", ".join(f"CAST(NULL AS VARCHAR) AS {c}" for c in ADDRESS.format(n="2").split())
    con.execute(
        f"""CREATE VIEW establishments AS SELECT
        siren_of(u) AS siren, lpad(CAST(10 + i % 90 AS VARCHAR), 5, '0') AS nic,
        siren_of(u) || lpad(CAST(i // {units} * 10 + 10 + i % 10 AS VARCHAR), 5, '0') AS siret,
        CASE WHEN h(i, 8) < 60000 THEN 'P' ELSE 'O' END AS statutDiffusionEtablissement,
        DATE '1990-01-01' + CAST(h(i, 9) % 13300 AS INTEGER) AS dateCreationEtablissement,
        {bands} AS trancheEffectifsEtablissement, CAST(2023 AS BIGINT) AS anneeEffectifsEtablissement,
        CAST(NULL AS VARCHAR) AS activitePrincipaleRegistreMetiersEtablissement,
        TIMESTAMP '2026-09-01 05:25:38' AS dateDernierTraitementEtablissement,
        i < {units} AS etablissementSiege, CAST(1 + h(i, 10) % 5 AS BIGINT) AS nombrePeriodesEtablissement,
        CAST(NULL AS VARCHAR) AS complementAdresseEtablissement, CAST(1 + h(i, 11) % 200 AS VARCHAR) AS numeroVoieEtablissement,
        CAST(NULL AS VARCHAR) AS indiceRepetitionEtablissement, CAST(NULL AS VARCHAR) AS dernierNumeroVoieEtablissement,
        CAST(NULL AS VARCHAR) AS indiceRepetitionDernierNumeroVoieEtablissement, 'RUE' AS typeVoieEtablissement,
        'DES EXEMPLES ' || CAST(h(i, 12) % 5000 AS VARCHAR) AS libelleVoieEtablissement,
        left(commune, 2) || '000' AS codePostalEtablissement, 'COMMUNE ' || commune AS libelleCommuneEtablissement,
        CAST(NULL AS VARCHAR) AS libelleCommuneEtrangerEtablissement, CAST(NULL AS VARCHAR) AS distributionSpecialeEtablissement,
        commune AS codeCommuneEtablissement, CAST(NULL AS VARCHAR) AS codeCedexEtablissement,
        CAST(NULL AS VARCHAR) AS libelleCedexEtablissement, CAST(NULL AS VARCHAR) AS codePaysEtrangerEtablissement,
        CAST(NULL AS VARCHAR) AS libellePaysEtrangerEtablissement, commune || '_' || CAST(h(i, 13) AS VARCHAR) AS identifiantAdresseEtablissement,
        CAST(300000 + h(i, 14) AS VARCHAR) AS coordonneeLambertAbscisseEtablissement,
        CAST(6600000 + h(i, 15) AS VARCHAR) AS coordonneeLambertOrdonneeEtablissement,
        {blank}, DATE '2015-01-01' + CAST(h(i, 16) % 4000 AS INTEGER) AS dateDebut,
        CASE WHEN h(i, 17) < 600000 THEN 'F' ELSE 'A' END AS etatAdministratifEtablissement,
        CAST(NULL AS VARCHAR) AS enseigne1Etablissement, CAST(NULL AS VARCHAR) AS enseigne2Etablissement,
        CAST(NULL AS VARCHAR) AS enseigne3Etablissement, CAST(NULL AS VARCHAR) AS denominationUsuelleEtablissement,
        {naf} AS activitePrincipaleEtablissement, 'NAFRev2' AS nomenclatureActivitePrincipaleEtablissement,
        CASE WHEN h(i, 6) < 700000 THEN 'N' ELSE 'O' END AS caractereEmployeurEtablissement,
        CAST(NULL AS VARCHAR) AS activitePrincipaleNAF25Etablissement
        FROM (SELECT i, i % {units} AS u, {commune} AS commune FROM range({establishments}) t(i))"""
    )
    con.execute(
        f"""CREATE VIEW legal_units AS SELECT
        siren_of(u) AS siren, CASE WHEN h(u, 20) < 60000 THEN 'P' ELSE 'O' END AS statutDiffusionUniteLegale,
        CAST(NULL AS BOOLEAN) AS unitePurgeeUniteLegale, DATE '1990-01-01' + CAST(h(u, 21) % 13300 AS INTEGER) AS dateCreationUniteLegale,
        CAST(NULL AS VARCHAR) AS sigleUniteLegale, CASE WHEN person THEN 'F' END AS sexeUniteLegale,
        CASE WHEN person THEN 'PRENOM' END AS prenom1UniteLegale, CAST(NULL AS VARCHAR) AS prenom2UniteLegale,
        CAST(NULL AS VARCHAR) AS prenom3UniteLegale, CAST(NULL AS VARCHAR) AS prenom4UniteLegale,
        CASE WHEN person THEN 'PRENOM' END AS prenomUsuelUniteLegale, CAST(NULL AS VARCHAR) AS pseudonymeUniteLegale,
        CAST(NULL AS VARCHAR) AS identifiantAssociationUniteLegale,
        -- 3 legal units in a thousand have 50 employees or more
        CASE WHEN h(u, 26) < 3000 THEN ['21','22','31','32','41','42','51'][1 + h(u, 27) % 7] ELSE 'NN' END AS trancheEffectifsUniteLegale,
        CAST(2023 AS BIGINT) AS anneeEffectifsUniteLegale, TIMESTAMP '2026-09-01 05:25:38' AS dateDernierTraitementUniteLegale,
        CAST(1 AS BIGINT) AS nombrePeriodesUniteLegale, 'PME' AS categorieEntreprise, CAST(2023 AS BIGINT) AS anneeCategorieEntreprise,
        DATE '2015-01-01' AS dateDebut, 'A' AS etatAdministratifUniteLegale,
        CASE WHEN person THEN 'NOM' END AS nomUniteLegale, CAST(NULL AS VARCHAR) AS nomUsageUniteLegale,
        CASE WHEN NOT person AND h(u, 20) < 60000 THEN '[ND]' WHEN NOT person THEN 'ENTREPRISE FICTIVE ' || CAST(u AS VARCHAR)
            END AS denominationUniteLegale,
        CAST(NULL AS VARCHAR) AS denominationUsuelle1UniteLegale, CAST(NULL AS VARCHAR) AS denominationUsuelle2UniteLegale,
        CAST(NULL AS VARCHAR) AS denominationUsuelle3UniteLegale,
        CAST(CASE WHEN person THEN 1000 ELSE [5499, 5710, 9220, 5599][1 + h(u, 22) % 4] END AS BIGINT) AS categorieJuridiqueUniteLegale,
        '62.01Z' AS activitePrincipaleUniteLegale, 'NAFRev2' AS nomenclatureActivitePrincipaleUniteLegale, '00010' AS nicSiegeUniteLegale,
        CASE WHEN h(u, 23) < 30000 THEN 'O' WHEN h(u, 23) < 500000 THEN 'N' END AS economieSocialeSolidaireUniteLegale,
        CASE WHEN h(u, 24) < 300 THEN 'O' END AS societeMissionUniteLegale, CAST(NULL AS VARCHAR) AS caractereEmployeurUniteLegale,
        CAST(NULL AS VARCHAR) AS activitePrincipaleNAF25UniteLegale
        FROM (SELECT u, h(u, 25) < 600000 AS person FROM range({units}) t(u))"""
    )
    for view, name in (("establishments", "StockEtablissement_utf8"), ("legal_units", "StockUniteLegale_utf8")):
        if not as_csv:
            con.execute(
                f"COPY (SELECT * FROM {view}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION snappy)"
            )
            continue
        plain = folder / f"{name}.csv"
        con.execute(
            f"COPY (SELECT * FROM {view}) TO '{plain}' (FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S')"
        )
        with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(plain, plain.name)
        plain.unlink()
    return folder


def main() -> None:
    """Parse the command line and write the stocks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--establishments", type=int, default=2_000_000)
    parser.add_argument("--vintage", default="2026-09")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--csv", action="store_true", help="zipped CSV instead of Parquet")
    arguments = parser.parse_args()
    print(generate(arguments.out, arguments.establishments, arguments.vintage, arguments.csv))


if __name__ == "__main__":
    main()
