-- Share of land under strong protection: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '964' and value is not null
union all
select 'country', 'FR', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '80bdeeac-6bf2-43ce-8ab7-85d4d4c18a5d' and perimeter_code = 'unnamed' and value is not null and value > 0
