-- Accidents at work from at-data.json: the country and the NAF divisions, one row a year.
-- The vintage's own year comes from the annual table (`meta.national`, `stats`), which counts accidents of unknown activity
-- (`xx`); the years before only exist as sums of the sheets by activity (`yearly`). `yearly.nb_heures` repeats one figure for
-- all years and is not taken.
WITH document AS (
    SELECT content::JSON AS j FROM read_text({{ file }})
),
own AS (
    SELECT j, (SELECT max(y) FROM unnest(from_json(j -> '$.meta.years', '["VARCHAR"]')) AS t(y)) AS own_year FROM document
),
entities AS (
    SELECT 'total' AS level, 'all' AS naf_code, 'Ensemble' AS naf_label,
           (j -> '$.meta.national') AS stats, (j -> '$.meta.national.yearly') AS yearly, own_year
    FROM own
    UNION ALL
    SELECT 'naf2', CASE WHEN regexp_full_match(e.key, '\d') THEN '0' || e.key ELSE lower(e.key) END, (e.value ->> 'libelle'),
           (e.value -> 'stats'), (e.value -> 'yearly'), own_year
    FROM own, json_each(own.j, '$.by_naf2') AS e
)
SELECT 'work' AS risk, own_year AS year, level, 'all' AS ctn, naf_code, naf_label, 'annual_table' AS basis,
       (stats ->> 'nb_salaries') AS employees, (stats ->> 'at_1er_reglement') AS accidents, (stats ->> 'deces') AS deaths
FROM entities
WHERE (stats ->> 'at_1er_reglement') IS NOT NULL AND (stats ->> 'nb_salaries') IS NOT NULL
UNION ALL
SELECT 'work', y.key, level, 'all', naf_code, naf_label, 'activity_sheets',
       (y.value ->> 'nb_salaries'), (y.value ->> 'events'), (y.value ->> 'deces')
FROM entities, json_each(entities.yearly) AS y
WHERE y.key <> own_year AND (y.value ->> 'events') IS NOT NULL AND (y.value ->> 'nb_salaries') IS NOT NULL
ORDER BY level DESC, naf_code, year
