-- Share of electric vans among new registrations: by région, and for the country, as published.
select territory_level, territory_code, cast(year as varchar) as period, value, is_synthetic, source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id = '464' and value is not null
union all
select 'country', 'FM', cast(year as varchar), value, is_synthetic, source_id, vintage
from {{ ref('int_sgpe_measures') }}
where measure_id = 'b0fe265c-0934-4c4d-8105-9ddf8e090ffe' and perimeter_code = 'FM' and value is not null
