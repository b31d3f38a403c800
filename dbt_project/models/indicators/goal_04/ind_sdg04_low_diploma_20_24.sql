-- Share with no or a low diploma among people aged 20 to 24 out of education, by département, région and country.
select territory_level, territory_code, cast(diploma_year as varchar) as period, round(low_diploma_share, 1) as value, is_synthetic,
  source_id, vintage
from {{ ref('stg_drees_panorama__schooling') }}
where low_diploma_share is not null
