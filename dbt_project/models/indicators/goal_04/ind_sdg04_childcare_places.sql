-- Approved nursery places per 100 children under three on 31 December, by département, région and mainland.
select territory_level, territory_code, cast(year as varchar) as period, round(places_per_100, 1) as value, is_synthetic, source_id, vintage
from {{ ref('stg_drees_panorama__childcare') }}
where places_per_100 is not null
