-- Labels and certificates of companies in France, one row a company, label and certificate; newest vintage wins.
-- B Corp: one row an assessment cycle, no SIREN and no end date are published; current = the company's latest
-- assessment in the newest vintage says `certified`. Other labels: current = today lies within the validity.
-- A city becomes a commune only where its name is borne by one commune alone.
with settings as (
  select cast(refreshed_at as date) as today from {{ source('run', 'settings') }}
),
unique_city as (
  select name_key, min(commune_code) as commune_code
  from {{ ref('int_communes') }} group by name_key having count(*) = 1
),
bcorp as (
  select *,
    row_number() over (partition by company_id, vintage
      order by assessment_year desc nulls last, certification_cycle nulls last, certified_on desc nulls last) as recency,
    -- cycles are counted back from the newest (1), so the same certificate changes its number from one list to the next:
    -- the assessment year and its rank within that year tell certificates apart
    row_number() over (partition by company_id, vintage, assessment_year
      order by certification_cycle desc nulls first, certified_on) as place_in_year,
    count(*) over (partition by company_id, vintage) as certificates
  from {{ ref('stg_blab_bcorp__assessments') }}
  where country = 'France' and company_id is not null and company_name is not null
),
bcorp_certificate as (
  select *
  from bcorp
  qualify row_number() over (
    partition by company_id, assessment_year, place_in_year order by vintage desc) = 1
),
certificate as (
  select 'bcorp:' || company_id || ':' || coalesce(assessment_year::varchar, '-') || ':' || place_in_year as label_id,
    'B Corp' as label, company_name, cast(null as varchar) as siren, city, cast(null as varchar) as commune_code,
    coalesce(certified_on, case when certificates = 1 then first_certified_on end) as valid_from,
    cast(null as date) as valid_to,
    recency = 1 and status = 'certified'
      and vintage = (select max(vintage) from {{ ref('stg_blab_bcorp__assessments') }}) as is_current,
    'blab_bcorp' as source_id, vintage, is_synthetic
  from bcorp_certificate
  union all
  select 'lucie:' || md5(concat_ws('|', label, company_name, coalesce(siren, ''), coalesce(valid_from::varchar, ''), coalesce(valid_to::varchar, ''))),
    label, company_name, siren, city, commune_code, valid_from, valid_to,
    coalesce(valid_from <= settings.today, true) and coalesce(valid_to >= settings.today, true)
      and vintage = (select max(vintage) from {{ ref('stg_lucie_labels__labels') }}),
    'lucie_labels', vintage, is_synthetic
  from {{ ref('stg_lucie_labels__labels') }}
  cross join settings
  where company_name is not null
  qualify row_number() over (
    partition by label, company_name, siren, valid_from, valid_to order by vintage desc) = 1
)
select certificate.* exclude (commune_code, city),
  coalesce(certificate.commune_code, unique_city.commune_code) as commune_code,
  -- one company may hold several labels: it is told by its SIREN, else by its name
  coalesce(certificate.siren, {{ normalise_name('certificate.company_name') }}) as company_key
from certificate
left join unique_city on unique_city.name_key = {{ normalise_name('certificate.city') }}
