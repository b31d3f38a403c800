-- Thefts from persons without violence, as recorded and published, at the levels that the file gives; a secret rate keeps its marker.
select territory_level, territory_code, cast(year as varchar) as period, theft_rate as value, theft_rate__marker as marker,
  is_synthetic, source_id, vintage
from {{ ref('stg_ssmsi_crime__crime') }}
where theft_rate is not null or theft_rate__marker is not null
