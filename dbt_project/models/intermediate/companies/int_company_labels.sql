-- Certificates of companies in France as each list tells them, one row a certificate and list. `as_of`: the list's own day,
-- on which everything here is judged (never the day of the refresh). `in_force`: the list says so of that day, by
-- its status (B Corp gives neither SIREN nor end; the company's latest assessment counts) or by the certificate's dates
-- (`is_register`: the team's register, in which every certificate has its dates and every delivery is the whole list).
-- A place: the commune that the list names by its code, else the city. A city becomes a commune only where one commune alone bears
-- the name. The row's own région or département must agree with it; where it names none, no commune of the past may have
-- borne the name elsewhere: « Evry » of a company in Île-de-France is not Évry in the Yonne, which alone bears the name today.
with area as (
  select name_key, region_code, cast(null as varchar) as department_code from {{ ref('region_names') }}
  union all
  select {{ normalise_name('name') }}, region_code, null from {{ ref('regions') }}
  union all
  select {{ normalise_name('name') }}, region_code, department_code from {{ ref('departments') }}
  where {{ normalise_name('name') }} not in (select name_key from {{ ref('region_names') }})
),
unique_city as (
  select name_key, min(commune_code) as commune_code, min(department_code) as department_code, min(region_code) as region_code
  from {{ ref('int_communes') }} group by name_key having count(*) = 1
),
city as (
  select unique_city.*, coalesce(bool_or(former.current_code is distinct from unique_city.commune_code)
    filter (where former.commune_code is not null), false) as has_namesake
  from unique_city
  left join {{ ref('int_commune_codes') }} as former
    on former.kind = 'historical' and {{ normalise_name('former.name') }} = unique_city.name_key
  group by all
),
bcorp_list as (
  select vintage, count(*) >= {{ whole_list('stg_blab_bcorp__assessments') }} as is_whole
  from {{ ref('stg_blab_bcorp__assessments') }} group by vintage
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
certificate as (
  select 'bcorp:' || company_id || ':' || coalesce(assessment_year::varchar, '-') || ':' || place_in_year as label_id,
    'B Corp' as label, company_name, cast(null as varchar) as siren, city, state, cast(null as varchar) as commune_code,
    coalesce(certified_on, case when certificates = 1 then first_certified_on end) as valid_from,
    cast(null as date) as valid_to, recency = 1 and status = 'certified' as is_listed, false as is_register,
    bcorp_list.is_whole, vat_number, cast(null as varchar) as rna, cast(null as varchar) as lei, website,
    source_id, bcorp.vintage, is_synthetic
  from bcorp
  join bcorp_list on bcorp_list.vintage = bcorp.vintage
  union all
  select 'lucie:' || md5(concat_ws('|', label, company_name, coalesce(siren, ''), coalesce(valid_from::varchar, ''),
    coalesce(valid_to::varchar, ''))),
    label, company_name, siren, city, null, commune_code, valid_from, valid_to, true, true, true,
    vat_number, rna, lei, website, source_id, vintage, is_synthetic
  from {{ ref('stg_lucie_labels__labels') }}
  where company_name is not null
  qualify row_number() over (partition by label, company_name, siren, valid_from, valid_to, vintage) = 1
),
dated as (
  select certificate.* exclude (commune_code, city, state), {{ day_of('vintage') }} as as_of,
    -- a company whose commune merged lies in the commune of today
    coalesce(codes.current_code, city.commune_code) as commune_code
  from certificate
  left join {{ ref('int_commune_codes') }} as codes on codes.commune_code = certificate.commune_code
  left join area on area.name_key = {{ normalise_name('certificate.state') }}
  left join city on city.name_key = {{ normalise_name('certificate.city') }}
   and case when area.region_code is null then not city.has_namesake
     else city.region_code = area.region_code and coalesce(city.department_code = area.department_code, true) end
)
select dated.*,
  {{ in_force_on('dated', 'dated.as_of') }} as in_force,
  coalesce(max(terms.term_months), (select min(term_months) from {{ ref('label_terms') }})) as term_months,
  -- one company may hold several labels: it is told by its SIREN, else by its name
  coalesce(dated.siren, {{ normalise_name('dated.company_name') }}) as company_key
from dated
left join {{ ref('label_terms') }} as terms on regexp_matches({{ normalise_name('dated.label') }}, terms.label_pattern)
group by all
