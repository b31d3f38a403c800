-- Share of young people neither in work nor in study.
select
  territory_level,
  territory_code,
  name,
  year,
  neet_rate,
  neet_rate__marker,
  'insee_neet' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_neet', 'rates') }}
