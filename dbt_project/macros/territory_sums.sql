{#- Sums of commune figures for the commune itself and for every larger territory whose communes are ALL there.

    relation: name of a CTE with commune_code (of any year), period, vintage, is_synthetic and the measures.
    measures: list of its additive numeric columns.
    Returns (as a subquery): territory_level, territory_code, period, vintage, is_synthetic, and the measures.

    Old commune codes are first carried to today's commune (int_commune_codes), so that a 2014 file still
    gives an EPCI after mergers; figures of municipal arrondissements fall to their commune. A commune figure
    keeps the code that the file gave. A total is given only if each required member has a figure in the same
    period and vintage. Not required: members without any inhabitant (six communes « mortes pour la France ») and
    those set up or re-established in or after the year of the figures (still counted with the one they left). -#}
{% macro territory_sums(relation, measures) -%}
(
  with own as (
    select commune_code, period, vintage, bool_or(is_synthetic) as is_synthetic
      {%- for m in measures %}, case when count({{ m }}) = count(*) then sum({{ m }}) end as {{ m }}{% endfor %}
    from {{ relation }}
    group by all
  ),
  today as (
    select codes.current_code as commune_code, own.period, own.vintage, bool_or(own.is_synthetic) as is_synthetic
      {%- for m in measures %}, case when count(own.{{ m }}) = count(*) then sum(own.{{ m }}) end as {{ m }}{% endfor %}
    from own
    join {{ ref('int_commune_codes') }} as codes on codes.commune_code = own.commune_code
    where codes.current_code is not null
    group by all
  ),
  later as (
    select members.territory_level, members.territory_code, periods.period, count(*) as members
    from {{ ref('int_territory_members') }} as members
    join (select distinct period from today) as periods
      on members.established_year >= try_cast(left(periods.period, 4) as integer)
    where members.is_required
    group by all
  )
  select 'commune' as territory_level, commune_code as territory_code, period, vintage, is_synthetic
    {%- for m in measures %}, {{ m }}{% endfor %}
  from own
  where not {{ is_municipal_arrondissement('commune_code') }}
  union all
  select members.territory_level, members.territory_code, today.period, today.vintage, bool_or(today.is_synthetic)
    {%- for m in measures %}, sum(today.{{ m }}){% endfor %}
  from {{ ref('int_territory_members') }} as members
  join today on today.commune_code = members.commune_code
  left join later on later.territory_level = members.territory_level and later.territory_code = members.territory_code
   and later.period = today.period
  group by members.territory_level, members.territory_code, today.period, today.vintage
  having count(*) filter (where members.is_required
      and (members.established_year is null or members.established_year < try_cast(left(today.period, 4) as integer)))
    = max(members.required_members) - coalesce(max(later.members), 0)
    {%- for m in measures %} and count(today.{{ m }}) = count(*){% endfor %}
)
{%- endmacro %}
