-- Land consumed a year on average since 2021, over the yearly mean of 2011–2020: what the law asks to be halved by 2030.
-- Both means need every one of their years.
with consumed as (
  select territory_level, territory_code, year, value, is_synthetic, source_id, vintage
  from {{ ref('stg_ecolab_indicators__measures') }}
  where measure_id = '611' and value is not null
),
before as (
  select territory_level, territory_code, source_id, vintage, sum(value) as hectares
  from consumed
  where year between 2011 and 2020
  group by territory_level, territory_code, source_id, vintage
  having count(*) = 10
),
since as (
  select territory_level, territory_code, year, source_id, vintage, is_synthetic,
    sum(value) over since_2021 as hectares, count(*) over since_2021 as years
  from consumed
  where year >= 2021
  window since_2021 as (partition by territory_level, territory_code, source_id, vintage order by year)
)
select since.territory_level, since.territory_code, cast(since.year as varchar) as period,
  {{ ratio('since.hectares * 10', 'before.hectares * since.years', 100) }} as value, since.is_synthetic, since.source_id, since.vintage
from since
join before
  on before.territory_level = since.territory_level and before.territory_code = since.territory_code
  and before.source_id = since.source_id and before.vintage = since.vintage
where since.years = since.year - 2020
