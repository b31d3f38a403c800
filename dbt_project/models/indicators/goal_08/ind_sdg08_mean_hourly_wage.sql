-- Mean net hourly wage of employees by commune of residence, as INSEE publishes it: in total, by sex, by socio-professional category (C
-- managers, P intermediate, E employees, O workers), by age (18–25, 26–50, over 50), and for each sex by category and by age.
-- Communes only: the file gives no headcount, so no mean of a larger territory can be had from it.
{%- set figures = {'total': 'wage', 'sex=F': 'wage_f', 'sex=M': 'wage_m'} -%}
{%- for dimension, parts in {'pcs': ['C', 'P', 'E', 'O'], 'age': ['18', '26', '50']}.items() %}{% for part in parts %}
  {%- set suffix = '_' ~ dimension ~ '_' ~ part | lower -%}
  {%- do figures.update({dimension ~ '=' ~ part: 'wage' ~ suffix}) -%}
  {%- for sex in ['F', 'M'] -%}
    {%- do figures.update({'sex_' ~ dimension ~ '=' ~ sex ~ '_' ~ part: 'wage_' ~ sex | lower ~ suffix}) -%}
  {%- endfor -%}
{%- endfor %}{% endfor %}
select * from {{ as_published(ref('stg_insee_wages__net_hourly'), figures, level="'commune'", code='commune_code') }}
