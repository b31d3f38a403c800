-- Regional funds from regional-data.json: three objects keyed by year (accidents at work, commuting, employees) become one row a year.
WITH funds AS (
    SELECT unnest(from_json((CAST(content AS JSON) -> '$.caisses'), '["JSON"]')) AS fund FROM read_text({{ file }})
)
SELECT (fund ->> 'id') AS fund_id, (fund ->> 'name') AS fund_name, (fund ->> 'type') AS fund_type, y.key AS year,
       json_extract_string(fund, '$.at."' || y.key || '"') AS work_accidents,
       json_extract_string(fund, '$.trajet."' || y.key || '"') AS commuting_accidents,
       json_extract_string(fund, '$.salaries."' || y.key || '"') AS employees
FROM funds, json_each(funds.fund, '$.at') AS y
ORDER BY fund_id, year
