-- sdg08_neet_rate: as INSEE publishes it, at the levels that it publishes.
select 'sdg08_neet_rate' as indicator_id, territory_level, territory_code, cast(year as varchar) as period,
  'total' as breakdown, case when neet_rate__marker is null then neet_rate end as value,
  {{ status_columns(synthetic='is_synthetic', suppressed='neet_rate__marker is not null', suppression_reason=publisher_secret('neet_rate__marker')) }},
  cast(null as double) as numerator, cast(null as double) as denominator, 'insee_neet' as source_id, vintage
from {{ ref('stg_insee_neet__rates') }}
where (neet_rate is not null or neet_rate__marker is not null)
  and (territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }})
