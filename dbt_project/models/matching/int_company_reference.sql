-- Names of legal persons that a name in a register may mean, one row a SIREN and name: Sirene's, and those under which companies declare
-- elsewhere with their SIREN (the gender equality index and the members of its groups, greenhouse-gas reports, labels). Each adds what
-- the others lack: Sirene's own list here is that of the home territory.
-- Nobody who may not be named: no natural person, no unit of partial diffusion. A public declaration's name is never shown from here, for
-- some declare their own name in the company's place; only the SIREN is, and candidates go to the team that reviews.
with sirene as (
  -- the same legal persons as in dim_company, with all their places here
  select siren, legal_name as name, commune_code as place, naf_code as activity
  from {{ ref('stg_insee_sirene__establishments') }}
  where vintage = (select max(vintage) from {{ ref('stg_insee_sirene__establishments') }})
    and is_legal_person and diffusion_status = 'O' and legal_name is not null
    and legal_category is not null and left(legal_category, 1) <> '1'
),
declared as (
  select siren, company_name as name, department_name, naf as activity, group_members,
    -- a declaration is a company's own or a union's, « Unité Economique et Sociale (UES) »; the oldest layouts do not say, and are companies'
    coalesce(structure <> 'Entreprise', false) as is_union
  from {{ ref('stg_egapro_index__declarations') }}
),
departments as (
  select department_code, {{ normalise_name('name') }} as name_key from {{ ref('departments') }}
),
member as (
  -- « RIESTE (352853667),CINE (352853568) »
  select regexp_extract(cell, '([0-9]{9})[)]$', 1) as siren, trim(regexp_replace(cell, '[(][0-9]{9}[)]$', '')) as name
  from (select unnest(regexp_extract_all(group_members, '[^,]+[(][0-9]{9}[)]')) as cell from declared)
),
named as (
  select siren, name, place, activity from sirene
  union all
  select declared.siren, declared.name, departments.department_code, declared.activity
  from declared
  left join departments on departments.name_key = {{ normalise_name('declared.department_name') }}
  where not declared.is_union
  union all
  select siren, name, null, null from member
  union all
  select siren, company_name, department_code, null from {{ ref('stg_ademe_ghg_reports__filings') }}
  union all
  select siren, company_name, commune_code, null from {{ ref('int_company_labels') }}
  union all
  select siren, company_name, null, null from {{ ref('stg_dpef_filings__filings') }}
  union all
  select siren, company_name, null, null from {{ ref('stg_dpef_expected_filers__companies') }}
),
trade as (
  -- the name of an establishment, often stale: it says little
  select siren, usual_name as name, null as place, null as activity from {{ ref('stg_dpef_expected_filers__companies') }}
  union all
  -- companies that declare together name the union as they like: « CARREFOUR » of 2018 is that of a few shops in Corsica
  select siren, name, null, activity from declared where is_union
),
every as (
  select *, 'legal' as kind from named
  union all
  select *, 'usual' from trade
)
select siren, trim(name) as name, min(kind) as kind, mode(place) as place, mode(activity) as activity
from every
where regexp_full_match(siren, '[0-9]{9}') and nullif(trim(name), '') is not null
  and siren not in (select siren from {{ ref('int_never_named') }})
  -- a declaration in a person's own name, of whom Sirene says nothing here, is nobody's candidate
  and (siren in (select siren from sirene) or not {{ says_person('name') }})
group by siren, trim(name)
