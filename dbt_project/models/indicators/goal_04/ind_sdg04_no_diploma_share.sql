-- People out of school without a diploma, or with the primary certificate alone. The census of 2016 counts them together with those who hold
-- the lower secondary certificate: no figure.
select territory_level, territory_code, cast(year as varchar) as period, case sex when 'all' then 'total' else 'sex=' || sex end as breakdown,
  {{ ratio('sum(persons) filter (where diploma in ('none', 'primary', 'none_or_primary'))', "sum(persons) filter (where diploma = 'all')", 100) }} as value,
  sum(persons) filter (where diploma in ('none', 'primary', 'none_or_primary')) as numerator, sum(persons) filter (where diploma = 'all') as denominator,
  bool_or(is_synthetic) as is_synthetic, source_id, vintage
from {{ ref('int_melodi_diplomas') }}
group by territory_level, territory_code, year, sex, source_id, vintage
having count(*) filter (where diploma = 'none_or_primary') = 1
  or (count(*) filter (where diploma in ('none', 'primary')) = 2)
