-- The national barometer's measures, with the code of the territory that each row says it speaks of.
select measures.measure_id, perimeters.code as perimeter_code, measures.year, measures.value, measures.is_synthetic,
  measures.source_id, measures.vintage
from {{ ref('stg_sgpe_targets__measures') }} as measures
left join {{ ref('published_labels') }} as perimeters
  on perimeters.source_id = measures.source_id and perimeters.column_name = 'perimeter'
  and coalesce(perimeters.label, '') = coalesce(measures.perimeter, '')
