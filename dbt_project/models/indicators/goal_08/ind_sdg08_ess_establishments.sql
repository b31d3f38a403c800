-- Active employer establishments of the social and solidarity economy, newest stock; the period is its vintage.
-- A commune that has establishments but none of the kind counts 0; a commune that the stock lacks counts for nothing, and its EPCI,
-- département and région then get no figure. The stock holds all France: with an extract of the commune list some places
-- have no name, and no figure.
with stock as (
  select commune_code, vintage as period, vintage, bool_or(is_synthetic) as is_synthetic,
    coalesce(sum(units) filter (where is_employer and is_ess), 0) as ess
  from {{ ref('stg_insee_sirene__counts') }}
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__counts') }})
  group by commune_code, vintage
)
select sums.territory_level, sums.territory_code, sums.period, cast(sums.ess as double) as value, cast(sums.ess as double) as numerator,
  sums.is_synthetic, {{ source_of('stg_insee_sirene__counts') }} as source_id, sums.vintage
from {{ territory_sums('stock', ['ess']) }} as sums
join {{ ref('int_territories') }} as territories
  on territories.territory_level = sums.territory_level and territories.territory_code = sums.territory_code
