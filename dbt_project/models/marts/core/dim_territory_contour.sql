-- Outlines of communes as SVG paths, those of each EPCI in one frame. Every vertex is set on a grid of whole units, so that
-- neighbours share their border; what falls together or lies on a straight line is left out. No projection is needed at
-- the size of an EPCI: degrees of longitude are narrowed by the cosine of the middle latitude. A commune that others
-- joined since the outlines were drawn has theirs too (Ancenis-Saint-Géréon, 44003, is drawn with Saint-Géréon, 44160).
with newest as (
  select *
  from {{ ref('stg_geo_communes__communes') }}
  qualify vintage = max(vintage) over ()
),

outlines as (
  select
    o.commune_code as drawn_code,
    t.territory_code as commune_code,
    t.epci_code,
    o.vintage,
    o.source_id,
    case
      when o.geometry_type = 'Polygon' then [cast(cast(o.coordinates as json) as double [] [] [])]
      else cast(cast(o.coordinates as json) as double [] [] [] [])
    end as polygons
  from newest as o
  inner join {{ ref('dim_territory') }} as was on was.territory_level = 'commune' and o.commune_code = was.territory_code
  inner join {{ ref('dim_territory') }} as t
    on
      t.territory_level = 'commune'
      and coalesce(was.current_code, was.territory_code) = t.territory_code
      and t.is_current
      and t.epci_code is not null
),

polygons as (
  select drawn_code, epci_code, unnest(polygons) as rings, generate_subscripts(polygons, 1) as polygon_no from outlines
),

rings as (
  select drawn_code, epci_code, polygon_no, unnest(rings) as points, generate_subscripts(rings, 1) as ring_no
  from polygons
),

points as (
  select drawn_code, epci_code, polygon_no, ring_no, unnest(points) as point, generate_subscripts(points, 1) as point_no
  from rings
),

frame as (
  select
    epci_code,
    min(point[1]) as west,
    max(point[1]) as east,
    min(point[2]) as south,
    max(point[2]) as north,
    cos(radians((min(point[2]) + max(point[2])) / 2)) as narrowed
  from points
  group by epci_code
),

placed as (
  select
    p.drawn_code,
    p.polygon_no,
    p.ring_no,
    p.point_no,
    cast(round((p.point[1] - f.west) * f.narrowed * 600 / ((f.east - f.west) * f.narrowed)) as integer) as x,
    cast(round((f.north - p.point[2]) * 600 / ((f.east - f.west) * f.narrowed)) as integer) as y
  from points as p
  inner join frame as f on p.epci_code = f.epci_code
),

apart as (
  select *
  from placed
  qualify (x, y) is distinct from (
    lag(x) over (partition by drawn_code, polygon_no, ring_no order by point_no),
    lag(y) over (partition by drawn_code, polygon_no, ring_no order by point_no)
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
  window ring as (partition by drawn_code, polygon_no, ring_no order by point_no)
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
  window ring as (partition by drawn_code, polygon_no, ring_no order by point_no)
),

paths as (
  select
    drawn_code,
    polygon_no,
    ring_no,
    'M' || min_by(x, corner_no) || ' ' || min_by(y, corner_no) || 'l'
    || string_agg(dx || ' ' || dy, ' ' order by corner_no) filter (where corner_no > 1) || 'z' as path
  from steps
  group by drawn_code, polygon_no, ring_no
  having count(*) > 3
)

select
  'commune' as territory_level,
  o.commune_code as territory_code,
  any_value(o.epci_code) as epci_code,
  string_agg(p.path, '' order by p.drawn_code, p.polygon_no, p.ring_no) as path,
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
inner join outlines as o on p.drawn_code = o.drawn_code
inner join {{ source('run', 'sources') }} as s on o.source_id = s.source_id
inner join frame as f on o.epci_code = f.epci_code
group by o.commune_code
