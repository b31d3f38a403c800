-- Visits and visitors by month: the newest workbook only, which holds all months each time.
select
  month,
  page,
  visits,
  visitors,
  'audience' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('audience', 'visits') }}
qualify _vintage = max(_vintage) over ()
