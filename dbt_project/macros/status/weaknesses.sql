{#- Sentences for people on what weakens a figure. They are written here and read nowhere.
    Add here: a weakness that two models state in the same words. Not here: what follows from it (models/secrecy). -#}

{#- Returns how many rows a national list has at least, as its source's folder says (`whole_list` of the table in source.yml; whole_lists
    is written from there). `key`: rows (fewer are an extract) or usual_rows (fewer are a part of the list). -#}
{% macro whole_list(staging_model, key='rows') -%}
  {%- if staging_model not in whole_lists() -%}
    {{ exceptions.raise_compiler_error("The source of " ~ staging_model ~ " does not say how long its whole list is: whole_list in its source.yml.") }}
  {%- endif -%}
  {{ whole_lists()[staging_model][key] }}
{%- endmacro %}

{#- A national list of which the refresh has only a part (an embedded sample, a cut of it) gives no figure of a territory.
    Returns true where `rows` lie below what such a list has never been below. -#}
{% macro is_extract(rows, staging_model) -%}
  ({{ rows }} < {{ whole_list(staging_model) }})
{%- endmacro %}
{#- Returns the reason, for people; `what` names in French what is counted. -#}
{% macro extract_reason(rows, what) -%}
  'Extrait de ' || {{ rows }} || ' {{ what }}, et non la liste entière.'
{%- endmacro %}
