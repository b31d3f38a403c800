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
