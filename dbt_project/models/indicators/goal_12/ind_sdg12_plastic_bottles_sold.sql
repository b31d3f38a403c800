-- Plastic bottles put on the market: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '3f7a9112-5cc4-4e07-b02d-59a303d9eab6' and perimeter_code = 'unnamed' and value is not null
