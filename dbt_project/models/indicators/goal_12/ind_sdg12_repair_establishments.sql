-- Active repair establishments per 10,000 inhabitants, newest stock; the period is its vintage.
-- Division 95 of NAF rev. 2 is repair; in NAF 2025 it takes in cars, in NAF rev. 1 (old codes) it is something else.
-- A commune that has establishments but none of the kind counts 0; a commune that the stock lacks counts for nothing, and its EPCI,
-- département and région then get no figure.
with stock as (
  select commune_code, vintage as period, vintage, bool_or(is_synthetic) as is_synthetic,
    coalesce(sum(units) filter (where naf_division = '95' and (naf_version = 'NAFRev2' or naf_version like '%25')), 0) as repair,
    coalesce(sum(units) filter (where naf_division = '95' and naf_version like '%25'), 0) as repair_2025
  from {{ ref('stg_insee_sirene__counts') }}
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__counts') }})
  group by commune_code, vintage
)
select sums.territory_level, sums.territory_code, sums.period, {{ ratio('sums.repair', 'territories.population', 10000) }} as value,
  sums.repair as numerator, territories.population as denominator,
  case when sums.repair_2025 > 0
    then 'Rupture de série : la division 95 de la NAF 2025 comprend aussi la réparation automobile.' end as weakness,
  sums.is_synthetic, {{ source_of('stg_insee_sirene__counts') }} as source_id, sums.vintage
from {{ territory_sums('stock', ['repair', 'repair_2025']) }} as sums
join {{ ref('int_territories') }} as territories
  on territories.territory_level = sums.territory_level and territories.territory_code = sums.territory_code
where territories.population > 0
