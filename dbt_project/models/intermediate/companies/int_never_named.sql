-- SIRENs that no table may name: natural persons, and units whose diffusion is partial (a request not to be named). They keep their place
-- in counts. Three ways to know: Sirene's establishments of the home territory (a unit with one that is open stays a name, as in dim_company);
-- of all other SIRENs that a register holds, Sirene's legal units of all France, any month of them (never_named: no names, a bit a SIREN); and
-- where Sirene is silent, a list of organisations whose own name for it is a person's.
with home as (
  select siren,
    coalesce(bool_or(is_legal_person and diffusion_status = 'O' and coalesce(left(legal_category, 1) <> '1', false)), false) as is_open
  from {{ ref('stg_insee_sirene__establishments') }}
  where siren is not null and vintage = (select max(vintage) from {{ ref('stg_insee_sirene__establishments') }})
  group by siren
),
holder as (
  select siren, company_name from {{ ref('stg_lucie_labels__labels') }}
  union all
  select siren, concat_ws(' ', company_name, legal_form) from {{ ref('stg_dgtresor_esus__agreements') }}
),
held as (
  select siren from holder
  union
  -- FR 12 345678901: the nine last digits are the SIREN
  select right(regexp_replace(vat_number, '[^0-9]', '', 'g'), 9) from {{ ref('stg_lucie_labels__labels') }}
  union
  select right(regexp_replace(vat_number, '[^0-9]', '', 'g'), 9) from {{ ref('stg_blab_bcorp__assessments') }}
  union
  select siren from {{ ref('stg_ademe_ghg_reports__filings') }}
  union
  select siren from {{ ref('stg_egapro_index__declarations') }}
  union
  select unnest(regexp_extract_all(group_members, '[(]([0-9]{9})[)]', 1)) from {{ ref('stg_egapro_index__declarations') }}
  union
  select siren from {{ ref('stg_dpef_filings__filings') }}
  union
  select siren from {{ ref('stg_dpef_expected_filers__companies') }}
  union
  select unnest([siren_1, siren_2, siren_3, siren_4, siren_5, other_siren]) from {{ ref('stg_match_reviews__decisions') }}
  union
  -- a sole trader may have an LEI
  select regexp_replace(registered_as, '[^0-9]', '', 'g') from {{ ref('stg_gleif_lei__entities') }} where registered_at = 'RA000189'
),
national as (
  select held.siren
  from held
  join {{ ref('stg_insee_sirene__never_named') }} as blocks on blocks.block = left(held.siren, 5)
  where regexp_full_match(held.siren, '[0-9]{9}')
    and get_bit(cast(unhex(blocks.members) as bit), cast(substr(held.siren, 6, 3) as integer)) = 1
)
select siren from home where not is_open
union
select siren from national where siren not in (select siren from home where is_open)
union
select siren from holder where siren not in (select siren from home where is_open) and {{ says_person('company_name') }}
