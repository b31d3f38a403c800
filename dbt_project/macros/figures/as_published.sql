{#- Figures that a file gives as they stand, one column a figure.
    Add here: a way of taking published figures that two indicators need. Not here: what computes one. -#}

{#- Returns (as a subquery) the figures of a staging table, as an indicator's model yields them: a row for each of `figures`
    ({breakdown: column}) in which there is a value or the publisher's marker of secrecy. A blank cell gives no row, nor does a
    municipal arrondissement, which is a part of a commune.
    level, code: SQL of the territory; persons: SQL of the persons that the file counts there. They tell whether the same code
    still stands for the same territory (EPCI 242000503: 1,865 persons in 2015, 6,902 in 2016). households: SQL of the fiscal
    households that the incomes of a territory rest on: those of fewer than eleven are a secret. -#}
{% macro as_published(relation, figures, level='territory_level', code='territory_code', persons=none, households=none) -%}
(
  select territory_level, territory_code, period, part.breakdown, part.value, part.marker, perimeter_persons, households_behind, is_synthetic,
    source_id, vintage
  from (
    select {{ level }} as territory_level, {{ code }} as territory_code, cast(year as varchar) as period,
      {{ persons or 'cast(null as double)' }} as perimeter_persons, {{ households or 'cast(null as bigint)' }} as households_behind,
      is_synthetic, source_id, vintage,
      unnest([
        {%- for breakdown, column in figures.items() %}
        {'breakdown': '{{ breakdown }}', 'value': {{ column }}, 'marker': {{ column }}__marker}{{ ',' if not loop.last }}
        {%- endfor %}
      ]) as part
    from {{ relation }}
  )
  where (part.value is not null or part.marker is not null)
    and (territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }})
)
{%- endmacro %}

{#- Returns (as a subquery) figures of Filosofi as INSEE publishes them, with the persons and households that they rest on. -#}
{% macro incomes_as_published(figures) -%}
{{ as_published(ref('stg_insee_filosofi__income'), figures, persons='persons', households='households') }}
{%- endmacro %}
