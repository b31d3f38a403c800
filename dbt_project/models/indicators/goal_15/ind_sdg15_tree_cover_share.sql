-- Tree cover: a mean over the territory, by third parties, at the levels that the file gives. Its year is its vintage's.
select territory_level, territory_code, cast(extract(year from {{ day_of('vintage') }}) as varchar) as period, tree_cover_share as value,
  'Moyenne calculée par un tiers sur la couche de Copernicus.' as weakness, is_synthetic, source_id, vintage
from {{ ref('stg_copernicus_tree_cover__means') }}
where tree_cover_share is not null
