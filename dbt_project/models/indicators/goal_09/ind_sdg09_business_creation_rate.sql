-- Establishments by year of creation, active or closed since, per 1,000 inhabitants of the newest population; the year of the stock
-- itself is not over and left out. A commune of the stock without any creation counts 0; a commune that the stock lacks counts
-- for nothing, and its EPCI, département and région then get no figure.
with stock as (
  select commune_code, bool_or(is_synthetic) as is_synthetic
  from {{ ref('stg_insee_sirene__counts') }}
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__counts') }})
  group by commune_code
),
years as (
  select distinct year, vintage from {{ ref('stg_insee_sirene__creations') }}
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__creations') }})
    and year < try_cast(left(vintage, 4) as integer)
),
creations as (
  select stock.commune_code, cast(years.year as varchar) as period, years.vintage,
    bool_or(stock.is_synthetic or coalesce(made.is_synthetic, false)) as is_synthetic,
    coalesce(sum(made.created), 0) as created
  from stock
  cross join years
  left join {{ ref('stg_insee_sirene__creations') }} as made
    on made.commune_code = stock.commune_code and made.year = years.year and made.vintage = years.vintage
  group by stock.commune_code, years.year, years.vintage
)
select sums.territory_level, sums.territory_code, sums.period, {{ ratio('sums.created', 'territories.population', 1000) }} as value,
  sums.created as numerator, territories.population as denominator,
  sums.is_synthetic, {{ source_of('stg_insee_sirene__creations') }} as source_id, sums.vintage
from {{ territory_sums('creations', ['created']) }} as sums
join {{ ref('int_territories') }} as territories
  on territories.territory_level = sums.territory_level and territories.territory_code = sums.territory_code
where territories.population > 0
