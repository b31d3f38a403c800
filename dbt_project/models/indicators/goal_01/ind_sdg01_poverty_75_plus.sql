-- Poverty rate of households whose reference person is 75 or older, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, round(poverty_rate_75_plus, 1) as value, is_synthetic,
  source_id, vintage
from {{ ref('stg_drees_panorama__incomes') }}
where poverty_rate_75_plus is not null
