-- Poverty rate as INSEE publishes it: by Filosofi, by the comparison file for the communes that Filosofi lacks, and by its book of
-- 2024 for the départements. The Melodi exports give it by group of households too, and for the EPCI.
-- INSEE writes 5 for every commune whose rate is 5 % or less: a bound. An EPCI at 5 is a value.
-- perimeter_persons: the persons that the file counts there, which tell whether the same code still stands for the same
-- territory (EPCI 242000503: 1,865 in 2015, 6,902 in 2016).
with published as (
  select territory_level, territory_code, year, 'total' as breakdown, poverty_rate, poverty_rate__marker, persons, households, source_id,
    vintage, is_synthetic
  from {{ ref('stg_insee_filosofi__income') }}
  union all
  select 'commune', commune_code, poverty_year, 'total', poverty_rate, poverty_rate__marker, null, null, source_id, vintage, is_synthetic
  from {{ ref('stg_insee_comparateur__communes') }}
  where poverty_year is not null
  union all
  select territory_level, territory_code, year, breakdown, value, marker, null, null, source_id, vintage, is_synthetic
  from {{ ref('int_melodi_incomes') }}
  where measure = 'poverty_rate'
  union all
  select 'department', department_code, year, 'total', poverty_rate, null, null, null, source_id, vintage, is_synthetic
  from {{ ref('stg_insee_tcrd__poverty') }}
)
select territory_level, territory_code, cast(year as varchar) as period, breakdown, poverty_rate as value, poverty_rate__marker as marker,
  case when territory_level = 'commune' and poverty_rate <= 5
    then 'Taux plafonné par le bas : l’Insee publie 5 pour tout taux communal inférieur ou égal à 5 %.' end as censored_reason,
  persons as perimeter_persons, households as households_behind, is_synthetic, source_id, vintage
from published
where (poverty_rate is not null or poverty_rate__marker is not null)
  and (territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }})
