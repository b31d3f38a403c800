-- Which of today's communes make up each larger territory. A territory is there only if the lists that we hold
-- cover it: an extract of 24 communes must never pass for a région, nor for an employment zone of a hundred.
-- established_year: year in which the commune was set up or re-established, null for nearly all.
-- Département covered: at least 80 % of the communes counted in 2025 (mergers go on, by a few each year).
with covered as (
  select departments.department_code, departments.region_code
  from {{ ref('departments') }} as departments
  join {{ ref('int_communes') }} as communes on communes.department_code = departments.department_code
  group by departments.department_code, departments.region_code, departments.communes_2025
  having count(*) >= 0.8 * departments.communes_2025
),
whole_region as (
  select departments.region_code
  from {{ ref('departments') }} as departments
  left join covered on covered.department_code = departments.department_code
  group by departments.region_code
  having count(*) = count(covered.department_code)
),
country as (
  select 'FR' as territory_code, count(*) = (select count(*) from whole_region) as is_whole from {{ ref('regions') }}
  union all
  select 'FM', count(*) = count(whole_region.region_code)
  from {{ ref('regions') }} as regions
  left join whole_region on whole_region.region_code = regions.region_code
  where regions.region_code >= '11'
),
whole_epci as (
  -- the composition says itself how many communes an EPCI has; where it does not, its list is taken as it is
  select epci_code
  from {{ ref('stg_dgcl_epci__composition') }}
  where vintage = (select max(vintage) from {{ ref('stg_dgcl_epci__composition') }})
  group by epci_code
  having count(distinct commune_code) >= coalesce(max(epci_members), 0)
),
zones as (
  -- a zone's own list says nothing of its length: zones are whole where nearly every commune of the country has one
  select (select is_whole from country where territory_code = 'FM')
    and count(employment_zone_code) >= 0.99 * count(*) as is_whole
  from {{ ref('int_communes') }}
),
member as (
  select 'epci' as territory_level, communes.epci_code as territory_code, communes.commune_code, communes.population,
    communes.established_year
  from {{ ref('int_communes') }} as communes join whole_epci on whole_epci.epci_code = communes.epci_code
  union all
  select 'employment_zone', communes.employment_zone_code, communes.commune_code, communes.population, communes.established_year
  from {{ ref('int_communes') }} as communes join zones on zones.is_whole
  where communes.employment_zone_code is not null
  union all
  select 'department', communes.department_code, communes.commune_code, communes.population, communes.established_year
  from {{ ref('int_communes') }} as communes join covered on covered.department_code = communes.department_code
  union all
  select 'region', communes.region_code, communes.commune_code, communes.population, communes.established_year
  from {{ ref('int_communes') }} as communes join whole_region on whole_region.region_code = communes.region_code
  union all
  select 'country', country.territory_code, communes.commune_code, communes.population, communes.established_year
  from {{ ref('int_communes') }} as communes join country on country.is_whole
  where country.territory_code = 'FR' or communes.region_code >= '11'
)
select territory_level, territory_code, commune_code, established_year,
  coalesce(population, 1) > 0 as is_required,
  count(*) filter (where coalesce(population, 1) > 0) over (partition by territory_level, territory_code) as required_members
from member
