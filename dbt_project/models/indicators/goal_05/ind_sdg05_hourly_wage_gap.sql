-- (men - women) / men x 100 of the mean net hourly wage; in total, by socio-professional category (pcs=C managers,
-- P intermediate, E employees, O workers) and by age (18–25, 26–50, over 50).
-- Communes only: the file gives no headcount, so no EPCI mean can be had from it.
-- Wages published to 10 cents (until 2015) leave the gap uncertain by some 0.7 points: it is then given with one decimal.
-- Wages given in full (2022) keep the gap that follows from them.
{%- set breakdowns = [('total', '')] -%}
{%- for p in ['C', 'P', 'E', 'O'] %}{% do breakdowns.append(('pcs=' ~ p, '_pcs_' ~ p | lower)) %}{% endfor -%}
{%- for a in ['18', '26', '50'] %}{% do breakdowns.append(('age=' ~ a, '_age_' ~ a)) %}{% endfor %}
with wage as (
  {%- for breakdown, suffix in breakdowns %}
  select commune_code, year, source_id, vintage, is_synthetic, '{{ breakdown }}' as breakdown,
    wage_m{{ suffix }} as men, wage_f{{ suffix }} as women,
    coalesce(wage_m{{ suffix }}__marker, wage_f{{ suffix }}__marker) as marker
  from {{ ref('stg_insee_wages__net_hourly') }}
  {% if not loop.last %}union all{% endif %}
  {%- endfor %}
)
select 'commune' as territory_level, commune_code as territory_code, cast(year as varchar) as period, breakdown,
  round(round({{ relative_gap('men', 'women') }}, 9), case when men = round(men, 1) and women = round(women, 1) then 1 else 9 end) as value,
  men - women as numerator, men as denominator, marker, is_synthetic, source_id, vintage
from wage
where (marker is not null or (men > 0 and women is not null)) and not {{ is_municipal_arrondissement('commune_code') }}
