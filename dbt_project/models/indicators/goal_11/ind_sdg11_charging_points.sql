-- Public charging points: for the country, as published.
select 'country' as territory_level, 'FM' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '50961d87-31a8-4bee-be6a-7b3995f573a3' and perimeter_code = 'FM' and value is not null
