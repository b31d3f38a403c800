-- People aged 15 and over out of school, by territory, census, sex and diploma as a code. Several labels of one census are one code.
select places.territory_level, places.territory_code, diplomas.year, sexes.code as breakdown, levels.code as diploma,
  sum(diplomas.persons) as persons, bool_or(diplomas.is_synthetic) as is_synthetic, diplomas.source_id, diplomas.vintage
from {{ ref('stg_insee_melodi__diplomas') }} as diplomas
join {{ ref('int_melodi_places') }} as places
  on places.place = diplomas.place and places.place_level = diplomas.place_level and places.vintage = diplomas.vintage
join {{ ref('published_labels') }} as sexes
  on sexes.source_id = diplomas.source_id and sexes.column_name = 'sex' and sexes.label = diplomas.sex
left join {{ ref('published_labels') }} as levels
  on levels.source_id = diplomas.source_id and levels.column_name = 'diploma' and levels.label = diplomas.diploma
group by places.territory_level, places.territory_code, diplomas.year, sexes.code, levels.code, diplomas.source_id, diplomas.vintage
-- a label that nobody has listed leaves its census without figures: a share over an unknown rest would be wrong
qualify bool_and(levels.code is not null) over (partition by diplomas.year, diplomas.vintage)
