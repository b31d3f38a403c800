-- Establishments of all France by year of creation, since 2012, open or closed since. Input: the establishments.
-- A move creates a new establishment, so these are more than new businesses. The date 1900-01-01 (unknown) falls out by itself.
-- Dates ahead of the stock occur (creations declared in advance): the last year is incomplete or premature and dbt leaves it out.
WITH grouped AS (
    SELECT codeCommuneEtablissement AS code,
           year(try_cast(dateCreationEtablissement AS DATE)) AS year,
           count(*) AS created
    FROM {{ establishments }}
    WHERE try_cast(dateCreationEtablissement AS DATE) >= DATE '2012-01-01' AND codeCommuneEtablissement IS NOT NULL
    GROUP BY ALL
)
SELECT CASE WHEN code BETWEEN '75101' AND '75120' THEN '75056'
            WHEN code BETWEEN '69381' AND '69389' THEN '69123'
            WHEN code BETWEEN '13201' AND '13216' THEN '13055'
            ELSE code END AS commune_code,
       CAST(year AS BIGINT) AS year,
       CAST(sum(created) AS BIGINT) AS created
FROM grouped
WHERE regexp_full_match(code, '\d[\dAB]\d{3}')
GROUP BY ALL
ORDER BY ALL
