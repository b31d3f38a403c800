-- Mission companies of all France (the quality of article L. 210-10 of the commercial code, which Sirene states since 2023), each at its
-- head office. Inputs as in counts.sql. Some thousands of legal units: they are found first, and only their establishments are joined.
-- Only legal persons whose diffusion is open come out: whoever is not named is counted in counts.sql and stands in no list.
WITH unit AS (
    SELECT siren, denominationUniteLegale AS name
    FROM {{ legal_units }}
    WHERE societeMissionUniteLegale = 'O' AND etatAdministratifUniteLegale = 'A' AND statutDiffusionUniteLegale = 'O'
      AND coalesce(left(CAST(categorieJuridiqueUniteLegale AS VARCHAR), 1) <> '1', false)
      AND nullif(nullif(trim(denominationUniteLegale), '[ND]'), '') IS NOT NULL
),
seat AS (
    SELECT e.siren, min(e.codeCommuneEtablissement) AS code, min(e.activitePrincipaleEtablissement) AS naf_code
    FROM {{ establishments }} AS e
    SEMI JOIN unit ON unit.siren = e.siren
    WHERE e.etatAdministratifEtablissement = 'A' AND try_cast(e.etablissementSiege AS BOOLEAN)
    GROUP BY e.siren
)
SELECT unit.siren, min(trim(unit.name)) AS legal_name,
       min(CASE WHEN seat.code BETWEEN '75101' AND '75120' THEN '75056'
                WHEN seat.code BETWEEN '69381' AND '69389' THEN '69123'
                WHEN seat.code BETWEEN '13201' AND '13216' THEN '13055'
                WHEN regexp_full_match(seat.code, '\d[\dAB]\d{3}') THEN seat.code END) AS commune_code,
       min(seat.naf_code) AS naf_code
FROM unit
LEFT JOIN seat ON seat.siren = unit.siren
GROUP BY unit.siren
ORDER BY unit.siren
