-- Labels and certificates of companies in France, as the newest list that has them tells them. The SIREN is the registry's
-- (match_method `given`), else what its name was matched to (fct_company_match), else null. is_current: true only where nothing speaks against it; null where the list is
-- older than the label is given for (a list of 2022 cannot tell who is a B Corp in 2026).
-- first_seen, last_seen: lists that have the certificate, in the order of their days, whatever day they arrived on; first_absent: the first
-- later list that is whole and lacks it. A part of a list, or one that was refused, proves no absence. Who comes back is not absent.
-- A holder that Sirene says is a natural person, or asks not to be named, has no row, nor one whose name says that it is a person's: it counts in
-- the indicators only.
with list as (
  select *, min(as_of) filter (where is_whole) over (partition by source_id order by as_of
    range between interval 1 day following and unbounded following) as next_as_of
  from (select distinct source_id, vintage, as_of, coalesce(is_whole, true) as is_whole from {{ ref('int_company_labels') }})
),
certificate as (
  select labels.*, list.next_as_of, min(labels.as_of) over (partition by label_id) as first_seen
  from {{ ref('int_company_labels') }} as labels
  left join list on list.source_id = labels.source_id and list.vintage = labels.vintage
  qualify row_number() over (partition by label_id order by labels.as_of desc nulls last, labels.vintage desc) = 1
)
select certificate.label_id, certificate.label, certificate.company_name, coalesce(certificate.siren, matched.siren) as siren,
  case when certificate.siren is not null then 'given' when matched.siren is not null then matched.match_method
    else 'none' end as match_method,
  case when certificate.siren is not null then 1.0 when matched.siren is not null then matched.match_score end::double as match_score,
  commune_code, valid_from, valid_to,
  case when next_as_of is not null or not in_force or valid_to < cast(settings.refreshed_at as date) then false
    when as_of + to_months(term_months) >= cast(settings.refreshed_at as date) then true end as is_current,
  as_of, first_seen, as_of as last_seen, next_as_of as first_absent, certificate.source_id, vintage
from certificate
left join {{ ref('fct_company_match') }} as matched
  on matched.source_id = certificate.source_id and matched.company_name = certificate.company_name
  and matched.place is not distinct from certificate.commune_code
cross join {{ source('run', 'settings') }} as settings
where (certificate.siren is null or certificate.siren not in (select siren from {{ ref('int_never_named') }}))
  -- without a SIREN, and wherever Sirene is silent, the name alone tells a person
  and (not {{ says_person('certificate.company_name') }}
    or coalesce(certificate.siren, matched.siren) in (select siren from {{ ref('dim_company') }}))
  -- what the newest register no longer has was taken out of it, as wrong or on demand
  and not coalesce(is_register and next_as_of is not null, false)
