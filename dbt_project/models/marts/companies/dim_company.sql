-- Legal persons of the home territory that are fully open to the public. Nobody else: no natural person, no unit
-- whose diffusion is partial. One row a SIREN, described by its head office if that lies here, else by its
-- largest establishment here.
with open_unit as (
  select establishments.*, coalesce(bands.midpoint, 0) as employees
  from {{ ref('stg_insee_sirene__establishments') }} as establishments
  left join {{ ref('size_bands') }} as bands on bands.size_band = establishments.size_band
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__establishments') }})
    and is_legal_person and diffusion_status = 'O' and legal_name is not null
    -- 1000: entrepreneur individuel, a natural person
    and legal_category is not null and left(legal_category, 1) <> '1'
)
select siren, max(legal_name) as name,
  arg_max(naf_code, (coalesce(is_head_office, false), employees, siret)) as naf_code,
  max(unit_size_band) as size_band,
  arg_max(commune_code, (coalesce(is_head_office, false), employees, siret)) as commune_code,
  bool_or(is_ess) as is_ess, bool_or(is_mission_company) as is_mission_company, bool_or(is_employer) as is_employer
from open_unit
group by siren
