-- Non-financial statements found, newest vintage of each; the same bytes count once, whatever their names.
select filing_id, siren, company_name, cast(fiscal_year as integer) as fiscal_year, document_type,
  cast(pages as integer) as pages, is_extract, cast(original_pages as integer) as original_pages, source_id, vintage
from {{ ref('stg_dpef_filings__filings') }}
where filing_id is not null and (siren is null or siren not in (select siren from {{ ref('int_never_named') }}))
qualify row_number() over (partition by filing_id order by vintage desc) = 1
