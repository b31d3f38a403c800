-- Greenhouse-gas reports published.
select
  filing_id,
  siren,
  company_name,
  published_on,
  reporting_year,
  region_name,
  department_code,
  scope_note,
  'ademe_ghg_reports' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('ademe_ghg_reports', 'filings') }}
