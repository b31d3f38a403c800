{#- Classes of size by which companies are held beside each other, from the least number of employees of the band that a register
    gives; null where none does. Add here: what two models need of a company's size. -#}
{% macro size_class(employees_low) -%}
  case when {{ employees_low }} < 10 then '0-9' when {{ employees_low }} < 50 then '10-49' when {{ employees_low }} < 250 then '50-249'
    when {{ employees_low }} < 1000 then '250-999' when {{ employees_low }} >= 1000 then '1000+' end
{%- endmacro %}
