-- Unemployment rate by employment zone and quarter.
select
  territory_level,
  territory_code,
  name,
  region_code,
  region_name,
  period,
  rate,
  'insee_unemployment' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_unemployment', 'rates') }}
