-- Companies of 500 employees and more.
select
  siren,
  company_name,
  usual_name,
  workforce_year,
  size_band_code,
  size_band,
  'dpef_expected_filers' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('dpef_expected_filers', 'companies') }}
