-- Farmers in a certified transition to agro-ecology at the end of the year, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, measure_value as value, is_synthetic, source_id, vintage
from {{ ref('int_barometer_levels') }}
where measure_id = 'nb-agriculteurs-agro-eco' and month = 12
