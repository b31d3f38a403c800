-- Today's communes, one row each, with the territories they belong to and their newest municipal population.
-- Population: INSEE's legal populations (for Paris, Lyon and Marseille the sum of their arrondissements), else (Mayotte) the
-- one of the EPCI composition: population_year is then null, as that list does not say which census it repeats (for Mayotte
-- that of 2017).
with epci as (
  select codes.current_code as commune_code,
    -- after a merger across two EPCIs the row of the commune that kept its code decides
    arg_max(composition.epci_code, composition.commune_code = codes.current_code) as epci_code,
    sum(composition.population_municipal) as population
  from {{ ref('stg_dgcl_epci__composition') }} as composition
  join {{ ref('int_commune_codes') }} as codes on codes.commune_code = composition.commune_code
  where composition.vintage = (select max(vintage) from {{ ref('stg_dgcl_epci__composition') }})
    and codes.current_code is not null and codes.kind <> 'arrondissement'
  group by codes.current_code
),
zone as (
  select codes.current_code as commune_code,
    arg_max(composition.employment_zone_code, composition.commune_code = codes.current_code) as employment_zone_code
  from {{ ref('stg_insee_zones_emploi__composition') }} as composition
  join {{ ref('int_commune_codes') }} as codes on codes.commune_code = composition.commune_code
  where composition.vintage = (select max(vintage) from {{ ref('stg_insee_zones_emploi__composition') }})
    and codes.current_code is not null and codes.kind <> 'arrondissement'
  group by codes.current_code
),
legal_population as (
  select commune_code, cast(null as varchar) as period, vintage, is_synthetic, population_municipal
  from {{ ref('stg_insee_population__communes') }}
  where population_municipal is not null
),
counted as (
  select commune_code, vintage, population_municipal as population
  from {{ sums_by_current_commune('legal_population', ['population_municipal']) }}
),
-- a commune set up or re-established (MOD 20, 21): until the next count its people are counted with the one it left
born as (
  select code_after as commune_code, max(year(effective_date)) as established_year,
    arg_max(code_before, effective_date) as origin_code
  from {{ ref('stg_insee_cog__movements') }}
  where mod in ('20', '21') and typecom_before = 'COM' and typecom_after = 'COM' and code_before <> code_after
  group by code_after
),
people as (
  select commune_code, arg_max(population, vintage) as population, max(try_cast(left(vintage, 4) as integer)) as population_year
  from counted where population is not null group by commune_code
)
select codes.commune_code, codes.name, {{ normalise_name('codes.name') }} as name_key,
  codes.department_code, codes.region_code, codes.cog_year,
  coalesce(epci.epci_code, origin_epci.epci_code) as epci_code,
  coalesce(zone.employment_zone_code, origin_zone.employment_zone_code) as employment_zone_code,
  born.established_year,
  cast(coalesce(people.population, epci.population) as bigint) as population, people.population_year
from {{ ref('int_commune_codes') }} as codes
left join epci on epci.commune_code = codes.commune_code
left join zone on zone.commune_code = codes.commune_code
left join people on people.commune_code = codes.commune_code
left join born on born.commune_code = codes.commune_code
left join epci as origin_epci on origin_epci.commune_code = born.origin_code
left join zone as origin_zone on origin_zone.commune_code = born.origin_code
where codes.kind = 'current'
