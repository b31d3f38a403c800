-- Share of premises that can be connected to optical fibre at the end of the year, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, measure_value as value, is_synthetic, source_id, vintage
from {{ ref('int_barometer_levels') }}
where measure_id = 'taux-deploiement-fibre' and month = 12
