-- Share of young people with reading difficulties at the Defence and Citizenship Day, by département, région and country.
select territory_level, territory_code, cast(reading_year as varchar) as period, round(reading_difficulties_share, 1) as value,
  is_synthetic, source_id, vintage
from {{ ref('stg_drees_panorama__schooling') }}
where reading_difficulties_share is not null
