{#- From the three methods' own words to one: improving, stable, worsening, target_met.
    Add here: how the methods are held beside each other. Not here: a method (its own file). -#}

{#- Returns what a method's status says in the one word. A target that is met is told as such: vacant dwellings of 5.1 % that rise to 5.2 %
    meet a target of 7.8 %, and do not improve. -#}
{% macro reading_of(status) -%}
  case when is_target_met and {{ status }} in ('target_achieved', 'on_track') then 'target_met'
    when {{ status }} in ('substantial_progress', 'moderate_progress', 'on_track', 'fair_progress', 'slightly_off', 'off_track')
      then 'improving'
    when {{ status }} in ('limited_progress', 'stagnation') then 'stable'
    when {{ status }} in ('deterioration', 'regression', 'wrong_direction') then 'worsening' end
{%- endmacro %}

{#- Returns the relation with one status for all methods that give one.
    status: what more than half of them say, else mixed; null where none gives one. method_agreement: all, majority, none;
    null where fewer than two methods give a status (methods says how many do). -#}
{% macro with_reading(relation) -%}
{%- set readings = ['improving', 'stable', 'worsening', 'target_met'] -%}
{#- selects within selects: an alias used beside its own definition is written out anew each time, and planning takes minutes -#}
(
  select *,
    case when methods = 0 then null
      {%- for reading in readings %}
      when 2 * votes_{{ reading }} > methods then '{{ reading }}'
      {%- endfor %}
      else 'mixed' end as status,
    case when methods < 2 then null
      when votes_most = methods then 'all'
      when 2 * votes_most > methods then 'majority'
      else 'none' end as method_agreement
  from (
    select *,
      votes_{{ readings | join(' + votes_') }} as methods,
      greatest(votes_{{ readings | join(', votes_') }}) as votes_most
    from (
      select *
        {%- for reading in readings %},
        coalesce(cast(cagr_reading = '{{ reading }}' as integer), 0) + coalesce(cast(un_reading = '{{ reading }}' as integer), 0)
          + coalesce(cast(destatis_reading = '{{ reading }}' as integer), 0) as votes_{{ reading }}
        {%- endfor %}
      from (
        select *,
          {{ reading_of('cagr_status') }} as cagr_reading,
          {{ reading_of('un_status') }} as un_reading,
          {{ reading_of('destatis_status') }} as destatis_reading
        from {{ relation }}
      )
    )
  )
)
{%- endmacro %}
