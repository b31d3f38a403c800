{#- Writes the column descriptions into the table, in one statement list.
    The adapter's own version first asks the catalogue which columns exist (about 0.15 s a mart); under an
    enforced contract the documented columns are the columns. -#}
{% macro duckdb__alter_column_comment(relation, column_dict) %}
  {%- for name in column_dict %}
  comment on column {{ relation }}.{{ name }} is {{ duckdb_escape_comment(column_dict[name]['description']) }};
  {%- endfor %}
{% endmacro %}
