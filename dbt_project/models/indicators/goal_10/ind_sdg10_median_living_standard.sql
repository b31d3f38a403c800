-- Median standard of living as INSEE publishes it: by Filosofi, and by the comparison file for the communes that Filosofi lacks.
-- The Melodi exports give it by group of households too.
with published as (
  select territory_level, territory_code, year, 'total' as breakdown, median, median__marker, persons, households, source_id, vintage,
    is_synthetic
  from {{ ref('stg_insee_filosofi__income') }}
  union all
  select 'commune', commune_code, income_year, 'total', median, median__marker, null, null, source_id, vintage, is_synthetic
  from {{ ref('stg_insee_comparateur__communes') }}
  where income_year is not null
  union all
  select territory_level, territory_code, year, breakdown, value, marker, null, null, source_id, vintage, is_synthetic
  from {{ ref('int_melodi_incomes') }}
  where measure = 'median_living_standard'
)
select territory_level, territory_code, cast(year as varchar) as period, breakdown, median as value, median__marker as marker,
  persons as perimeter_persons, households as households_behind, is_synthetic, source_id, vintage
from published
where (median is not null or median__marker is not null)
  and (territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }})
