{#- What makes a figure secret by itself.
    Add here: a rule of secrecy that two models need. -#}

{#- Returns true where a figure rests on one or two units, or one of them makes more than 85 % of it. Nobody is behind zero
    units: that is no secret. -#}
{% macro is_secret(units, largest_share) -%}
  ({{ is_small(units) }} or coalesce({{ largest_share }} > 0.85, false))
{%- endmacro %}

{#- Returns true where figures on incomes rest on fewer than eleven fiscal households: the tax office's own rule for what is made of its
    files (INSEE publishes Filosofi from 50 households on). -#}
{% macro is_few_households(households) -%}
  coalesce({{ households }} > 0 and {{ households }} < 11, false)
{%- endmacro %}

{#- Returns true where a figure rests on fewer than three units, and on somebody. -#}
{% macro is_small(units) -%}
  coalesce({{ units }} > 0 and {{ units }} < 3, false)
{%- endmacro %}
