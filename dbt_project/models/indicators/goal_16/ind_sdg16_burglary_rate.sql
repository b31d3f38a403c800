-- Burglaries of dwellings, as recorded and published, at the levels that the file gives; a secret rate keeps its marker.
select territory_level, territory_code, cast(year as varchar) as period, burglary_rate as value, burglary_rate__marker as marker,
  is_synthetic, source_id, vintage
from {{ ref('stg_ssmsi_crime__crime') }}
where burglary_rate is not null or burglary_rate__marker is not null
