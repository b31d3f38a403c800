-- Projects: the newest workbook only, which holds all of them each time. The team's remarks stay in the lake.
select
  project,
  launched_on,
  goal_ids,
  origin,
  indicator_id,
  departments,
  status,
  'projects' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('projects', 'projects') }}
qualify _vintage = max(_vintage) over ()
