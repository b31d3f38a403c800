-- sdg17_partnership_engagement: published survey results. Total: companies of 10 employees or more engaged in
-- partnerships; opinion=…: those who hold that partnerships bring innovation, another question of the same survey.
select 'sdg17_partnership_engagement' as indicator_id, territory_level, territory_code, cast(year as varchar) as period,
  case when breakdown is null or breakdown = 'total' then 'total'
       when contains(breakdown, '=') then breakdown else 'opinion=' || breakdown end as breakdown,
  value,
  {{ status_columns(synthetic='is_synthetic') }},
  cast(null as double) as numerator, cast(null as double) as denominator, 'rameau_phare' as source_id, vintage
from {{ ref('stg_rameau_phare__engagement') }}
where value is not null
