-- Published share of the social and solidarity economy in private employment.
select territory_level, territory_code, cast(year as varchar) as period, employment_share as value,
  cast(employees as double) as numerator, is_synthetic, source_id, vintage
from {{ ref('stg_ess_roadmap__figures') }}
where employment_share is not null
