-- People aged 15 and over out of school, by territory, census, sex and diploma as a code. Several labels of one census are one code.
select places.territory_level, places.territory_code, diplomas.year, coded_sex.code as breakdown, coded_diploma.code as diploma,
  sum(diplomas.persons) as persons, bool_or(diplomas.is_synthetic) as is_synthetic, diplomas.source_id, diplomas.vintage
from {{ melodi_places('diplomas') }}
{{ coded('diplomas', 'sex') }}
{{ coded('diplomas', 'diploma', known=false) }}
group by places.territory_level, places.territory_code, diplomas.year, coded_sex.code, coded_diploma.code, diplomas.source_id,
  diplomas.vintage
-- a label that nobody has listed leaves its census without figures: a share over an unknown rest would be wrong
qualify bool_and(coded_diploma.code is not null) over (partition by diplomas.year, diplomas.vintage)
