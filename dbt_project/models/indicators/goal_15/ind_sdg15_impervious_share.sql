-- Impervious share of land: a mean over the territory, by third parties, at the levels that the file gives, and for EPCIs and employment zones from
-- the means of their communes. Its year is its vintage's.
with published as (
  select territory_level, territory_code, cast(extract(year from {{ day_of('vintage') }}) as varchar) as period, impervious_share as mean,
    is_synthetic, source_id, vintage
  from {{ ref('stg_copernicus_imperviousness__means') }}
  where impervious_share is not null
),
communes as (
  select territory_code as commune_code, period, mean, is_synthetic, vintage from published where territory_level = 'commune'
),
figures as (
  select territory_level, territory_code, period, mean, is_synthetic, source_id, vintage from published
  union all
  select territory_level, territory_code, period, mean, is_synthetic, {{ source_of('stg_copernicus_imperviousness__means') }}, vintage
  from {{ area_means('communes') }}
)
select territory_level, territory_code, period, mean as value,
  'Moyenne calculée par un tiers sur la couche de Copernicus.' as weakness, is_synthetic, source_id, vintage
from figures
