-- Share of electric buses in the fleet: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '453' and value is not null
union all
select 'country', 'FR', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '3d09a623-1f74-44d0-91f1-1eec76509605' and perimeter_code = 'FR' and value is not null
