-- sdg09_establishments_10_plus_share: establishments of 10 employees or more among those with an employee, for the
-- commune and for each territory of today whose communes are all in the file. Those without are left out because the file
-- that follows (Flores) lacks them: over all, the home EPCI would go from 8.8 % to 25.5 %, on like terms from 24.5 to 28.1.
with file as (
  select commune_code, cast(year as varchar) as period, vintage, is_synthetic,
    -- all in the band « 0 salarié ou effectif non déterminé »: sizes are unknown there (Mayotte, 2014), not zero
    size_0 < total or total < 100 as is_sized,
    size_10 + size_20 + size_50 + size_100 + size_200 + size_500 as large, size_1 + size_6 as small
  from {{ ref('stg_insee_establishments_by_size__establishments') }}
),
sized as (
  select commune_code, period, vintage, is_synthetic,
    case when is_sized then large end as large, case when is_sized then small + large end as employers
  from file
)
select 'sdg09_establishments_10_plus_share' as indicator_id, territory_level, territory_code, period, 'total' as breakdown,
  {{ ratio('large', 'employers', 100) }} as value,
  {{ status_columns(synthetic='is_synthetic') }},
  large as numerator, employers as denominator, 'insee_establishments_by_size' as source_id, vintage
from {{ territory_sums('sized', ['large', 'employers']) }}
where employers > 0 and large is not null
