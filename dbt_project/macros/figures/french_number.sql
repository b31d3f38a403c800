{#- Returns a whole number as French sentences write it, its thousands apart by a narrow no-break space: « 16 077 ». -#}
{% macro french_number(number) -%}
  replace(format('{:,}', cast(round({{ number }}) as bigint)), ',', chr(8239))
{%- endmacro %}
