-- Mean months to decide on a claim for the disability allowance, in December, by département, région and country.
select territory_level, territory_code, cast(year as varchar) as period, measure_value as value, is_synthetic, source_id, vintage
from {{ ref('int_barometer_levels') }}
where measure_id = 'duree-moyenne-traitement-demandes-allocation-adulte-handicape' and month = 12
