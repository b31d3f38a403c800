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
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('ameli_work_accidents', 'by_activity') }}
