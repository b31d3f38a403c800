-- Share of first classes with 24 pupils at most, at the start of the school year, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, measure_value as value, is_synthetic, source_id, vintage
from {{ ref('int_barometer_levels') }}
where measure_id = 'tx-classes-cp-ce1'
