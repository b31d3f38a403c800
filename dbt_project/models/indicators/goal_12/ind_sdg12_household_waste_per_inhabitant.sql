-- Household and similar waste: tonnes per inhabitant by région, turned into kilograms; kilograms for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value * 1000 as value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '42' and value is not null
union all
select 'country', 'FR', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = '79b62b4c-330d-4979-ba95-29a312f9627c' and perimeter_code = 'FR' and value is not null
