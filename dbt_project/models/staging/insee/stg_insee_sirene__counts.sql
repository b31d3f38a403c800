-- Active establishments of all France, counted.
select
  commune_code,
  naf_division,
  naf_version,
  size_band,
  is_employer,
  is_ess,
  units,
  'insee_sirene' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_sirene', 'counts') }}
