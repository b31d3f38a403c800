{#- Returns the union of all indicator models, named by the variable `indicator_models`
    (the files of models/indicators/). Adding an indicator is one catalogue row and one model:
    no list is edited by hand. Raises a compilation error when the variable is missing or empty.
    Columns that a model may have beside those that all have: making (how the figure was made, where one source has several
    ways), perimeter_persons (persons counted in the territory). -#}
{% macro indicator_models() -%}
  {%- set models = var('indicator_models', none) -%}
  {%- if not models -%}
    {{ exceptions.raise_compiler_error(
        "The variable 'indicator_models' is missing: give the file names of models/indicators/ without .sql, "
        ~ "for example --vars '{\"indicator_models\": [\"ind_filosofi\", \"ind_wages\"]}'.") }}
  {%- endif -%}
  {{ return(models) }}
{%- endmacro %}

{% macro union_indicators() -%}
select
  cast(indicator_id as varchar) as indicator_id,
  cast(territory_level as varchar) as territory_level,
  cast(territory_code as varchar) as territory_code,
  cast(period as varchar) as period,
  cast(breakdown as varchar) as breakdown,
  -- sums of floats differ in their last digits from one run to the next; nine decimals are beyond any source
  round(cast(value as double), 9) as value,
  cast(status as varchar) as status,
  cast(status_reason as varchar) as status_reason,
  cast(suppression_reason as varchar) as suppression_reason,
  round(cast(numerator as double), 9) as numerator,
  round(cast(denominator as double), 9) as denominator,
  cast(source_id as varchar) as source_id,
  cast(vintage as varchar) as vintage,
  making, perimeter_persons, model
from (
  select cast(null as varchar) as making, cast(null as double) as perimeter_persons where false
  {%- for model in indicator_models() %}
  union all by name
  select *, '{{ model }}' as model from {{ ref(model) }}
  {%- endfor %}
)
{%- endmacro %}
