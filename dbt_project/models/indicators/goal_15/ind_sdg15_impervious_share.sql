-- Impervious share of land: a mean over the territory, by third parties, at the levels that the file gives. Its year is its vintage's.
select territory_level, territory_code, cast(extract(year from {{ day_of('vintage') }}) as varchar) as period, impervious_share as value,
  'Moyenne calculée par un tiers sur la couche de Copernicus.' as weakness, is_synthetic, source_id, vintage
from {{ ref('stg_copernicus_imperviousness__means') }}
where impervious_share is not null
