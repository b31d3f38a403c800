-- Men's activity rate minus women's, aged 15 to 64, in points. Where INSEE lists no unemployed (or no employed) of one sex, there is no
-- rate.
with rates as (
  select territory_level, territory_code, year, breakdown, source_id, vintage, is_synthetic, {{ ratio('active', 'persons', 100) }} as rate
  from {{ ref('int_melodi_activity') }}
  where parts = 2
)
select * from {{ difference_of_sexes('rates', 'M') }}
