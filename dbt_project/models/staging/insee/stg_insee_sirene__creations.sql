-- Establishments of all France by year of creation.
select
  commune_code,
  year,
  created,
  'insee_sirene' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_sirene', 'creations') }}
