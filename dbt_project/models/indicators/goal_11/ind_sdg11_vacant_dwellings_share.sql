-- Vacant dwellings over all dwellings, for the commune and for each larger territory whose communes are all in the file.
select * from {{ rate_of_sums('stg_insee_comparateur__communes', 'vacant_dwellings', 'dwellings', 'dwellings_year') }}
union all by name
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'c69af914-ddf5-482c-86af-f9a0023eba77' and perimeter_code = 'FR' and value is not null
