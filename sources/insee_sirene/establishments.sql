-- Active establishments of the home territory, joined with their legal units.
-- Inputs: the relations establishments and legal_units (official column names, from CSV or Parquet) and home_communes (commune_code).
-- Only the sirens met in the territory are looked up among the 29 million legal units.
--
-- A name comes out only for a legal person that is open to the public at both levels: a sole trader (legal category 1xxx) is a
-- person, and partial diffusion ('P', the name then reads '[ND]') is a request not to be named. Where the two levels disagree the
-- stricter status is kept; an establishment whose legal unit is not in the stock is treated as partially open.
WITH codes AS (
    SELECT commune_code AS published_code, commune_code FROM {{ home_communes }}
    UNION ALL  -- Paris, Lyon and Marseille are published by municipal arrondissement
    SELECT CAST(a.first + a.i AS VARCHAR), a.commune_code
    FROM (
        SELECT 75101 AS first, unnest(range(20)) AS i, '75056' AS commune_code
        UNION ALL SELECT 69381, unnest(range(9)), '69123'
        UNION ALL SELECT 13201, unnest(range(16)), '13055'
    ) AS a
    WHERE a.commune_code IN (SELECT commune_code FROM {{ home_communes }})
),
local AS (
    SELECT e.siret, e.siren, codes.commune_code,
           e.activitePrincipaleEtablissement AS naf_code,
           e.nomenclatureActivitePrincipaleEtablissement AS naf_version,
           coalesce(e.trancheEffectifsEtablissement, 'NN') AS size_band,
           e.caractereEmployeurEtablissement AS employer_flag,
           try_cast(e.dateCreationEtablissement AS DATE) AS created_on,
           try_cast(e.etablissementSiege AS BOOLEAN) AS is_head_office,
           e.statutDiffusionEtablissement AS diffusion
    FROM {{ establishments }} AS e
    JOIN codes ON codes.published_code = e.codeCommuneEtablissement
    WHERE e.etatAdministratifEtablissement = 'A'
),
units AS (
    SELECT u.siren, u.statutDiffusionUniteLegale AS diffusion,
           CAST(u.categorieJuridiqueUniteLegale AS VARCHAR) AS legal_category,
           u.denominationUniteLegale AS name,
           u.trancheEffectifsUniteLegale AS unit_size_band,
           try_cast(u.anneeEffectifsUniteLegale AS INTEGER) AS unit_size_year,
           u.economieSocialeSolidaireUniteLegale AS ess,
           u.societeMissionUniteLegale AS mission,
           u.identifiantAssociationUniteLegale AS rna
    FROM {{ legal_units }} AS u
    SEMI JOIN local ON local.siren = u.siren
)
SELECT l.siret, l.siren, l.commune_code, l.naf_code, l.naf_version, l.size_band,
       coalesce(l.employer_flag = 'O', false)
           OR l.size_band IN ('01', '02', '03', '11', '12', '21', '22', '31', '32', '41', '42', '51', '52', '53') AS is_employer,
       nullif(l.created_on, DATE '1900-01-01') AS created_on,
       coalesce(l.is_head_office, false) AS is_head_office,
       CASE WHEN l.diffusion = 'O' AND u.diffusion = 'O' THEN 'O'
            WHEN 'N' IN (l.diffusion, u.diffusion) THEN 'N'
            ELSE 'P' END AS diffusion_status,
       CASE WHEN l.diffusion = 'O' AND u.diffusion = 'O' AND left(u.legal_category, 1) <> '1'
            THEN nullif(nullif(trim(u.name), '[ND]'), '') END AS legal_name,
       coalesce(left(u.legal_category, 1) <> '1', false) AS is_legal_person,
       -- blank is « not stated », not « no »
       u.ess = 'O' AS is_ess,
       u.mission = 'O' AS is_mission_company,
       u.legal_category, u.unit_size_band, u.unit_size_year, nullif(trim(u.rna), '') AS rna
FROM local AS l
LEFT JOIN units AS u ON u.siren = l.siren
ORDER BY l.siret
