-- Active establishments of the home territory.
select
  siret,
  siren,
  commune_code,
  naf_code,
  naf_version,
  size_band,
  is_employer,
  created_on,
  is_head_office,
  diffusion_status,
  legal_name,
  is_legal_person,
  is_ess,
  is_mission_company,
  legal_category,
  unit_size_band,
  'insee_sirene' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_sirene', 'establishments') }}
