-- Deaths on the roads in the whole year, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, measure_value as value, is_synthetic, source_id, vintage
from {{ ref('int_barometer_years') }}
where measure_id = 'nb-morts-routes'
