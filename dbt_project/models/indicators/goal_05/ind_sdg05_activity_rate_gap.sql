-- Men's activity rate minus women's, aged 15 to 64, in points. Where INSEE lists no unemployed (or no employed) of one sex, there is no
-- rate.
with rates as (
  select territory_level, territory_code, year, breakdown, source_id, vintage, is_synthetic, {{ ratio('active', 'persons', 100) }} as rate
  from {{ ref('int_melodi_activity') }}
  where parts = 2
)
select men.territory_level, men.territory_code, cast(men.year as varchar) as period, men.rate - women.rate as value,
  women.is_synthetic or men.is_synthetic as is_synthetic, men.source_id, men.vintage
from rates as men
join rates as women
  on women.territory_level = men.territory_level and women.territory_code = men.territory_code and women.year = men.year
  and women.source_id = men.source_id and women.vintage = men.vintage
where men.breakdown = 'sex=M' and women.breakdown = 'sex=F' and men.rate is not null and women.rate is not null
