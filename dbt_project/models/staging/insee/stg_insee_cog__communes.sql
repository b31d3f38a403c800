-- Communes of the official geographic code, one row a code, type and vintage.
select
  typecom,
  commune_code,
  region_code,
  department_code,
  name,
  parent_code,
  'insee_cog' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_cog', 'communes') }}
