-- Labels and certificates of companies in France. SIREN only where the registry gives it (match_method `given`).
-- A holder that Sirene says is a natural person, or asks not to be named, has no row: it counts in the indicators only.
select label_id, label, company_name, siren,
  case when siren is null then 'none' else 'given' end as match_method,
  case when siren is null then null else 1.0 end::double as match_score,
  commune_code, valid_from, valid_to, is_current, source_id, vintage
from {{ ref('int_company_labels') }}
where siren is null or siren not in (select siren from {{ ref('int_never_named') }})
