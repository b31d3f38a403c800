-- Yearly figures of the platform's programmes: the newest workbook only, which holds all years each time.
select
  programme,
  year,
  measure,
  value,
  unit,
  'programmes' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('programmes', 'figures') }}
qualify _vintage = max(_vintage) over ()
