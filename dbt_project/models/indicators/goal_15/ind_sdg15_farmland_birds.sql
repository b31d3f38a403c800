-- Abundance of farmland birds: for the country, as published.
select 'country' as territory_level, 'FM' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'f06b6e72-7d4d-4643-a6c3-e8976a37f9cb' and perimeter_code = 'FM' and value is not null
