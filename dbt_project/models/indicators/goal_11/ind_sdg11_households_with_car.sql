-- Share of households that have a car, as the census has it, by commune: the file has no numbers to make larger territories of.
select 'commune' as territory_level, commune_code as territory_code, cast(year as varchar) as period, households_with_car_share as value,
  is_synthetic, source_id, vintage
from {{ ref('stg_insee_commuting__communes') }}
where households_with_car_share is not null
