-- Which commune belongs to which employment zone (2020 zones).
select
  commune_code,
  commune_name,
  employment_zone_code,
  employment_zone_name,
  department_code,
  region_code,
  'insee_zones_emploi' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_zones_emploi', 'composition') }}
