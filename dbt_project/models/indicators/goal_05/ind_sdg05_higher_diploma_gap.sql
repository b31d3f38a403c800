-- Women's share of higher diplomas minus men's, in points.
with shares as (
  select territory_level, territory_code, year, breakdown, source_id, vintage, bool_or(is_synthetic) as is_synthetic,
    {{ ratio("sum(persons) filter (where diploma = 'higher')", "sum(persons) filter (where diploma = 'all')", 100) }} as share
  from {{ ref('int_melodi_diplomas') }}
  where breakdown in ('sex=F', 'sex=M')
  group by territory_level, territory_code, year, breakdown, source_id, vintage
)
select women.territory_level, women.territory_code, cast(women.year as varchar) as period, women.share - men.share as value,
  women.is_synthetic or men.is_synthetic as is_synthetic, women.source_id, women.vintage
from shares as women
join shares as men
  on men.territory_level = women.territory_level and men.territory_code = women.territory_code and men.year = women.year
  and men.source_id = women.source_id and men.vintage = women.vintage
where women.breakdown = 'sex=F' and men.breakdown = 'sex=M' and women.share is not null and men.share is not null
