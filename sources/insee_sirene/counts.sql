-- Active establishments of all France, counted. Inputs as in establishments.sql, without the territory.
-- One pass over the establishments; of the legal units only those of the social economy and mission companies are joined (joining
-- all costs twice the time and five times the memory, for the same figures). The codes are mapped after grouping, on thousands of rows
-- instead of millions. Establishments abroad have no commune and are left out.
-- A stock of before 2023 knows no mission company: its column is empty throughout, and so is is_mission_company, which is no « no ».
WITH flagged AS (
    SELECT siren, coalesce(bool_or(economieSocialeSolidaireUniteLegale = 'O'), false) AS is_ess,
           coalesce(bool_or(societeMissionUniteLegale = 'O'), false) AS is_mission
    FROM {{ legal_units }}
    WHERE economieSocialeSolidaireUniteLegale = 'O' OR societeMissionUniteLegale = 'O'
    GROUP BY siren
),
told AS (
    SELECT coalesce(bool_or(is_mission), false) AS of_missions FROM flagged
),
grouped AS (
    SELECT e.codeCommuneEtablissement AS code,
           left(e.activitePrincipaleEtablissement, 2) AS naf_division,
           e.nomenclatureActivitePrincipaleEtablissement AS naf_version,
           coalesce(e.trancheEffectifsEtablissement, 'NN') AS size_band,
           coalesce(e.caractereEmployeurEtablissement = 'O', false) AS flagged_employer,
           coalesce(flagged.is_ess, false) AS is_ess,
           coalesce(flagged.is_mission, false) AS is_mission,
           count(*) AS units
    FROM {{ establishments }} AS e
    LEFT JOIN flagged ON flagged.siren = e.siren
    WHERE e.etatAdministratifEtablissement = 'A' AND e.codeCommuneEtablissement IS NOT NULL
    GROUP BY ALL
)
SELECT CASE WHEN code BETWEEN '75101' AND '75120' THEN '75056'
            WHEN code BETWEEN '69381' AND '69389' THEN '69123'
            WHEN code BETWEEN '13201' AND '13216' THEN '13055'
            ELSE code END AS commune_code,
       naf_division, naf_version, size_band,
       flagged_employer
           OR size_band IN ('01', '02', '03', '11', '12', '21', '22', '31', '32', '41', '42', '51', '52', '53') AS is_employer,
       is_ess,
       CASE WHEN told.of_missions THEN is_mission END AS is_mission_company,
       CAST(sum(units) AS BIGINT) AS units
FROM grouped
CROSS JOIN told
WHERE regexp_full_match(code, '\d[\dAB]\d{3}')
GROUP BY ALL
ORDER BY ALL
