-- Overcrowded main residences, as the census has it, at the levels that the file gives.
select territory_level, territory_code, cast(year as varchar) as period, overcrowded_share as value, is_synthetic, source_id, vintage
from {{ ref('stg_insee_overcrowding__dwellings') }}
where overcrowded_share is not null
