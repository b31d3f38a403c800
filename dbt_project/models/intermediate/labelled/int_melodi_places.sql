-- Which territory each place name of a Melodi export stands for. An EPCI by its whole name, with the legal form that the export writes out
-- where the State abbreviates it (« CA Communauté Paris-Saclay »); a commune only among those of the EPCIs in the same delivery, and only
-- where one alone bears the name there. A name without one territory has none, and gives no figure.
with named as (
  select distinct place, place_level, vintage, source_id from {{ ref('stg_insee_melodi__diplomas') }}
  union
  select distinct place, place_level, vintage, source_id from {{ ref('stg_insee_melodi__activity') }}
  union
  select distinct place, place_level, vintage, source_id from {{ ref('stg_insee_melodi__incomes') }}
),
places as (
  select named.place, named.place_level, named.vintage, levels.code as territory_level, {{ normalise_name('named.place') }} as name_key
  from named
  join {{ ref('published_labels') }} as levels
    on levels.source_id = named.source_id and levels.column_name = 'place_level' and levels.label = named.place_level
),
epcis as (
  select territory_code, {{ normalise_name('name') }} as short_key
  from {{ ref('int_territories') }}
  where territory_level = 'epci' and is_current
),
spelt as (
  select territory_code, regexp_replace(regexp_replace(regexp_replace(short_key, '^ca ', 'communaute d agglomeration '),
    '^cc ', 'communaute de communes '), '^cu ', 'communaute urbaine ') as name_key
  from epcis
  union
  select territory_code, 'metropole ' || short_key from epcis
),
found as (
  select places.place, places.place_level, places.vintage, places.territory_level, spelt.territory_code
  from places
  join spelt on spelt.name_key = places.name_key
  where places.territory_level = 'epci'
  qualify count(*) over (partition by places.place, places.place_level, places.vintage) = 1
),
communes as (
  select places.place, places.place_level, places.vintage, places.territory_level, members.commune_code as territory_code
  from places
  join {{ ref('int_communes') }} as members on members.name_key = places.name_key
  join found on found.vintage = places.vintage and found.territory_code = members.epci_code
  where places.territory_level = 'commune'
  qualify count(*) over (partition by places.place, places.place_level, places.vintage) = 1
)
select place, place_level, vintage, territory_level, territory_code from found
union all
select place, place_level, vintage, territory_level, territory_code from communes
