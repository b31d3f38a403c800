-- Land consumed in the year per 10,000 inhabitants, in all, for housing and for activities, of communes and of larger territories whose
-- communes are all in the file. Square metres per inhabitant are hectares per 10,000 inhabitants. The newest year is provisional.
with flows as (
  select commune_code, left(flow, 4) as period, right(flow, 3) as land_use, area, population, is_synthetic, vintage
  from {{ ref('stg_cerema_land_take__flows') }}
  where area is not null and population is not null
),
taken as (select * from flows where land_use = 'art'),
housing as (select * from flows where land_use = 'hab'),
activity as (select * from flows where land_use = 'act'),
sums as (
  select *, 'total' as breakdown from {{ territory_sums('taken', ['area', 'population']) }}
  union all by name
  select *, 'use=housing' as breakdown from {{ territory_sums('housing', ['area', 'population']) }}
  union all by name
  select *, 'use=activity' as breakdown from {{ territory_sums('activity', ['area', 'population']) }}
)
select territory_level, territory_code, period, breakdown, {{ ratio('area', 'population') }} as value,
  area as numerator, population as denominator,
  case when period = max(period) over (partition by vintage)
    then 'Dernière année du fichier : provisoire, le millésime suivant la complète.' end as weakness,
  is_synthetic, {{ source_of('stg_cerema_land_take__flows') }} as source_id, vintage
from sums
where population > 0
