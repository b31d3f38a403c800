-- sdg08_ess_establishments, sdg12_repair_establishments (newest stock; period = its vintage) and
-- sdg09_business_creation_rate (by year of creation; the year of the stock itself is not over and left out).
-- Division 95 of NAF rev. 2 is repair; in NAF 2025 it takes in cars, in NAF rev. 1 (old codes) it is something else.
-- A commune that has establishments but none of the kind counts 0; a commune that the stock lacks counts for
-- nothing, and its EPCI, département and région then get no figure.
with newest as (
  select max(vintage) as vintage from {{ ref('stg_insee_sirene__counts') }}
),
stock as (
  select commune_code, vintage as period, vintage, bool_or(is_synthetic) as is_synthetic,
    coalesce(sum(units) filter (where is_employer and is_ess), 0) as ess,
    coalesce(sum(units) filter (where naf_division = '95' and (naf_version = 'NAFRev2' or naf_version like '%25')), 0) as repair,
    coalesce(sum(units) filter (where naf_division = '95' and naf_version like '%25'), 0) as repair_2025
  from {{ ref('stg_insee_sirene__counts') }}
  where vintage = (select vintage from newest)
  group by commune_code, vintage
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
),
-- the stock holds all France: with an extract of the commune list some places have neither name nor population
stock_sums as (
  select sums.*, territories.population
  from {{ territory_sums('stock', ['ess', 'repair', 'repair_2025']) }} as sums
  join {{ ref('int_territories') }} as territories
    on territories.territory_level = sums.territory_level and territories.territory_code = sums.territory_code
),
creation_sums as (
  select sums.*, territories.population
  from {{ territory_sums('creations', ['created']) }} as sums
  join {{ ref('int_territories') }} as territories
    on territories.territory_level = sums.territory_level and territories.territory_code = sums.territory_code
),
figure as (
  select 'sdg08_ess_establishments' as indicator_id, territory_level, territory_code, period, vintage, is_synthetic,
    cast(ess as double) as value, cast(ess as double) as numerator, cast(null as double) as denominator, false as is_broken
  from stock_sums
  union all
  select 'sdg12_repair_establishments', territory_level, territory_code, period, vintage, is_synthetic,
    {{ ratio('repair', 'population', 10000) }}, repair, population, repair_2025 > 0
  from stock_sums where population > 0
  union all
  select 'sdg09_business_creation_rate', territory_level, territory_code, period, vintage, is_synthetic,
    {{ ratio('created', 'population', 1000) }}, created, population, false
  from creation_sums where population > 0
)
select indicator_id, territory_level, territory_code, period, 'total' as breakdown, value,
  {{ status_columns(synthetic='is_synthetic', provisional='is_broken', provisional_reason=
    "'Rupture de série : la division 95 de la NAF 2025 comprend aussi la réparation automobile.'") }},
  numerator, denominator, 'insee_sirene' as source_id, vintage
from figure
