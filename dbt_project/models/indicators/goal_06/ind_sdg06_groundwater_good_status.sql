-- Share of groundwaters in good chemical status: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '85b42194-c725-4fbd-915c-1b585c872dfc' and perimeter_code = 'unnamed' and value is not null
