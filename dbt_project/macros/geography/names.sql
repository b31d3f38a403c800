{#- Names and codes of places.
    Add here: a comparison of place names or codes that two models need. -#}

{#- Returns the comparison key of a place name: no accents, no case, no punctuation, `St`/`Ste` in full.
    `Grand-Est` = `Grand Est`; `ST GENIS LAVAL` = `Saint-Genis-Laval`. -#}
{% macro normalise_name(column) -%}
  trim(regexp_replace(regexp_replace(regexp_replace(
    strip_accents(replace(lower({{ column }}), 'œ', 'oe')),
    '[^a-z0-9]+', ' ', 'g'), '\bst\b', 'saint', 'g'), '\bste\b', 'sainte', 'g'))
{%- endmacro %}

{#- Returns true for a municipal arrondissement of Paris, Lyon or Marseille: published beside communes
    with a code of the same shape (75101), it is a part of one. -#}
{% macro is_municipal_arrondissement(column) -%}
  ({{ column }} between '75101' and '75120' or {{ column }} between '69381' and '69389' or {{ column }} between '13201' and '13216')
{%- endmacro %}

{#- Returns the département code that begins a commune or postal code (`44109` -> `44`, `97411` -> `974`).
    A postal code says `20` for both Corsican départements: `2A`/`2B` are then left to the caller. -#}
{% macro department_of(column) -%}
  case when {{ column }} like '97%' or {{ column }} like '98%' then left({{ column }}, 3) else left({{ column }}, 2) end
{%- endmacro %}
