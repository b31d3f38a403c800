-- Two measures, two series: the localised rate by employment zone and quarter, as INSEE publishes it, and unemployment of 15–64
-- in the census sense for the commune and each larger territory whose communes are all in the file. Employment zones have
-- the localised rate and nothing else: zone 5216 read 5.8, 10.96, 5.7 in one chart (2021-Q4, census 2022, 2022-Q1).
with labour as (
  select commune_code, cast(labour_year as varchar) as period, vintage, is_synthetic,
    unemployed_15_64 as unemployed, active_15_64 as active
  from {{ ref('stg_insee_comparateur__communes') }} where labour_year is not null
)
select territory_level, territory_code, period, rate as value, cast(null as double) as numerator, cast(null as double) as denominator,
  is_synthetic, source_id, vintage
from {{ ref('stg_insee_unemployment__rates') }}
where rate is not null and territory_code is not null and period is not null
union all
select territory_level, territory_code, period, {{ ratio('unemployed', 'active', 100) }}, unemployed, active,
  is_synthetic, {{ source_of('stg_insee_comparateur__communes') }}, vintage
from {{ territory_sums('labour', ['unemployed', 'active']) }}
where active > 0 and unemployed is not null and territory_level <> 'employment_zone'
