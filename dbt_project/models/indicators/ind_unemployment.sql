-- sdg08_unemployment_rate: localised rate by employment zone and quarter, as INSEE publishes it.
select 'sdg08_unemployment_rate' as indicator_id, territory_level, territory_code, period, 'total' as breakdown,
  rate as value,
  {{ status_columns(synthetic='is_synthetic') }},
  cast(null as double) as numerator, cast(null as double) as denominator, 'insee_unemployment' as source_id, vintage
from {{ ref('stg_insee_unemployment__rates') }}
where rate is not null and territory_code is not null and period is not null
