-- Landfilled waste: for the country, as published.
select 'country' as territory_level, 'FR' as territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_sgpe_targets__measures') }}
where measure_id = '5ed623e3-c8bc-4139-8996-8b83b09fdf21' and perimeter = 'Hexagone et outre-mer' and value is not null
