-- sdg09_establishments_10_plus_share: active establishments of 10 employees or more among all active ones,
-- for the commune and for each territory of today whose communes are all in the file.
with file as (
  select commune_code, cast(year as varchar) as period, vintage, is_synthetic,
    -- all in the band « 0 salarié ou effectif non déterminé »: sizes are unknown there (Mayotte, 2014), not zero
    case when size_0 < total or total < 100 then size_10 + size_20 + size_50 + size_100 + size_200 + size_500 end as large, total
  from {{ ref('stg_insee_establishments_by_size__establishments') }}
)
select 'sdg09_establishments_10_plus_share' as indicator_id, territory_level, territory_code, period, 'total' as breakdown,
  {{ ratio('large', 'total', 100) }} as value,
  {{ status_columns(synthetic='is_synthetic') }},
  large as numerator, total as denominator, 'insee_establishments_by_size' as source_id, vintage
from {{ territory_sums('file', ['large', 'total']) }}
where total > 0 and large is not null
