-- Work and commuting accidents by activity.
select
  risk,
  year,
  level,
  ctn,
  naf_code,
  naf_label,
  employees,
  accidents,
  deaths,
  hours,
  basis,
  in_activity_sheet,
  'ameli_work_accidents' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('ameli_work_accidents', 'by_activity') }}
