-- Landfilled waste: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '5ed623e3-c8bc-4139-8996-8b83b09fdf21' and perimeter_code = 'FR' and value is not null
