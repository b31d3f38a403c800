{#- Names of the project's own parts.
    Add here: a name that follows from another one. Not here: a name that a staging view can give itself (source_id). -#}

{#- Returns the identifier of the source that a staging model stages, as an SQL literal: a sum of communes says where it comes from by the
    model that it is made of, and no name of a source is written out. -#}
{% macro source_of(staging_model) -%}
  '{{ staging_model.removeprefix('stg_').split('__')[0] }}'
{%- endmacro %}
