-- Legal populations by commune.
select
  commune_code,
  department_code,
  region_code,
  population_municipal,
  population_counted_apart,
  population_total,
  'insee_population' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_population', 'communes') }}
