-- People out of school with at most the lower secondary certificate: the finest group that all three censuses tell apart.
select territory_level, territory_code, cast(year as varchar) as period, case sex when 'all' then 'total' else 'sex=' || sex end as breakdown,
  {{ ratio('sum(persons) filter (where diploma in ('none', 'primary', 'none_or_primary', 'lower_secondary', 'none_or_lower_secondary'))', "sum(persons) filter (where diploma = 'all')", 100) }} as value,
  sum(persons) filter (where diploma in ('none', 'primary', 'none_or_primary', 'lower_secondary', 'none_or_lower_secondary')) as numerator, sum(persons) filter (where diploma = 'all') as denominator,
  bool_or(is_synthetic) as is_synthetic, source_id, vintage
from {{ ref('int_melodi_diplomas') }}
group by territory_level, territory_code, year, sex, source_id, vintage
having count(*) filter (where diploma = 'none_or_lower_secondary') = 1
  or (count(*) filter (where diploma = 'lower_secondary') = 1
    and (count(*) filter (where diploma = 'none_or_primary') = 1 or count(*) filter (where diploma in ('none', 'primary')) = 2))
