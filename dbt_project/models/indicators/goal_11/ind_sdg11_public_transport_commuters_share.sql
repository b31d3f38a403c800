-- Share of commuters by public transport among employed residents, as the census has it, by commune: the file has no numbers to make
-- larger territories of.
select 'commune' as territory_level, commune_code as territory_code, cast(year as varchar) as period, public_transport_share as value,
  is_synthetic, source_id, vintage
from {{ ref('stg_insee_commuting__communes') }}
where public_transport_share is not null
