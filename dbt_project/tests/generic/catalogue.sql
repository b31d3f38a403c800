{#- The indicator catalogue itself: unique identifiers, goals 1–17 that agree with the identifier, a wanted
    direction, and both languages. -#}
{% test catalogue(model) %}
select indicator_id, count(*) as rows_found
from {{ model }}
group by indicator_id
having count(*) > 1
union all
select indicator_id, 0
from {{ model }}
where sdg_id not between 1 and 17
  or indicator_id not like 'sdg' || lpad(cast(sdg_id as varchar), 2, '0') || '\_%' escape '\'
  or desired_direction not in ('up', 'down', 'parity') or kind not in ('territory', 'company')
  or contribution not in ('positive', 'negative') or lever not in ('direct', 'indirect', 'none')
  or name_fr is null or name_en is null or unit is null or definition_fr is null or definition_en is null
  or limits_fr is null or limits_en is null or source_id is null or frequency is null or is_available is null
{% endtest %}
