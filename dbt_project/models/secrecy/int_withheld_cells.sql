-- Which cells of companies must be withheld, one row a cell: indicators with the same `withheld_together` (seed indicators) have
-- their cells withheld together, by département, région and country, each the sum of those below it.
-- A cell on fewer than 3 companies is withheld, and with it others until nothing follows from the total and the cells shown (macro
-- with_secret_siblings). Where no cells beside it hide it well enough, the total is withheld as well. A région withheld
-- withholds its départements, whose sum it is. tests/unit/dbt/test_secrecy.py attacks the result.
-- units: the companies behind the cell; inside: those of them that its share counts.
with cell as (
  select catalogue.withheld_together, candidates.territory_level, candidates.territory_code, candidates.period, candidates.breakdown,
    max(candidates.units_behind) as units, max(candidates.numerator) filter (where catalogue.measure = 'share') as inside
  from {{ ref('int_indicator_candidates') }} as candidates
  join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = candidates.indicator_id
  where catalogue.withheld_together is not null
  group by all
  having units > 0
),
department as (
  select cell.*, departments.region_code as parent, cell.units < 3 as is_primary
  from cell
  join {{ ref('departments') }} as departments on departments.department_code = cell.territory_code
  where cell.territory_level = 'department'
),
department_judged as (
  select * from {{ with_secret_siblings('department', 'withheld_together, breakdown, parent, period', 'territory_code') }}
),
region as (
  select cell.*, cell.units < 3 or exists (
      select 1 from department_judged as judged
      where judged.parent = cell.territory_code and judged.period = cell.period and judged.breakdown = cell.breakdown
        and judged.withheld_together = cell.withheld_together and judged.is_all_secret) as is_primary
  from cell where cell.territory_level = 'region'
),
region_judged as (
  select * from {{ with_secret_siblings('region', 'withheld_together, breakdown, period', 'territory_code') }}
),
country as (
  select cell.*, cell.units < 3 or exists (
      select 1 from region_judged as judged
      where judged.period = cell.period and judged.breakdown = cell.breakdown
        and judged.withheld_together = cell.withheld_together and judged.is_all_secret) as is_secret
  from cell where cell.territory_level = 'country'
),
judged as (
  select withheld_together, territory_level, territory_code, period, breakdown, units, is_secret from country
  union all
  select withheld_together, territory_level, territory_code, period, breakdown, units, is_secret from region_judged
  union all
  select judged.withheld_together, judged.territory_level, judged.territory_code, judged.period, judged.breakdown, judged.units,
    coalesce(judged.is_secret or region.is_secret, false)
  from department_judged as judged
  left join region_judged as region on region.territory_code = judged.parent and region.period = judged.period
   and region.breakdown = judged.breakdown and region.withheld_together = judged.withheld_together
)
select withheld_together, territory_level, territory_code, period, breakdown,
  case when units < 3 then 'Secret statistique : moins de 3 entreprises.'
    else 'Secret statistique : masqué pour qu’une cellule de moins de 3 entreprises ne se déduise pas du total.' end as reason
from judged
where is_secret
