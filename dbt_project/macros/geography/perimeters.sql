{#- When the same code no longer stands for the same people.
    Add here: a bound that tells a change of territory, or of counting, from the ordinary course of a year. -#}

{#- Returns the share by which a count of persons may differ before it is taken for a count of others: 5 %.
    Between two years an EPCI's persons move by 0.8 % in the middle and 2.9 % at the 95th percentile (Filosofi 2014 to 2018);
    of 5,343 steps 196 pass 5 %, 85 of them in 2016, when the EPCIs were redrawn. Each further year allows 2 % more. -#}
{% macro perimeter_bound(years='1') -%}
  (0.05 + 0.02 * ({{ years }} - 1))
{%- endmacro %}

{#- Returns how many of a file's commune codes may be older than its geography: one in 20,000 (Filosofi 2014 gives one commune
    under a code that ended a year before). -#}
{% macro stray_codes(codes) -%}
  cast(floor({{ codes }} / 20000.0) as integer)
{%- endmacro %}

{#- Returns a number of persons as people write it: « 16 077 personnes ». -#}
{% macro persons_fr(number) -%}
  {{ french_number(number) }} || ' personnes'
{%- endmacro %}
