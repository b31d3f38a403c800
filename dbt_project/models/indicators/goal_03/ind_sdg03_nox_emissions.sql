-- Emissions of nitrogen oxides: for the country, as published.
select 'country' as territory_level, 'FM' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '93843661-0511-4e40-a837-810ba4cc4be3' and perimeter_code = 'FM' and value is not null
