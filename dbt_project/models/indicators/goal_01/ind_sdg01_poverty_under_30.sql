-- Poverty rate of households whose reference person is under 30, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, round(poverty_rate_under_30, 1) as value, is_synthetic,
  source_id, vintage
from {{ ref('stg_drees_panorama__incomes') }}
where poverty_rate_under_30 is not null
