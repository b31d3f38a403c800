-- Vacant dwellings over all dwellings, for the commune and for each larger territory whose communes are all in the file.
with stock as (
  select commune_code, cast(dwellings_year as varchar) as period, vintage, is_synthetic, vacant_dwellings, dwellings
  from {{ ref('stg_insee_comparateur__communes') }} where dwellings_year is not null
)
select territory_level, territory_code, period, {{ ratio('vacant_dwellings', 'dwellings', 100) }} as value,
  vacant_dwellings as numerator, dwellings as denominator, is_synthetic,
  {{ source_of('stg_insee_comparateur__communes') }} as source_id, vintage
from {{ territory_sums('stock', ['vacant_dwellings', 'dwellings']) }}
where dwellings > 0 and vacant_dwellings is not null
union all
select 'country', 'FR', cast(year as varchar), value, null, null, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'c69af914-ddf5-482c-86af-f9a0023eba77' and perimeter_code = 'FR' and value is not null
