-- Labels and certificates of companies in France, as the newest list that has them tells them. SIREN only where the registry
-- gives it (match_method `given`). is_current: true only where nothing speaks against it; null where the list is
-- older than the label is given for (a list of 2022 cannot tell who is a B Corp in 2026).
-- A holder that Sirene says is a natural person, or asks not to be named, has no row: it counts in the indicators only.
with list as (
  select *, lead(as_of) over (partition by source_id order by as_of, vintage) as next_as_of
  from (select distinct source_id, vintage, as_of from {{ ref('int_company_labels') }})
),
certificate as (
  select labels.*, list.next_as_of, min(labels.as_of) over (partition by label_id) as first_seen
  from {{ ref('int_company_labels') }} as labels
  left join list on list.source_id = labels.source_id and list.vintage = labels.vintage
  qualify row_number() over (partition by label_id order by labels.as_of desc nulls last, labels.vintage desc) = 1
)
select label_id, label, company_name, siren,
  case when siren is null then 'none' else 'given' end as match_method,
  case when siren is null then null else 1.0 end::double as match_score,
  commune_code, valid_from, valid_to,
  case when next_as_of is not null or not in_force or valid_to < cast(settings.refreshed_at as date) then false
    when as_of + to_months(term_months) >= cast(settings.refreshed_at as date) then true end as is_current,
  as_of, first_seen, as_of as last_seen, next_as_of as first_absent, source_id, vintage
from certificate
cross join {{ source('run', 'settings') }} as settings
where (siren is null or siren not in (select siren from {{ ref('int_never_named') }}))
  -- what the newest register no longer has was taken out of it, as wrong or on demand
  and not coalesce(is_register and next_as_of is not null, false)
