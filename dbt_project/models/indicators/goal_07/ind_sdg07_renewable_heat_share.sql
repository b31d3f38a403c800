-- Share of renewable and recovered heat in heat networks: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '510' and value is not null
union all
select 'country', 'FM', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '12452ab2-7e86-4c6d-a610-e4e87d83a715' and perimeter_code = 'FM' and value is not null
