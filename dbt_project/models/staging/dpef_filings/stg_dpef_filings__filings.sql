-- Non-financial statements found.
select
  filing_id,
  file_name,
  siren,
  company_name,
  fiscal_year,
  document_type,
  pages,
  is_registered,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('dpef_filings', 'filings') }}
