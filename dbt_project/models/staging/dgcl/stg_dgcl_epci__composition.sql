-- Which commune belongs to which EPCI, one row a commune and year.
select
  epci_code,
  epci_name,
  nature,
  commune_code,
  commune_name,
  department_code,
  population_total,
  population_municipal,
  epci_members,
  epci_population_total,
  year,
  'dgcl_epci' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('dgcl_epci', 'composition') }}
