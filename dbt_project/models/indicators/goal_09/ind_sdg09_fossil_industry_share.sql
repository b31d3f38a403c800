-- Share of fossil energy in industry’s consumption: by région, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '833' and value is not null
