-- Which legal person is known by which identifier: RNA (Sirene's associations), LEI (GLEIF, where the register of companies that it names is
-- Sirene), web address (the team's register gives it beside a SIREN). An address that several bear tells nobody: orchestration/matching sees that.
-- A French VAT number holds the SIREN itself. Nobody who may not be named.
with found as (
  select 'rna' as kind, rna as identifier, siren, legal_name as name
  from {{ ref('stg_insee_sirene__establishments') }}
  where rna is not null and is_legal_person and diffusion_status = 'O'
  union
  -- RA000189 is Sirene in GLEIF's list of registers; « 552 032 534 » as well as 552032534
  select 'lei', lei, regexp_replace(registered_as, '[^0-9]', '', 'g'), legal_name
  from {{ ref('stg_gleif_lei__entities') }}
  where registered_at = 'RA000189'
  union
  select 'website', website, siren, company_name
  from {{ ref('int_company_labels') }}
  where website is not null and siren is not null
)
select kind, identifier, siren, name
from found
where regexp_full_match(siren, '[0-9]{9}') and siren not in (select siren from {{ ref('int_never_named') }})
