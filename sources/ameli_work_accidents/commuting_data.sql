-- Commuting accidents from trajet-data.json: the country and the NAF divisions, one row a year.
-- There is no annual table for them: `stats` is the last year of `yearly`, so every row comes from the sheets by activity.
WITH document AS (
    SELECT content::JSON AS j FROM read_text({{ file }})
),
entities AS (
    SELECT 'total' AS level, 'all' AS naf_code, 'Ensemble' AS naf_label, (j -> '$.meta.national.yearly') AS yearly
    FROM document
    UNION ALL
    SELECT 'naf2', CASE WHEN regexp_full_match(e.key, '\d') THEN '0' || e.key ELSE lower(e.key) END, (e.value ->> 'libelle'),
           (e.value -> 'yearly')
    FROM document, json_each(document.j, '$.by_naf2') AS e
)
SELECT 'commuting' AS risk, y.key AS year, level, 'all' AS ctn, naf_code, naf_label, 'activity_sheets' AS basis,
       (y.value ->> 'nb_salaries') AS employees, (y.value ->> 'events') AS accidents, (y.value ->> 'deces') AS deaths
FROM entities, json_each(entities.yearly) AS y
WHERE (y.value ->> 'events') IS NOT NULL AND (y.value ->> 'nb_salaries') IS NOT NULL
ORDER BY level DESC, naf_code, year
