-- Greenhouse-gas emissions per inhabitant: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'b968cf87-5cb6-4bca-9216-5ed58ff260f6' and perimeter_code = 'FR' and value is not null
