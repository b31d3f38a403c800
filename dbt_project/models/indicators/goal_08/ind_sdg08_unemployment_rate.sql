-- Two measures, two series: the localised rate by employment zone and quarter, as INSEE publishes it, and unemployment of 15–64
-- in the census sense for the commune and each larger territory whose communes are all in the file. Employment zones have
-- the localised rate and nothing else: zone 5216 read 5.8, 10.96, 5.7 in one chart (2021-Q4, census 2022, 2022-Q1).
select * from {{ rate_of_sums('stg_insee_comparateur__communes', 'unemployed_15_64', 'active_15_64', 'labour_year') }}
where territory_level <> 'employment_zone'
union all by name
select territory_level, territory_code, period, rate as value, is_synthetic, source_id, vintage
from {{ ref('stg_insee_unemployment__rates') }}
where rate is not null and territory_code is not null and period is not null
