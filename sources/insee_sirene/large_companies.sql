-- Companies of 50 employees and more of all France: the activity and the size by which a company stands beside others like it, wherever its
-- head office lies. One pass over the legal units. Open legal persons only, and no name: whom to name is for establishments.sql.
-- A delivery without the establishments (a handful of legal units of a trial) gives no list: the stocks come as two halves.
SELECT siren, min(activitePrincipaleUniteLegale) AS naf_code, min(nomenclatureActivitePrincipaleUniteLegale) AS naf_version,
       min(trancheEffectifsUniteLegale) AS size_band, min(CAST(categorieJuridiqueUniteLegale AS VARCHAR)) AS legal_category,
       min(TRY_CAST(anneeEffectifsUniteLegale AS INTEGER)) AS size_year
FROM {{ legal_units }}
WHERE etatAdministratifUniteLegale = 'A' AND statutDiffusionUniteLegale = 'O'
  AND coalesce(left(CAST(categorieJuridiqueUniteLegale AS VARCHAR), 1) <> '1', false)
  AND trancheEffectifsUniteLegale IN ('21', '22', '31', '32', '41', '42', '51', '52', '53')
  AND (SELECT count(*) FROM (SELECT 1 FROM {{ establishments }} LIMIT 1)) = 1
GROUP BY siren
ORDER BY siren
