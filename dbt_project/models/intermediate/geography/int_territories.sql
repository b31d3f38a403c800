-- Every territory that a figure may speak of, one row per level and code.
-- Today's territories from the reference sources; then those that only a statistical source still names
-- (an EPCI dissolved since, an employment zone of another composition): they get the name that it gives. An EPCI that another
-- one succeeds (seed epci_successions) leads to it, and is a comparator where that one is: Lille stands under 245900410 in
-- Filosofi 2014 to 2018 and under 200093201 since, so that inequality had seven comparators of eight.
with population as (
  select members.territory_level, members.territory_code,
    case when count(*) filter (where communes.population is null and communes.established_year is null) = 0
      then sum(communes.population) end as population,
    count(distinct communes.population_year) filter (where communes.population > 0) as population_years,
    max(communes.population_year) filter (where communes.population > 0) as population_year,
    sum(communes.population) filter (where communes.population_year is null) as population_undated,
    string_agg(distinct communes.department_code, ', ' order by communes.department_code)
      filter (where communes.population_year is null and communes.population > 0) as undated_departments,
    case when count(distinct communes.department_code) = 1 then min(communes.department_code) end as department_code,
    case when count(distinct communes.region_code) = 1 then min(communes.region_code) end as region_code
  from {{ ref('int_territory_members') }} as members
  join {{ ref('int_communes') }} as communes on communes.commune_code = members.commune_code
  group by members.territory_level, members.territory_code
),
censused as (
  -- one census, or a word on what is mixed
  select territory_level, territory_code, population, department_code, region_code,
    case when population_years = 1 and coalesce(population_undated, 0) = 0 then population_year end as population_year,
    case when population_undated > 0 and population_years > 0 then 'Recensement de ' || population_year || ', sauf '
        || {{ french_number('population_undated') }} || ' habitants (départements : ' || undated_departments
        || ') pris à la composition des intercommunalités, qui repose sur un autre recensement.'
      when population_undated > 0 then 'Population de la composition des intercommunalités, qui ne dit pas de quel recensement.'
      when population_years > 1
        then 'Somme de recensements différents, le plus récent de ' || population_year || '.' end as population_note_fr
  from population
),
geography as (
  select max(cog_year) as cog_year from {{ ref('int_communes') }}
),
named as (
  -- preference 1: the reference; 2: an older reference; 3: a statistical source
  select 'epci' as territory_level, epci_code as territory_code, epci_name as name, vintage,
    case when vintage = (select max(vintage) from {{ ref('stg_dgcl_epci__composition') }}) then 1 else 2 end as preference
  from {{ ref('stg_dgcl_epci__composition') }}
  union all
  select 'employment_zone', employment_zone_code, employment_zone_name, vintage,
    case when vintage = (select max(vintage) from {{ ref('stg_insee_zones_emploi__composition') }}) then 1 else 2 end
  from {{ ref('stg_insee_zones_emploi__composition') }}
  union all
  select territory_level, territory_code, name, vintage, 3 from {{ ref('stg_insee_unemployment__rates') }}
  union all
  select territory_level, territory_code, name, vintage, 3 from {{ ref('stg_insee_filosofi__income') }}
  where territory_level in ('epci', 'commune')
  union all
  select territory_level, territory_code, name, vintage, 3 from {{ ref('stg_insee_neet__rates') }}
  where territory_level in ('epci', 'commune')
  union all
  select 'commune', commune_code, name, vintage, 3 from {{ ref('stg_insee_wages__net_hourly') }}
  union all
  select 'commune', commune_code, name, vintage, 3 from {{ ref('stg_insee_establishments_by_size__establishments') }}
),
chosen as (
  select territory_level, territory_code,
    arg_min(name, (preference, -coalesce(try_cast(left(vintage, 4) as integer), 0))) as name,
    max(try_cast(left(vintage, 4) as integer)) as cog_year,
    min(preference) as preference
  from named
  where name is not null and territory_code is not null
  group by territory_level, territory_code
),
listed as (
  select 'commune' as territory_level, commune_code as territory_code, name, epci_code, department_code, region_code,
    population, cog_year, true as is_current, commune_code as current_code, population_year,
    case when population_year is null and population is not null
      then 'Population de la composition des intercommunalités, qui ne dit pas de quel recensement.' end as population_note_fr
  from {{ ref('int_communes') }}
  union all
  select 'commune', commune_code, name, null, department_code, region_code, null, cog_year, false, current_code, null, null
  from {{ ref('int_commune_codes') }}
  where kind = 'historical'
  union all
  select chosen.territory_level, chosen.territory_code, chosen.name,
    case when chosen.territory_level = 'epci' then chosen.territory_code end,
    case when chosen.territory_level = 'commune' then {{ department_of('chosen.territory_code') }} else population.department_code end,
    population.region_code, population.population, chosen.cog_year, chosen.preference = 1,
    case when chosen.preference = 1 then chosen.territory_code else successions.new_code end, population.population_year,
    population.population_note_fr
  from chosen
  left join {{ ref('epci_successions') }} as successions on chosen.territory_level = 'epci' and successions.old_code = chosen.territory_code
  left join censused as population on population.territory_level = chosen.territory_level
    and population.territory_code = chosen.territory_code
  where (chosen.territory_level <> 'commune'
         or chosen.territory_code not in (select commune_code from {{ ref('int_commune_codes') }}))
    and not (chosen.territory_level = 'commune' and {{ is_municipal_arrondissement('chosen.territory_code') }})
  union all
  select 'department', departments.department_code, departments.name, null, departments.department_code, departments.region_code,
    population.population, (select cog_year from geography), true, departments.department_code, population.population_year,
    population.population_note_fr
  from {{ ref('departments') }} as departments
  left join censused as population on population.territory_level = 'department' and population.territory_code = departments.department_code
  union all
  select 'region', regions.region_code, regions.name, null, null, regions.region_code,
    population.population, (select cog_year from geography), true, regions.region_code, population.population_year,
    population.population_note_fr
  from {{ ref('regions') }} as regions
  left join censused as population on population.territory_level = 'region' and population.territory_code = regions.region_code
  union all
  select 'country', country.territory_code, country.name, null, null, null,
    population.population, (select cog_year from geography), true, country.territory_code, population.population_year,
    population.population_note_fr
  from (values ('FR', 'France, départements d’outre-mer compris'), ('FM', 'France métropolitaine')) as country(territory_code, name)
  left join censused as population on population.territory_level = 'country' and population.territory_code = country.territory_code
)
select listed.territory_level, listed.territory_code, listed.name, listed.epci_code, listed.department_code, listed.region_code,
  cast(listed.population as bigint) as population, cast(listed.population_year as integer) as population_year, listed.population_note_fr,
  cast(listed.cog_year as integer) as cog_year, listed.is_current, listed.current_code, successions.note_fr as succession_fr,
  listed.is_current and listed.territory_level in ('epci', 'commune')
    and coalesce(listed.epci_code = settings.territory_code, false) as is_home,
  listed.territory_level = 'epci' and (listed.is_current or successions.old_code is not null)
    and coalesce(coalesce(successions.new_code, listed.territory_code) <> settings.territory_code, false)
    and coalesce(successions.new_code, listed.territory_code) in (select epci_code from {{ ref('comparators') }}) as is_comparator
from listed
cross join {{ source('run', 'settings') }} as settings
left join {{ ref('epci_successions') }} as successions
  on listed.territory_level = 'epci' and not listed.is_current and successions.old_code = listed.territory_code
