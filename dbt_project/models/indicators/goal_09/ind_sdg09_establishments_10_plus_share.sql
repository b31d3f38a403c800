-- Establishments of 10 employees or more among those with an employee, for the commune and for each territory of today whose
-- communes are all in the file. Those without an employee are left out because Flores lacks them and CLAP (2014) counts them: over all,
-- the home EPCI would go from 8.8 % to 25.5 %, on like terms from 24.5 to 28.1.
with by_size as (
  select commune_code, cast(year as varchar) as period, vintage, is_synthetic,
    -- all in the band « 0 salarié ou effectif non déterminé »: sizes are unknown there (Mayotte, 2014), not zero
    size_0 < total or total < 100 as is_sized,
    size_10 + size_20 + size_50 + size_100 + size_200 + size_500 as large, size_1 + size_6 as small
  from {{ ref('stg_insee_establishments_by_size__establishments') }}
),
sized as (
  select commune_code, period, vintage, is_synthetic,
    case when is_sized then large end as large, case when is_sized then small + large end as employers
  from by_size
),
compared as (
  select commune_code, cast(establishments_year as varchar) as period, vintage, is_synthetic,
    establishments_10_plus as large, establishments_1_9 + establishments_10_plus as employers
  from {{ ref('stg_insee_comparateur__communes') }} where establishments_year is not null
),
figure as (
  select *, {{ source_of('stg_insee_establishments_by_size__establishments') }} as source_id
  from {{ territory_sums('sized', ['large', 'employers']) }}
  union all
  select *, {{ source_of('stg_insee_comparateur__communes') }} from {{ territory_sums('compared', ['large', 'employers']) }}
)
select territory_level, territory_code, period, {{ ratio('large', 'employers', 100) }} as value,
  large as numerator, employers as denominator, is_synthetic, source_id, vintage
from figure
where employers > 0 and large is not null
