-- Active establishments by size band and commune.
select
  commune_code,
  name,
  old_region_code,
  department_code,
  year,
  total,
  size_0,
  size_1,
  size_6,
  size_10,
  size_20,
  size_50,
  size_100,
  size_200,
  size_500,
  'insee_establishments_by_size' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_establishments_by_size', 'establishments') }}
