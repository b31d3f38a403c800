{#- Sentences for people on what weakens a figure. They are written here and read nowhere.
    Add here: a weakness that two models state in the same words. Not here: what follows from it (models/secrecy). -#}

{#- A national list of which the refresh has only a part (an embedded sample, a cut of it) gives no figure of a territory.
    Returns true where `rows` lie below what such a list has never been below. -#}
{% macro is_extract(rows, whole_list) -%}
  ({{ rows }} < {{ whole_list }})
{%- endmacro %}
{#- Returns the reason, for people; `what` names in French what is counted. -#}
{% macro extract_reason(rows, what) -%}
  'Extrait de ' || {{ rows }} || ' {{ what }}, et non la liste entière.'
{%- endmacro %}
