-- Evidence of the documents that count (fct_filing keeps one of equal documents), with the fiscal year that each document is of.
-- is_other_year: the figures were read for another year than the one that the document is registered or named for; nobody can tell
-- which is right, and they are no figures of it.
with found as (
  select * from {{ ref('stg_dpef_filings__pages') }}
  union all by name
  select * from {{ ref('stg_dpef_filings__workbooks') }}
)
select found.*, filing.fiscal_year as filing_year, filing.siren, filing.company_name,
  coalesce(found.kind = 'metric' and found.fiscal_year <> filing.fiscal_year, false) as is_other_year
from found
join {{ ref('stg_dpef_filings__filings') }} as filing on filing.filing_id = found.filing_id and filing.vintage = found.vintage
