-- Share of rail in inland freight: for the country, as published.
select 'country' as territory_level, 'FM' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '332f2a09-91a6-4674-a42d-debf59c03557' and perimeter_code = 'FM' and value is not null
