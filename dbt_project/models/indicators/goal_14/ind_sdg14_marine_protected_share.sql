-- Share of marine waters in protected areas: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'c5d82e70-0af5-4d39-8ac4-afd6a47cfa2d' and perimeter_code = 'unnamed' and value is not null
