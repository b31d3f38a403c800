-- The home EPCI beside its communes, its département, région and country, the comparators that the team chose and its ten peers: one
-- row a figure and role. A comparison is of one indicator, one series and one part, and for each role of one period: the
-- newest in which the home EPCI and that role both have a figure; where they share none, the newest of the role (has_home is then false,
-- and there is no difference). A figure that is withheld has its row, so that nobody takes it for missing.
with home as (
  select distinct territories.department_code, territories.region_code, zones.territory_code as zone_code
  from {{ ref('dim_territory') }} as territories
  left join {{ ref('int_territory_members') }} as zones
    on zones.territory_level = 'employment_zone' and zones.commune_code = territories.territory_code
  where territories.territory_level = 'commune' and territories.is_home
),
role as (
  select case territory_level when 'epci' then 'home' else 'commune' end as role, territory_level, territory_code
  from {{ ref('dim_territory') }} where is_home
  union all
  select distinct 'department', 'department', department_code from home
  union all
  select distinct 'region', 'region', region_code from home
  union all
  select distinct 'employment_zone', 'employment_zone', zone_code from home where zone_code is not null
  union all
  select 'country', territory_level, territory_code from {{ ref('dim_territory') }} where territory_level = 'country'
  union all
  select 'comparator', territory_level, territory_code from {{ ref('dim_territory') }} where is_comparator
  union all
  select 'peer', 'epci', peers.peer_code
  from {{ ref('mart_territory_peer') }} as peers
  join {{ ref('dim_territory') }} as territories
    on territories.territory_level = 'epci' and territories.territory_code = peers.epci_code and territories.is_home
),
figure as (
  select fct.indicator_id, fct.series_id, fct.breakdown, fct.period, role.role, fct.territory_level, fct.territory_code, fct.value,
    fct.unit, fct.status, fct.geography_year
  from {{ ref('fct_indicator_value') }} as fct
  join role on role.territory_level = fct.territory_level and role.territory_code = fct.territory_code
),
beside as (
  select figure.*, at_home.period is not null as has_home, at_home.value as home_value, at_home.geography_year as home_geography_year
  from figure
  left join figure as at_home on at_home.role = 'home' and at_home.series_id = figure.series_id and at_home.breakdown = figure.breakdown
   and at_home.period = figure.period and at_home.value is not null
  qualify rank() over (
    partition by figure.series_id, figure.breakdown, figure.role order by at_home.period is not null desc, figure.period desc) = 1
)
select indicator_id, series_id, breakdown, role, territory_level, territory_code, period, value, unit, status, geography_year, has_home,
  round(value - home_value, 9) as difference,
  case when home_value > 0 and unit <> '%' then round(100 * (value - home_value) / home_value, 6) end as relative_difference,
  coalesce(geography_year = home_geography_year, false) as is_same_geography
from beside
