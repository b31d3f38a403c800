-- What the workbooks of the voluntary standard state, one row a figure or silence, in the columns of stg_dpef_filings__pages.
with item as (
  select filing_id, _vintage as vintage, coalesce(_synthetic, false) as is_synthetic, {{ evidence_items('evidence') }} as found
  from {{ source('dpef_filings', 'workbooks') }}
)
select filing_id, unnest(found), 'dpef_filings' as source_id, vintage, is_synthetic
from item
