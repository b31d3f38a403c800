-- Share of electric cars among new registrations: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '434' and value is not null
union all
select 'country', 'FM', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'ecbedd80-83cf-4add-8361-9cc0fd36c10c' and perimeter_code = 'FM' and value is not null
