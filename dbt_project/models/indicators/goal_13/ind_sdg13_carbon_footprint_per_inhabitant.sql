-- Carbon footprint per inhabitant: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'd089aef5-703e-4961-9c8f-6975957a96f6' and perimeter_code = 'FR' and value is not null
