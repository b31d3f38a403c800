-- The 17 goals.
select
  sdg_id,
  name_fr,
  name_en,
  'un_sdg' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('un_sdg', 'goals') }}
