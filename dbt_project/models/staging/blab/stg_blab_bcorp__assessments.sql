-- B Corp assessments of the world.
select
  company_id,
  company_name,
  first_certified_on,
  certified_on,
  status,
  country,
  state,
  city,
  sector,
  size_band,
  industry,
  assessment_year,
  overall_score,
  certification_cycle,
  website,
  'blab_bcorp' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('blab_bcorp', 'assessments') }}
