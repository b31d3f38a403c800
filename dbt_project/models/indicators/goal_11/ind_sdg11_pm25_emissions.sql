-- Emissions of fine particles: for the country, as published.
select 'country' as territory_level, 'FM' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '7b8606aa-b837-4c4f-b6de-3424647bfcfd' and perimeter_code = 'FM' and value is not null
