-- What was found in each document (orchestration/filings): a goal named, a figure printed, a silence with its reason; one row an item.
-- The text of the pages stays in the lake: models read what was found in it, and nothing is looked for a second time.
with item as (
  select filing_id, _vintage as vintage, coalesce(_synthetic, false) as is_synthetic, {{ evidence_items('evidence') }} as found
  from {{ source('dpef_filings', 'pages') }}
)
select filing_id, unnest(found), 'dpef_filings' as source_id, vintage, is_synthetic
from item
