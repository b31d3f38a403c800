-- Outlines to four decimals of a degree (about ten metres): no page shows more, and a set with five and one with four say the same.
with feature as (
  select unnest(features) as feature
  from read_json(
    {{ file }},
    maximum_object_size = 200000000,
    columns = {features: 'STRUCT(properties STRUCT(code VARCHAR, nom VARCHAR), geometry STRUCT("type" VARCHAR, coordinates JSON))[]'}
  )
),
outline as (
  select feature.properties.code as code, feature.properties.nom as nom, feature.geometry.type as geometry_type,
    feature.geometry.coordinates as coordinates,
    -- a shape of another depth is null here
    try_cast(feature.geometry.coordinates as double[][][]) as polygon,
    try_cast(feature.geometry.coordinates as double[][][][]) as polygons
  from feature
)
select code, nom, geometry_type,
  cast(coalesce(
    to_json(list_transform(polygon, ring -> list_transform(ring, point -> list_transform(point, degrees -> round(degrees, 4))))),
    to_json(list_transform(polygons, part -> list_transform(part, ring ->
      list_transform(ring, point -> list_transform(point, degrees -> round(degrees, 4)))))),
    to_json(coordinates)) as varchar) as coordinates
from outline
