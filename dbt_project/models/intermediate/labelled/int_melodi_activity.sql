-- People aged 15 to 64 by territory, census and sex, and those among them who are employed or unemployed.
select places.territory_level, places.territory_code, activity.year, sexes.code as breakdown,
  sum(activity.persons) filter (where statuses.code in ('employed', 'unemployed')) as active,
  count(*) filter (where statuses.code in ('employed', 'unemployed')) as parts,
  sum(activity.persons) filter (where statuses.code = 'all') as persons,
  bool_or(activity.is_synthetic) as is_synthetic, activity.source_id, activity.vintage
from {{ ref('stg_insee_melodi__activity') }} as activity
join {{ ref('int_melodi_places') }} as places
  on places.place = activity.place and places.place_level = activity.place_level and places.vintage = activity.vintage
join {{ ref('published_labels') }} as sexes
  on sexes.source_id = activity.source_id and sexes.column_name = 'sex' and sexes.label = activity.sex
join {{ ref('published_labels') }} as statuses
  on statuses.source_id = activity.source_id and statuses.column_name = 'activity' and statuses.label = activity.activity
join {{ ref('published_labels') }} as ages
  on ages.source_id = activity.source_id and ages.column_name = 'age' and ages.label = activity.age
join {{ ref('published_labels') }} as diplomas
  on diplomas.source_id = activity.source_id and diplomas.column_name = 'diploma' and diplomas.label = activity.diploma
where ages.code = '15_64' and diplomas.code = 'all'
group by places.territory_level, places.territory_code, activity.year, sexes.code, activity.source_id, activity.vintage
