-- Work and commuting accidents by regional fund.
select
  fund_id,
  fund_name,
  fund_type,
  year,
  work_accidents,
  commuting_accidents,
  employees,
  'ameli_work_accidents' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('ameli_work_accidents', 'regional') }}
