-- Bathing sites of excellent or good quality among those with a class, by season, for every territory that has one.
-- Each site counts once at each level: sums of sites, never means of shares. Sites in an unknown commune count in their département.
with site as (
  select sites.site_code, sites.department_code, sites.season, sites.vintage, sites.is_synthetic,
    coalesce(places.commune_code,
      case when regexp_matches(sites.site_code, '^FR[A-Z0-9]{3}[0-9][0-9AB][0-9]{3}[A-Z]') then substr(sites.site_code, 6,
        5) end) as commune_code,
    case when sites.class in ('Excellent', 'Bon', '1', '2') then 1 when sites.class in ('Suffisant', 'Insuffisant', '3',
      '4') then 0 end as is_good
  from {{ ref('stg_ars_bathing_water__sites') }} as sites
  left join {{ ref('stg_ars_bathing_water__places') }} as places
    on places.site_code = sites.site_code and places.vintage = sites.vintage
),
list as (
  select vintage, count(*) as sites from site group by vintage
),
placed as (
  select 'commune' as territory_level, site.commune_code as territory_code, site.* from site where site.commune_code is not null
  union all
  select members.territory_level, members.territory_code, site.*
  from site
  join {{ ref('int_commune_codes') }} as codes on codes.commune_code = site.commune_code
  join {{ ref('int_territory_members') }} as members on members.commune_code = codes.current_code
  where members.territory_level not in ('department', 'region', 'country')
  union all
  select 'department', site.department_code, site.* from site
  union all
  select 'region', departments.region_code, site.*
  from site
  join {{ ref('departments') }} as departments on departments.department_code = site.department_code
  union all
  select 'country', 'FR', site.* from site
)
select placed.territory_level, placed.territory_code, cast(placed.season as varchar) as period,
  {{ ratio('sum(placed.is_good)', 'count(placed.is_good)', 100) }} as value, sum(placed.is_good) as numerator,
  count(placed.is_good) as denominator,
  case when placed.territory_level <> 'commune' and {{ is_extract('max(list.sites)', 'stg_ars_bathing_water__sites') }}
    then {{ extract_reason('max(list.sites)', 'sites de baignade') }} end as weakness,
  bool_or(placed.is_synthetic) as is_synthetic, {{ source_of('stg_ars_bathing_water__sites') }} as source_id, placed.vintage
from placed
join list on list.vintage = placed.vintage
where placed.is_good is not null
group by placed.territory_level, placed.territory_code, placed.season, placed.vintage
