{#- Days that lists speak of.
    Add here: a comparison of days that two models need. Not here: whether a source is late (orchestration/quality/freshness.py). -#}

{#- Returns the last day of the period that a vintage's name says: 2022-06 -> 30 June 2022, 2023-Q3 -> 30 September 2023,
    2024 -> 31 December 2024, 2024-03-15 -> that day; null where it says none. What a list says of a certificate or a company
    is said of that day: a figure of a period must not change with the day on which it is computed. The names are those
    of orchestration/catalog/vintages.py, and a test holds the two together. -#}
{% macro day_of(vintage) -%}
  coalesce(
    try_cast(regexp_extract({{ vintage }}, '(?:^|[^0-9])((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:$|[^0-9])', 1) as date),
    last_day(try_cast(nullif(regexp_extract({{ vintage }}, '(?:^|[^0-9])((?:19|20)[0-9]{2}-[0-9]{2})(?:$|[^0-9])', 1), '') || '-01' as date)),
    last_day(make_date(
      try_cast(nullif(regexp_extract({{ vintage }}, '(?:^|[^0-9])((?:19|20)[0-9]{2})(?:$|[^0-9])', 1), '') as integer),
      coalesce(3 * try_cast(nullif(regexp_extract({{ vintage }}, '(?:19|20)[0-9]{2}[-_ ]?[QqTt]([1-4])', 1), '') as integer), 12), 1))
  )
{%- endmacro %}

{#- Returns true where a row of int_company_labels was in force on `day`: a register tells it by the certificate's dates, any
    other list by its status alone. -#}
{% macro in_force_on(row, day) -%}
  ({{ row }}.is_listed and (not {{ row }}.is_register
    or coalesce({{ row }}.valid_from <= {{ day }}, true) and coalesce({{ row }}.valid_to >= {{ day }}, true)))
{%- endmacro %}
