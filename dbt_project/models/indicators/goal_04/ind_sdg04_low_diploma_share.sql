-- People out of school with at most the lower secondary certificate: the finest group that all three censuses tell apart.
with counted as (
  select territory_level, territory_code, year, breakdown, source_id, vintage, bool_or(is_synthetic) as is_synthetic,
    sum(persons) filter (where diploma in ('none', 'primary', 'none_or_primary', 'lower_secondary', 'none_or_lower_secondary')) as few,
    sum(persons) filter (where diploma = 'all') as persons
  from {{ ref('int_melodi_diplomas') }}
  group by territory_level, territory_code, year, breakdown, source_id, vintage
  having count(*) filter (where diploma = 'none_or_lower_secondary') = 1
    or (count(*) filter (where diploma = 'lower_secondary') = 1
      and (count(*) filter (where diploma = 'none_or_primary') = 1 or count(*) filter (where diploma in ('none', 'primary')) = 2))
)
select territory_level, territory_code, cast(year as varchar) as period, breakdown, {{ ratio('few', 'persons', 100) }} as value,
  few as numerator, persons as denominator, is_synthetic, source_id, vintage
from counted
