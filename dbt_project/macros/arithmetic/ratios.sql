{#- Arithmetic that every indicator shares.
    Add here: a formula that two models need. Not here: a formula of one indicator (its own model). -#}

{#- Returns `scale * numerator / denominator`, null where the denominator is null, zero or negative:
    a rate over nobody is missing, not 0. -#}
{% macro ratio(numerator, denominator, scale=1) -%}
  case when ({{ denominator }}) > 0 then {{ scale }} * cast(({{ numerator }}) as double) / ({{ denominator }}) end
{%- endmacro %}

{#- Returns the gap (men - women) / men in percent, as INSEE publishes it; null unless both are known
    and men's value is above zero. Positive: women earn less. -#}
{% macro relative_gap(men, women) -%}
  {{ ratio('(' ~ men ~ ') - (' ~ women ~ ')', men, 100) }}
{%- endmacro %}

{#- Returns the middle of a Sirene workforce band in employees. `53` (10,000 and more) has no upper
    limit and takes its lower one; `NN` (no employee known) and blank count for none. -#}
{% macro size_band_midpoint(column) -%}
  case {{ column }}
    when '01' then 1.5 when '02' then 4 when '03' then 7.5 when '11' then 14.5 when '12' then 34.5
    when '21' then 74.5 when '22' then 149.5 when '31' then 224.5 when '32' then 374.5 when '41' then 749.5
    when '42' then 1499.5 when '51' then 3499.5 when '52' then 7499.5 when '53' then 10000 else 0 end
{%- endmacro %}
