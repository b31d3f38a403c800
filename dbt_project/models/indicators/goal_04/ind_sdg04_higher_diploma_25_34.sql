-- Share of holders of a higher diploma among people aged 25 to 34 out of education, by département, région and country.
select territory_level, territory_code, cast(diploma_year as varchar) as period, round(higher_diploma_share, 1) as value, is_synthetic,
  source_id, vintage
from {{ ref('stg_drees_panorama__schooling') }}
where higher_diploma_share is not null
