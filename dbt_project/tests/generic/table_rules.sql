{#- All rules of one table in one test (a dbt test costs as much as a model).
    grain: columns that together are unique; required: columns never null; accepted: column -> allowed values
    (null passes); rules: name -> SQL condition that no row may fail (null passes).
    Returns one row a broken rule: rule, broken (number of rows or groups). -#}
{% test table_rules(model, grain, required=[], accepted={}, rules={}) %}
select * from (
  select 'grain {{ grain | join(", ") }}' as rule, count(*) as broken
  from (select 1 from {{ model }} group by {{ grain | join(', ') }} having count(*) > 1)
  union all
  select 'x' as rule, 0 as broken where false
  {%- if required or accepted or rules %}
  union all
  select rule, broken from (
    unpivot (
      select
        {%- for column in required %}
        count(*) filter (where {{ column }} is null{% if loop.first %} or false{% endif %}) as "required {{ column }}",
        {%- endfor %}
        {%- for column, values in accepted.items() %}
        count(*) filter (where {{ column }} not in ({% for v in values %}'{{ v }}'{% if not loop.last %}, {% endif %}{% endfor %})) as "accepted {{ column }}",
        {%- endfor %}
        {%- for name, condition in rules.items() %}
        count(*) filter (where not ({{ condition }})) as "rule {{ name }}",
        {%- endfor %}
      from {{ model }}
    ) on columns(*) into name rule value broken
  )
  {%- endif %}
)
where broken > 0
{% endtest %}
