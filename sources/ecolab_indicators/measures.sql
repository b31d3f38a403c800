-- One recorded answer of the API is one measure of one cube. The keys of its rows carry the cube's name (`surface_bio_dpt.geocode_region`);
-- what is neither place, date nor value is a category of the row (`carburant`, `type_amenagement`): one row a category, null where it has no value.
WITH document AS (
    SELECT content::JSON AS j FROM read_text({{ file }})
),
answer AS (
    SELECT (j ->> '$.cubeName') AS cube, (j ->> '$.measureName') AS measure, (j ->> '$.timeDimension') AS time_key,
           (j ->> '$.measureMeta.libelle_indicateur') AS label, (j ->> '$.measureMeta.unite') AS unit,
           unnest(from_json(j -> '$.data', '["JSON"]')) AS r
    FROM document
)
SELECT replace(measure, cube || '.id_', '') AS measure_id, cube, label, unit,
       json_extract_string(r, '$."' || cube || '.geocode_region"') AS territory_code,
       json_extract_string(r, '$."' || cube || '.libelle_region"') AS name,
       left(json_extract_string(r, '$."' || time_key || '"'), 4) AS year,
       coalesce(nullif(list_aggregate(list_transform(
           list_sort(list_filter(json_keys(r), k -> NOT (k = measure OR k LIKE cube || '.geocode%' OR k LIKE cube || '.libelle%' OR k LIKE time_key || '%'))),
           k -> json_extract_string(r, '$."' || k || '"')), 'string_agg', ' / '), ''), 'total') AS category,
       json_extract_string(r, '$."' || measure || '"') AS value
FROM answer
-- « 0 », the overseas collectivities together, is no région
WHERE json_extract_string(r, '$."' || cube || '.geocode_region"') <> '0'
-- Guyane's industry falls from 89 % of fossil energy in 2018 to 28, 5 and 3 %: its fuels have left the publisher's file, not its plants
    AND NOT (measure LIKE '%.id_833' AND json_extract_string(r, '$."' || cube || '.geocode_region"') = '03'
             AND left(json_extract_string(r, '$."' || time_key || '"'), 4) >= '2019')
ORDER BY territory_code, year, category
