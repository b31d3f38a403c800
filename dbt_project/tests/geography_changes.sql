-- What came and went between the two newest lists of communes and of EPCIs: warned of, with names, so that a person sees a merger before
-- a figure seems to vanish. One row a list: how many, and the first ten by code.
{{ config(severity='warn', meta={
  "fr": "les communes et intercommunalités d'aujourd'hui sont celles de la liste d'avant (une fusion, une scission se voient ici)",
  "en": "today's communes and EPCIs are those of the list before (a merger or a split shows here)"}) }}
with listed as (
  select distinct 'commune' as territory_level, vintage, commune_code as territory_code, name
  from {{ ref('stg_insee_cog__communes') }} where typecom = 'COM'
  union all
  select distinct 'epci', vintage, epci_code, epci_name from {{ ref('stg_dgcl_epci__composition') }}
),
list as (
  select territory_level, vintage, dense_rank() over (partition by territory_level order by vintage desc) as age
  from (select distinct territory_level, vintage from listed)
),
newest as (
  select listed.* from listed
  join list on list.territory_level = listed.territory_level and list.vintage = listed.vintage and list.age = 1
),
before as (
  select listed.* from listed
  join list on list.territory_level = listed.territory_level and list.vintage = listed.vintage and list.age = 2
),
changed as (
  select 'appeared' as change, newest.* from newest
  anti join before on before.territory_level = newest.territory_level and before.territory_code = newest.territory_code
  semi join before as any_before on any_before.territory_level = newest.territory_level
  union all
  select 'vanished', before.* from before
  anti join newest on newest.territory_level = before.territory_level and newest.territory_code = before.territory_code
)
select territory_level, change, vintage, count(*) as territories,
  array_to_string(list_sort(list(territory_code || ' ' || name))[:10], ' ; ') as named
from changed
group by all
