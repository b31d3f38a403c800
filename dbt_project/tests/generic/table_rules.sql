{#- All rules of one table in one test (a dbt test costs as much as a model).
    grain: columns that together are unique; required: columns never null; accepted: column -> allowed values
    (null passes); rules: name -> SQL condition that no row may fail (null passes), or {sql, fr, en, hold}: what it says
    to people, and whether a row that breaks it is held back instead of blocking all others (macros/project/hold_back.sql, which
    also reads hold, share and withheld).
    Returns one row a broken rule: rule, broken (number of rows or groups). -#}
{% test table_rules(model, grain, required=[], accepted={}, rules={}, hold='none', share=[], withheld={}) %}
{%- set checks = row_checks(required, accepted, rules, hold) %}
select * from (
  select 'grain {{ grain | join(", ") }}' as rule, count(*) as broken
  from (select 1 from {{ model }} group by {{ grain | join(', ') }} having count(*) > 1)
  {%- if checks %}
  union all
  select rule, broken from (
    unpivot (
      select
        {%- for check in checks %}
        count(*) filter (where not ({{ check.sql }})) as "{{ check.name }}",
        {%- endfor %}
      from {{ model }}
    ) on columns(*) into name rule value broken
  )
  {%- endif %}
  {%- if checks | selectattr('hold', 'ne', 'none') | list %}
  union all
  select rule, count(*) from held."{{ model.identifier }}" where is_over group by rule
  {%- endif %}
)
where broken > 0
{% endtest %}
