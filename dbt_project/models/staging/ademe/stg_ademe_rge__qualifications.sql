-- Certificates of qualified renewable-energy establishments.
select
  siret,
  postal_code,
  commune_name,
  organisation,
  qualification_code,
  domain,
  valid_from,
  valid_to,
  'ademe_rge' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('ademe_rge', 'qualifications') }}
