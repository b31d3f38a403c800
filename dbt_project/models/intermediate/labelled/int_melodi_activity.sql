-- People aged 15 to 64 by territory, census and sex, and those among them who are employed or unemployed.
select places.territory_level, places.territory_code, activity.year, coded_sex.code as breakdown,
  sum(activity.persons) filter (where coded_activity.code in ('employed', 'unemployed')) as active,
  count(*) filter (where coded_activity.code in ('employed', 'unemployed')) as parts,
  sum(activity.persons) filter (where coded_activity.code = 'all') as persons,
  bool_or(activity.is_synthetic) as is_synthetic, activity.source_id, activity.vintage
from {{ melodi_places('activity') }}
{{ coded('activity', 'sex') }}
{{ coded('activity', 'activity') }}
{{ coded('activity', 'age') }}
{{ coded('activity', 'diploma') }}
where coded_age.code = '15_64' and coded_diploma.code = 'all'
group by places.territory_level, places.territory_code, activity.year, coded_sex.code, activity.source_id, activity.vintage
