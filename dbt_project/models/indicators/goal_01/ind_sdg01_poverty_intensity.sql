-- How far below the poverty threshold the median of the poor lies, in percent of it, by département, région and country.
select territory_level, territory_code, cast(intensity_year as varchar) as period, round(poverty_intensity, 1) as value, is_synthetic,
  source_id, vintage
from {{ ref('stg_drees_panorama__incomes') }}
where poverty_intensity is not null
