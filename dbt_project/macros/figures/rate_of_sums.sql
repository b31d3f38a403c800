{#- Rates of which a file gives both parts by commune.
    Add here: a way of making a figure of sums that two indicators need. How communes are summed: macros/geography. -#}

{#- Returns (as a subquery) `scale * numerator / denominator`, with both parts, for the communes of a staging model and for each larger
    territory whose communes are all in the file. staging: the model's name; numerator, denominator: SQL of two counts; year: the column
    that says of which year they are. A rate over nobody gives no row. -#}
{% macro rate_of_sums(staging, numerator, denominator, year, scale=100) -%}
(
  with counts as (
    select commune_code, cast({{ year }} as varchar) as period, vintage, is_synthetic,
      {{ numerator }} as numerator, {{ denominator }} as denominator
    from {{ ref(staging) }} where {{ year }} is not null
  )
  select territory_level, territory_code, period, {{ ratio('numerator', 'denominator', scale) }} as value, numerator, denominator,
    is_synthetic, {{ source_of(staging) }} as source_id, vintage
  from {{ territory_sums('counts', ['numerator', 'denominator']) }}
  where denominator > 0 and numerator is not null
)
{%- endmacro %}
