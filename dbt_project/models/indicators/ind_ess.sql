-- sdg08_ess_employment_share: published share of the social and solidarity economy in private employment.
select 'sdg08_ess_employment_share' as indicator_id, territory_level, territory_code, cast(year as varchar) as period,
  'total' as breakdown, employment_share as value,
  {{ status_columns(synthetic='is_synthetic') }},
  cast(employees as double) as numerator, cast(null as double) as denominator, 'ess_roadmap' as source_id, vintage
from {{ ref('stg_ess_roadmap__figures') }}
where employment_share is not null
