-- Published figures of the social and solidarity economy.
select
  territory_level,
  territory_code,
  year,
  employees,
  employment_share,
  employer_establishments,
  'ess_roadmap' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('ess_roadmap', 'figures') }}
