-- Active establishments of each commune of France and of the larger territories all of whose communes the stock has, by Sirene's newest
-- stock: employers, size classes, social economy, mission companies, and those created in the last whole year. A register, no
-- survey: natural persons and units that asked not to be named are counted, and nobody is told apart.
-- A commune that has establishments and none of a kind counts 0. Of a stock of before 2023 no mission company is known: null.
-- Creations of all years are in fct_indicator_value (sdg09_business_creation_rate, numerator).
with stock as (
  select commune_code, vintage as period, vintage, bool_or(is_synthetic) as is_synthetic, sum(units) as active,
    coalesce(sum(units) filter (where is_employer), 0) as employers,
    coalesce(sum(units) filter (where is_employer and coalesce(bands.midpoint, 0) < 10), 0) as employers_below_10,
    coalesce(sum(units) filter (where bands.midpoint between 10 and 49), 0) as employers_10_49,
    coalesce(sum(units) filter (where bands.midpoint between 50 and 249), 0) as employers_50_249,
    coalesce(sum(units) filter (where bands.midpoint >= 250), 0) as employers_250_more,
    coalesce(sum(units) filter (where is_ess), 0) as social_economy,
    coalesce(sum(units) filter (where is_ess and is_employer), 0) as social_economy_employers,
    case when count(is_mission_company) = count(*) then coalesce(sum(units) filter (where is_mission_company), 0) end as mission_companies
  from {{ ref('stg_insee_sirene__counts') }} as counts
  left join {{ ref('size_bands') }} as bands on bands.size_band = counts.size_band
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__counts') }})
  group by commune_code, vintage
),
created as (
  select commune_code, sum(created) as created
  from {{ ref('stg_insee_sirene__creations') }}
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__counts') }}) and year = try_cast(left(vintage, 4) as integer) - 1
  group by commune_code
),
counted as (
  select stock.*, coalesce(created.created, 0) as created from stock left join created on created.commune_code = stock.commune_code
)
select sums.territory_level, sums.territory_code, sums.period, cast(sums.active as bigint) as active,
  cast(sums.employers as bigint) as employers,
  cast(sums.employers_below_10 as bigint) as employers_below_10, cast(sums.employers_10_49 as bigint) as employers_10_49,
  cast(sums.employers_50_249 as bigint) as employers_50_249, cast(sums.employers_250_more as bigint) as employers_250_more,
  cast(sums.social_economy as bigint) as social_economy, cast(sums.social_economy_employers as bigint) as social_economy_employers,
  cast(sums.mission_companies as bigint) as mission_companies,
  cast(try_cast(left(sums.vintage, 4) as integer) - 1 as integer) as created_year, cast(sums.created as bigint) as created,
  sums.is_synthetic, {{ source_of('stg_insee_sirene__counts') }} as source_id, sums.vintage
from {{ territory_sums('counted', ['active', 'employers', 'employers_below_10', 'employers_10_49', 'employers_50_249', 'employers_250_more',
  'social_economy', 'social_economy_employers', 'mission_companies', 'created']) }} as sums
join {{ ref('int_territories') }} as territories
  on territories.territory_level = sums.territory_level and territories.territory_code = sums.territory_code
