-- Obliged companies that filed, by activity.
select
  naf_division,
  label,
  obliged,
  compliant,
  rate,
  report_year,
  'ademe_ghg_reports' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('ademe_ghg_reports', 'compliance') }}
-- a file may end on a total line: the total is summed here from its divisions
where regexp_full_match(naf_division, '[0-9]{2}')
