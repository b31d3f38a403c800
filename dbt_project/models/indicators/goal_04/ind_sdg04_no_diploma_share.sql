-- People out of school without a diploma, or with the primary certificate alone. The census of 2016 counts them together with those who
-- hold
-- the lower secondary certificate: no figure.
with counted as (
  select territory_level, territory_code, year, breakdown, source_id, vintage, bool_or(is_synthetic) as is_synthetic,
    sum(persons) filter (where diploma in ('none', 'primary', 'none_or_primary')) as few,
    sum(persons) filter (where diploma = 'all') as persons
  from {{ ref('int_melodi_diplomas') }}
  group by territory_level, territory_code, year, breakdown, source_id, vintage
  having count(*) filter (where diploma = 'none_or_primary') = 1
    or (count(*) filter (where diploma in ('none', 'primary')) = 2)
)
select territory_level, territory_code, cast(year as varchar) as period, breakdown, {{ ratio('few', 'persons', 100) }} as value,
  few as numerator, persons as denominator, is_synthetic, source_id, vintage
from counted
