-- Freshwater withdrawals, by région: cubic metres turned into millions. A zero is an absence.
select territory_level, territory_code, cast(year as varchar) as period, value / 1000000.0 as value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '638' and value is not null and value > 0
