select
  feature.properties.code as code,
  feature.properties.nom as nom,
  feature.geometry.type as geometry_type,
  cast(to_json(feature.geometry.coordinates) as varchar) as coordinates
from (
  select unnest(features) as feature
  from read_json(
    {{ file }},
    maximum_object_size = 200000000,
    columns = {features: 'STRUCT(properties STRUCT(code VARCHAR, nom VARCHAR), geometry STRUCT("type" VARCHAR, coordinates JSON))[]'}
  )
)
