-- Gender equality index, one declaration a company and year.
select
  siren,
  company_name,
  year,
  score,
  score__marker,
  structure,
  group_name,
  group_members,
  region_name,
  department_name,
  country,
  naf,
  size_band,
  'egapro_index' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('egapro_index', 'declarations') }}
