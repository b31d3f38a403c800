-- Share of farmland under organic farming: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '23' and value is not null
union all
select 'country', 'FR', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '18d65d5b-5f9b-44a4-90fa-63ba85edcfd7' and perimeter_code = 'FR' and value is not null
