{#- How far one sex is ahead of the other.
    Add here: a comparison of women and men that two indicators need. -#}

{#- Returns (as a subquery) `ahead` minus the other sex (`F` or `M`) of a rate, in points, one row a territory, year and vintage in which
    both are known. relation: name of a CTE with territory_level, territory_code, year, breakdown (`sex=F`, `sex=M`), source_id, vintage,
    is_synthetic and `rate`. -#}
{% macro difference_of_sexes(relation, ahead) -%}
(
  select territory_level, territory_code, cast(year as varchar) as period,
    sum(case when breakdown = 'sex={{ ahead }}' then rate else -rate end) as value, bool_or(is_synthetic) as is_synthetic, source_id, vintage
  from {{ relation }}
  where breakdown in ('sex=F', 'sex=M')
  group by territory_level, territory_code, year, source_id, vintage
  having count(rate) = 2
)
{%- endmacro %}
