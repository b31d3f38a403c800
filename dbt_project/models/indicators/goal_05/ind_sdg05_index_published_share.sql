-- Share of the companies obliged to that have published their gender equality index, from the year in which those of 50 employees are.
select territory_level, territory_code, cast(year as varchar) as period, measure_value as value, is_synthetic, source_id, vintage
from {{ ref('int_barometer_levels') }}
where measure_id = 'tx-entreprise-egalite-pro' and month = 12 and year >= 2020
