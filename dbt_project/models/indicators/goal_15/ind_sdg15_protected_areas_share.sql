-- Share of land in protected areas: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '961' and value is not null
union all
select 'country', 'FR', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '9dada869-94a9-4e65-9095-9c9f0de935d5' and perimeter_code = 'unnamed' and value is not null
