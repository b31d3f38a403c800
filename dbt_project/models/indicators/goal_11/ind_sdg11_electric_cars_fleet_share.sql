-- Share of electric cars in the fleet: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '826' and value is not null
union all
select 'country', 'FM', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '23f8812e-1493-4822-a84d-94f4a74e8ba6' and perimeter_code = 'FM' and value is not null
