-- What became of each company's name that a register gives without a SIREN: matched, by which method and how surely, or why not. A decision of the
-- team goes before everything (`reviewed`), and outlives the vintage in which the name was read. A name that says itself that it is a
-- natural person's has no row; neither is a SIREN shown that no table may name.
select named.source_id, named.name as company_name, named.place,
  case when decided.name_key is not null then decided.siren else answer.siren end as siren,
  case when decided.siren is not null then 'reviewed' when decided.name_key is not null then 'none'
    else coalesce(answer.match_method, 'none') end as match_method,
  case when decided.siren is not null then 1.0 when decided.name_key is null then answer.match_score end::double as match_score,
  case when decided.name_key is not null then case when decided.siren is null then 'none_of_the_candidates' end
    else answer.no_match_reason end as no_match_reason,
  coalesce(answer.candidates, 0) as candidates,
  decided.decided_by, decided.decided_on
from {{ ref('int_company_name') }} as named
left join {{ ref('int_match_answer') }} as answer on answer.name_id = named.name_id
left join {{ ref('int_match_decision') }} as decided on decided.name_key = named.name_key
  and coalesce(decided.siren not in (select siren from {{ ref('int_never_named') }}), true)
where answer.no_match_reason is distinct from 'natural_person'
