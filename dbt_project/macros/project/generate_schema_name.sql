{#- Returns the schema named by the model's own config (`staging`, `indicators`, `marts`, …), without
    dbt's usual prefix: one warehouse serves one refresh, so nothing has to be told apart. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
