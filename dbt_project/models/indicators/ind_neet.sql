-- sdg08_neet_rate: as INSEE publishes it, at the levels that it publishes.
select 'sdg08_neet_rate' as indicator_id, territory_level, territory_code, cast(year as varchar) as period,
  'total' as breakdown, neet_rate as value,
  {{ status_columns(synthetic='is_synthetic') }},
  cast(null as double) as numerator, cast(null as double) as denominator, 'insee_neet' as source_id, vintage
from {{ ref('stg_insee_neet__rates') }}
where neet_rate is not null
  and (territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }})
