-- Women's share of higher diplomas minus men's, in points.
with shares as (
  select territory_level, territory_code, year, breakdown, source_id, vintage, bool_or(is_synthetic) as is_synthetic,
    {{ ratio("sum(persons) filter (where diploma = 'higher')", "sum(persons) filter (where diploma = 'all')", 100) }} as rate
  from {{ ref('int_melodi_diplomas') }}
  group by territory_level, territory_code, year, breakdown, source_id, vintage
)
select * from {{ difference_of_sexes('shares', 'F') }}
