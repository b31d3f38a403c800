-- Yield of drinking-water networks: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '5fa0f42a-cced-46bd-8e88-c9e3930e00ab' and perimeter_code = 'FR' and value is not null
