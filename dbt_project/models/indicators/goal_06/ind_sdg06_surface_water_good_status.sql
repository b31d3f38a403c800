-- Share of surface waters in good ecological status: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '72bedb7a-ad09-4ed9-bbb5-b2640caeb3a7' and perimeter_code = 'unnamed' and value is not null
