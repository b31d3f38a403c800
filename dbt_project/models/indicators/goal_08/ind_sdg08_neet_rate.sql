-- Young people neither in work nor in education, as INSEE publishes it, at the levels that it publishes.
select territory_level, territory_code, cast(year as varchar) as period, neet_rate as value, neet_rate__marker as marker,
  is_synthetic, source_id, vintage
from {{ ref('stg_insee_neet__rates') }}
where (neet_rate is not null or neet_rate__marker is not null)
  and (territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }})
