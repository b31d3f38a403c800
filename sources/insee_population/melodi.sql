-- Melodi's DS_POPULATIONS_REFERENCE: one observation a commune and measure, the code prefixed with the year of the code list
-- (`2025-COM-44109`), become one row a commune.
WITH observations AS (
    SELECT unnest(observations) AS o FROM read_json({{ file }}, maximum_object_size = 200000000, columns = {
        observations: 'STRUCT(dimensions STRUCT(GEO VARCHAR, TIME_PERIOD VARCHAR, POPREF_MEASURE VARCHAR), measures STRUCT(OBS_VALUE_NIVEAU STRUCT("value" DOUBLE)))[]'
    })
), communes AS (
    SELECT regexp_extract(o.dimensions.GEO, '^(?:\d{4}-)?(?:COM|ARM)-(\w{5})$', 1) AS code, o.dimensions.TIME_PERIOD AS year,
           o.dimensions.POPREF_MEASURE AS measure, o.measures.OBS_VALUE_NIVEAU.value AS people
    FROM observations
)
SELECT code AS "COM", CASE WHEN code LIKE '97%' THEN left(code, 3) ELSE left(code, 2) END AS "DEP",
       max(people) FILTER (measure = 'PMUN') AS "PMUN", max(people) FILTER (measure = 'PCAP') AS "PCAP",
       max(people) FILTER (measure = 'PTOT') AS "PTOT"
FROM communes
-- two years in one answer give each commune twice, and the file is refused
GROUP BY code, year
ORDER BY code, year
