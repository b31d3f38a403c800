-- Which territories are ranked with each other: one row a group and territory, within one level always.
-- metropolis: the 21 métropoles of common law and the Métropole de Lyon, by the nature that the DGCL's list of EPCIs gives; an EPCI
-- that one of them succeeded stands for it in the years before (Lille under 245900410 until 2020). home_commune: the communes of the
-- observatory's own EPCI. metropolis_commune: the communes of the métropoles, where the list has them all, or nearly: among the 34,000
-- communes of the country each of a métropole is « paved » and « crowded », whatever it does. The others are all territories of their
-- level today.
-- group_members: how many the group has in the country, which an extract of the lists does not: for communes the official code
-- of 2025 counted by département, for départements the seed.
with metropolis as (
  select distinct epci_code from {{ ref('stg_dgcl_epci__composition') }}
  where nature in ('METRO', 'MET69') and vintage = (select max(vintage) from {{ ref('stg_dgcl_epci__composition') }})
),
member as (
  select territory_level as peer_group, territory_level, territory_code from {{ ref('dim_territory') }}
  where is_current and territory_level in ('epci', 'department', 'employment_zone', 'commune')
  union all
  select 'home_commune', territory_level, territory_code from {{ ref('dim_territory') }} where is_home and territory_level = 'commune'
  union all
  select 'metropolis', territories.territory_level, territories.territory_code
  from {{ ref('dim_territory') }} as territories
  join metropolis on metropolis.epci_code = territories.current_code
  where territories.territory_level = 'epci'
  union all
  select 'metropolis_commune', territories.territory_level, territories.territory_code
  from {{ ref('dim_territory') }} as territories
  join metropolis on metropolis.epci_code = territories.epci_code
  where territories.territory_level = 'commune' and territories.is_current and (select count(*) from metropolis) >= 20
)
select member.peer_group, member.territory_level, member.territory_code,
  case member.peer_group when 'commune' then (select sum(communes_2025) from {{ ref('departments') }})
    when 'department' then (select count(*) from {{ ref('departments') }})
    when 'metropolis' then (select count(*) from metropolis)
    else count(*) over (partition by member.peer_group) end as group_members
from member
