{#- Files whose cells are labels instead of codes.
    Add here: how a label becomes a code. The labels themselves are rows of the seed published_labels. -#}

{#- Returns the join that gives a column's label its code: `coded_<column>.code`. table: the alias of the table that has the label;
    known: false where a row without a known label stays. -#}
{% macro coded(table, column, known=true) -%}
{{ 'left ' if not known }}join {{ ref('published_labels') }} as coded_{{ column }}
  on coded_{{ column }}.source_id = {{ table }}.source_id and coded_{{ column }}.column_name = '{{ column }}'
  and coded_{{ column }}.label = {{ table }}.{{ column }}
{%- endmacro %}

{#- Returns a Melodi export (its staging model) with the territory of each row, `places.territory_level` and `places.territory_code`, as a
    from-clause. -#}
{% macro melodi_places(export) -%}
{{ ref('stg_insee_melodi__' ~ export) }} as {{ export }}
join {{ ref('int_melodi_places') }} as places
  on places.place = {{ export }}.place and places.place_level = {{ export }}.place_level and places.vintage = {{ export }}.vintage
{%- endmacro %}
