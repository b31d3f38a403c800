-- Published survey figures on partnerships.
select
  territory_level,
  territory_code,
  year,
  breakdown,
  measure,
  value,
  'rameau_phare' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('rameau_phare', 'engagement') }}
