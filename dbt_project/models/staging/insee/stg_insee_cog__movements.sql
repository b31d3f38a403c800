-- Mergers, splits and code changes of communes.
select
  mod,
  effective_date,
  typecom_before,
  code_before,
  name_before,
  typecom_after,
  code_after,
  name_after,
  'insee_cog' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_cog', 'movements') }}
