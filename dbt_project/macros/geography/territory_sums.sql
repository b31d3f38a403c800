{#- Sums of commune figures. Both macros take
    relation: name of a CTE with commune_code (of any year), period, vintage, is_synthetic and the measures;
    measures: list of its additive numeric columns. A measure that one part lacks is null in the sum.
    One row a commune_code, period and vintage: communes_datasfun.csv has a line a postal code and would count Nantes four times.
    Where there are more nothing is summed: the model fails and names the commune, and no edition is made of it. -#}

{#- Returns (as a subquery) the figures by today's commune: commune_code, period, vintage, is_synthetic, the measures, and
    is_from_arrondissements. Merged communes count with their heir. Paris, Lyon and Marseille: their own row where the file has
    one (Filosofi lists both), else the sum of their municipal arrondissements, given only if all are there (the legal
    populations list nothing else). -#}
{% macro sums_by_current_commune(relation, measures) -%}
(
  with carried as (
    select codes.current_code, {{ is_municipal_arrondissement('file.commune_code') }} as is_arrondissement, file.*
    from {{ relation }} as file
    join {{ ref('int_commune_codes') }} as codes on codes.commune_code = file.commune_code
    where codes.current_code is not null
    qualify not is_arrondissement
      or not bool_or(not is_arrondissement) over (partition by codes.current_code, file.period, file.vintage)
  ),
  parts as (
    select current_code, count(*) as arrondissements from {{ ref('int_commune_codes') }}
    where {{ is_municipal_arrondissement('commune_code') }}
    group by current_code
  )
  select case when count(*) = count(distinct carried.commune_code) then carried.current_code
      else error('commune ' || concat_ws(', ', min(carried.commune_code), carried.period, carried.vintage)
        || ' : plusieurs lignes pour une commune / several rows for one commune') end as commune_code,
    carried.period, carried.vintage,
    bool_or(carried.is_synthetic) as is_synthetic, bool_or(carried.is_arrondissement) as is_from_arrondissements
    {%- for m in measures %}, case when count(carried.{{ m }}) = count(*) then sum(carried.{{ m }}) end as {{ m }}{% endfor %}
  from carried
  left join parts on parts.current_code = carried.current_code
  group by carried.current_code, carried.period, carried.vintage
  having not bool_or(carried.is_arrondissement) or count(distinct carried.commune_code) = max(parts.arrondissements)
)
{%- endmacro %}

{#- Sums of commune figures for the commune itself and for every larger territory whose communes are ALL there.
    Returns (as a subquery): territory_level, territory_code, period, vintage, is_synthetic, and the measures.

    Old commune codes are first carried to today's commune, so that a 2014 file still gives an EPCI after mergers. A commune
    figure keeps the code that the file gave. A total is given only if each required member has a figure in the same
    period and vintage. Not required: members without any inhabitant (six communes « mortes pour la France ») and
    those set up or re-established in or after the year of the figures (still counted with the one they left). -#}
{% macro territory_sums(relation, measures) -%}
(
  with today as (
    select * from {{ sums_by_current_commune(relation, measures) }}
  ),
  later as (
    select members.territory_level, members.territory_code, periods.period, count(*) as members
    from {{ ref('int_territory_members') }} as members
    join (select distinct period from today) as periods
      on members.established_year >= try_cast(left(periods.period, 4) as integer)
    where members.is_required
    group by all
  )
  select 'commune' as territory_level, commune_code as territory_code, period, vintage, bool_or(is_synthetic) as is_synthetic
    {%- for m in measures %}, case when count({{ m }}) = count(*) then sum({{ m }}) end as {{ m }}{% endfor %}
  from {{ relation }}
  where not {{ is_municipal_arrondissement('commune_code') }}
  group by commune_code, period, vintage
  union all
  select 'commune', commune_code, period, vintage, is_synthetic
    {%- for m in measures %}, {{ m }}{% endfor %}
  from today
  where is_from_arrondissements
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
