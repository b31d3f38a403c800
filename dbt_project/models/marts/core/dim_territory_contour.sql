-- Outlines of the home communes as SVG paths. Every vertex is set on a grid of whole units, so that neighbours share
-- their border; what falls together or lies on a straight line is left out. No projection is needed at the size of a
-- metropolis: degrees of longitude are narrowed by the cosine of the middle latitude.
with newest as (
  select *
  from {{ ref('stg_geo_communes__communes') }}
  qualify vintage = max(vintage) over ()
),

outlines as (
  select
    o.commune_code,
    o.vintage,
    o.source_id,
    case
      when o.geometry_type = 'Polygon' then [cast(cast(o.coordinates as json) as double [] [] [])]
      else cast(cast(o.coordinates as json) as double [] [] [] [])
    end as polygons
  from newest as o
  inner join {{ ref('dim_territory') }} as t
    on t.territory_level = 'commune' and o.commune_code = t.territory_code and t.is_home and t.is_current
),

polygons as (
  select commune_code, unnest(polygons) as rings, generate_subscripts(polygons, 1) as polygon_no from outlines
),

rings as (
  select commune_code, polygon_no, unnest(rings) as points, generate_subscripts(rings, 1) as ring_no from polygons
),

points as (
  select commune_code, polygon_no, ring_no, unnest(points) as point, generate_subscripts(points, 1) as point_no
  from rings
),

frame as (
  select
    min(point[1]) as west,
    max(point[1]) as east,
    min(point[2]) as south,
    max(point[2]) as north,
    cos(radians((min(point[2]) + max(point[2])) / 2)) as narrowed
  from points
),

placed as (
  select
    p.commune_code,
    p.polygon_no,
    p.ring_no,
    p.point_no,
    cast(round((p.point[1] - f.west) * f.narrowed * 600 / ((f.east - f.west) * f.narrowed)) as integer) as x,
    cast(round((f.north - p.point[2]) * 600 / ((f.east - f.west) * f.narrowed)) as integer) as y
  from points as p
  cross join frame as f
),

apart as (
  select *
  from placed
  qualify (x, y) is distinct from (
    lag(x) over (partition by commune_code, polygon_no, ring_no order by point_no),
    lag(y) over (partition by commune_code, polygon_no, ring_no order by point_no)
  )
),

neighbours as (
  select
    *,
    lag(x) over ring as x_before,
    lag(y) over ring as y_before,
    lead(x) over ring as x_after,
    lead(y) over ring as y_after
  from apart
  window ring as (partition by commune_code, polygon_no, ring_no order by point_no)
),

corners as (
  select *
  from neighbours
  where coalesce((x - x_before) * (y_after - y) <> (y - y_before) * (x_after - x), true)
),

steps as (
  select
    *,
    row_number() over ring as corner_no,
    x - lag(x) over ring as dx,
    y - lag(y) over ring as dy
  from corners
  window ring as (partition by commune_code, polygon_no, ring_no order by point_no)
),

paths as (
  select
    commune_code,
    polygon_no,
    ring_no,
    'M' || min_by(x, corner_no) || ' ' || min_by(y, corner_no) || 'l'
    || string_agg(dx || ' ' || dy, ' ' order by corner_no) filter (where corner_no > 1) || 'z' as path
  from steps
  group by commune_code, polygon_no, ring_no
  having count(*) > 3
)

select
  'commune' as territory_level,
  p.commune_code as territory_code,
  string_agg(p.path, '' order by p.polygon_no, p.ring_no) as path,
  600 as frame_width,
  cast(ceil(max((f.north - f.south) * 600 / ((f.east - f.west) * f.narrowed))) as integer) as frame_height,
  max(f.west) as west,
  max(f.south) as south,
  max(f.east) as east,
  max(f.north) as north,
  cast(left(max(o.vintage), 4) as integer) as geometry_year,
  max(s.publisher) || ' (' || max(s.licence) || ')' as attribution,
  max(o.source_id) as source_id,
  max(o.vintage) as vintage
from paths as p
inner join outlines as o on p.commune_code = o.commune_code
inner join {{ source('run', 'sources') }} as s on o.source_id = s.source_id
cross join frame as f
group by p.commune_code
