{#- From the three methods' own words to one: improving, stable, worsening.
    Add here: how the methods are held beside each other. Not here: a method (its own file). -#}

{#- Returns the relation with one status for all methods that give one.
    status: what more than half of them say, else mixed; null where none gives one. method_agreement: all, majority, none;
    null where fewer than two methods give a status (methods says how many do). -#}
{% macro with_reading(relation) -%}
{%- set words = {
  'cagr_status': {'improving': ['target_achieved', 'substantial_progress', 'moderate_progress'], 'stable': ['limited_progress'], 'worsening': ['deterioration']},
  'un_status': {'improving': ['on_track', 'fair_progress'], 'stable': ['stagnation'], 'worsening': ['regression']},
  'destatis_status': {'improving': ['on_track', 'slightly_off', 'off_track'], 'worsening': ['wrong_direction']},
} -%}
(
  select *,
    {%- for reading in ['improving', 'stable', 'worsening'] %}
    {%- for column, known in words.items() if reading in known %}
    {{ '+ ' if not loop.first }}coalesce(cast({{ column }} in ('{{ known[reading] | join("', '") }}') as integer), 0)
    {%- endfor %} as votes_{{ reading }},
    {%- endfor %}
    votes_improving + votes_stable + votes_worsening as methods,
    greatest(votes_improving, votes_stable, votes_worsening) as votes_most,
    case when methods = 0 then null
      when 2 * votes_improving > methods then 'improving'
      when 2 * votes_stable > methods then 'stable'
      when 2 * votes_worsening > methods then 'worsening'
      else 'mixed' end as status,
    case when methods < 2 then null
      when votes_most = methods then 'all'
      when 2 * votes_most > methods then 'majority'
      else 'none' end as method_agreement
  from {{ relation }}
)
{%- endmacro %}
