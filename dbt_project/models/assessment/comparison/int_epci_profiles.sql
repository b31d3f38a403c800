-- What an EPCI is like: size, build, working age, work, tourism and activity, from the communes' own counts carried to today's EPCIs.
-- Only what a territory is, not what becomes of it: no variable is an indicator of the catalogue (unemployment, vacancy, income), or
-- likeness would hide the very difference that is looked for.
-- All EPCIs of one vintage, the newest of which nearly all are there: nine in ten of today's, and 1,000 (France has 1,255 of them in 2024).
-- An extract gives none, and an EPCI that lacks a commune, or a count of one, has no profile.
{%- set counts = ['population', 'area_km2', 'population_15_64', 'employed', 'jobs', 'dwellings', 'second_homes', 'establishments_total',
  'establishments_agriculture', 'establishments_industry', 'establishments_construction', 'establishments_services',
    'establishments_public'] %}
with part as (
  select *, cast(population_year as varchar) as period, active_15_64 - unemployed_15_64 as employed
  from {{ ref('stg_insee_comparateur__communes') }}
),
whole as (
  select * from {{ territory_sums('part', counts) }}
  where territory_level = 'epci'
),
usable as (
  select * from whole
  where population > 0 and area_km2 > 0 and employed > 0 and dwellings > 0 and establishments_total > 0
  qualify count(*) over (partition by vintage)
    >= greatest(1000, 0.9 * (select count(*) from {{ ref('dim_territory') }} where territory_level = 'epci' and is_current))
)
select territory_code as epci_code, period, vintage,
  ln(population) as population,
  ln(population / area_km2) as density,
  100 * population_15_64 / population as working_age,
  100 * jobs / employed as jobs,
  100 * second_homes / dwellings as second_homes
  {%- for sector in ['agriculture', 'industry', 'construction', 'services', 'public'] %},
  sqrt(establishments_{{ sector }} / establishments_total) as {{ sector }}
  {%- endfor %}
from usable
qualify vintage = max(vintage) over ()
