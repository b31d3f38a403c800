{#- Returns the identifier of the source that a staging model stages, as an SQL literal: a figure says where it comes from by the model
    that it is made of, and no name of a source is written out.
    Add here: nothing; a name that a model lacks belongs to its staging view. -#}
{% macro source_of(staging_model) -%}
  '{{ staging_model.removeprefix('stg_').split('__')[0] }}'
{%- endmacro %}
