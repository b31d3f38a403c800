-- Share of the population covered by the minimum income on 31 December, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, round(minimum_income_share, 1) as value, is_synthetic,
  source_id, vintage
from {{ ref('stg_drees_panorama__benefits') }}
where minimum_income_share is not null
