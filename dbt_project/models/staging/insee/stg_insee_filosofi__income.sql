-- Disposable income - median, deciles, inequality, poverty, five territory levels.
select
  territory_level,
  territory_code,
  name,
  year,
  persons,
  median,
  median__marker,
  interdecile_ratio,
  interdecile_ratio__marker,
  gini,
  gini__marker,
  poverty_rate,
  poverty_rate__marker,
  'insee_filosofi' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_filosofi', 'income') }}
