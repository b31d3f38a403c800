-- Share of students who pass the first year of university, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, measure_value as value, is_synthetic, source_id, vintage
from {{ ref('int_barometer_levels') }}
where measure_id = 'tx-reussite-examens'
