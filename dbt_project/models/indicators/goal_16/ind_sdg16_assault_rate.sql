-- Assaults, as recorded and published, at the levels that the file gives; a secret rate keeps its marker.
select territory_level, territory_code, cast(year as varchar) as period, assault_rate as value, assault_rate__marker as marker,
  is_synthetic, source_id, vintage
from {{ ref('stg_ssmsi_crime__crime') }}
where assault_rate is not null or assault_rate__marker is not null
