-- Non-financial statements found, newest vintage of each; the same bytes count once, whatever their names. The SIREN is the register's, else
-- what the company's name was matched to (fct_company_match).
select filings.filing_id, coalesce(filings.siren, matched.siren) as siren, filings.company_name,
  cast(filings.fiscal_year as integer) as fiscal_year, filings.document_type,
  cast(filings.pages as integer) as pages, filings.is_extract, cast(filings.original_pages as integer) as original_pages,
  filings.source_id, filings.vintage
from {{ ref('stg_dpef_filings__filings') }} as filings
left join {{ ref('fct_company_match') }} as matched
  on filings.siren is null and matched.source_id = filings.source_id and matched.company_name = filings.company_name
  and matched.place is null
where filings.filing_id is not null
  and (filings.siren is null or filings.siren not in (select siren from {{ ref('int_never_named') }}))
qualify row_number() over (partition by filings.filing_id order by filings.vintage desc) = 1
