-- Establishments (SIRET) with a certificate in force on the list's own day (the last of its vintage), per 10,000 inhabitants, one
-- period a list. The commune is found by its name within the département of the postal code (`NANTES CEDEX 2` is Nantes).
-- The national list counts tens of thousands of establishments: with fewer than 10,000 it is an extract, the figure is a lower
-- bound and says so.
with in_force as (
  select siret, source_id, vintage,
    min({{ normalise_name("regexp_replace(commune_name, '\\s+cedex.*$', '', 'i')") }}) as name_key,
    min({{ department_of('postal_code') }}) as department_code,
    bool_or(is_synthetic) as is_synthetic
  from {{ ref('stg_ademe_rge__qualifications') }}
  where siret is not null
    and coalesce(valid_from <= {{ day_of('vintage') }}, true)
    and valid_to >= {{ day_of('vintage') }}
  group by siret, source_id, vintage
),
placed as (
  select in_force.siret, in_force.source_id, in_force.vintage, in_force.is_synthetic, communes.commune_code
  from in_force
  left join {{ ref('int_communes') }} as communes
    on communes.name_key = in_force.name_key
   -- postal codes say 20 for both Corsican départements
   and (communes.department_code = in_force.department_code
        or (in_force.department_code = '20' and communes.department_code in ('2A', '2B')))
  qualify count(*) over (partition by in_force.siret, in_force.vintage) = 1
),
file as (
  select source_id, vintage, count(*) as establishments, count(*) filter (where commune_code is null) as unplaced
  from placed group by source_id, vintage
),
figure as (
  select 'commune' as territory_level, commune_code as territory_code, vintage, bool_or(is_synthetic) as is_synthetic,
    count(*) as establishments
  from placed where commune_code is not null group by commune_code, vintage
  union all
  select members.territory_level, members.territory_code, placed.vintage, bool_or(placed.is_synthetic), count(*)
  from placed
  join {{ ref('int_territory_members') }} as members on members.commune_code = placed.commune_code
  group by members.territory_level, members.territory_code, placed.vintage
)
select figure.territory_level, figure.territory_code, figure.vintage as period,
  {{ ratio('figure.establishments', 'territories.population', 10000) }} as value,
  figure.establishments as numerator, territories.population as denominator,
  case when {{ is_extract('file.establishments', 'stg_ademe_rge__qualifications') }}
    then {{ extract_reason('file.establishments', 'établissement(s)') }}
    when file.unplaced > 0 then 'Minimum : ' || file.unplaced || ' établissement(s) sans commune reconnue avec certitude.' end as weakness,
  figure.is_synthetic, file.source_id, figure.vintage
from figure
join file on file.vintage = figure.vintage
join {{ ref('int_territories') }} as territories
  on territories.territory_level = figure.territory_level and territories.territory_code = figure.territory_code
where territories.population > 0
