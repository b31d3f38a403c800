-- Poverty rate and median standard of living by territory and group of households. The totals stand in the file by age and in that by
-- kind of household alike: the first is taken.
select places.territory_level, places.territory_code, incomes.year, measures.code as measure, groups.code as breakdown, incomes.value,
  secrets.code as marker, incomes.is_synthetic, incomes.source_id, incomes.vintage
from {{ ref('stg_insee_melodi__incomes') }} as incomes
join {{ ref('int_melodi_places') }} as places
  on places.place = incomes.place and places.place_level = incomes.place_level and places.vintage = incomes.vintage
join {{ ref('published_labels') }} as measures
  on measures.source_id = incomes.source_id and measures.column_name = 'income_measure' and measures.label = incomes.income_measure
join {{ ref('published_labels') }} as groups
  on groups.source_id = incomes.source_id and groups.column_name = 'group_label' and groups.label = incomes.group_label
left join {{ ref('published_labels') }} as secrets
  on secrets.source_id = incomes.source_id and secrets.column_name = 'confidentiality' and secrets.label = incomes.confidentiality
where groups.code <> 'total' or incomes.grouping = 'age'
