-- CSR practice sheets of local companies and the goals that they speak of (fct_csr_action_goal, which has the words). No goal found:
-- none is said. `contribution` says what the words say of all its goals together; it is null where they name a subject and no stance, and
-- not `positive`: that a sheet is published as good practice is a rule of who weighs it, not a word of its own. A sheet has no SIREN: it is
-- what its company's name was matched to (fct_company_match), else null.
with sheet as (
  select action_id, source_id, company_name, title, nature, vintage
  from {{ ref('stg_csr_actions__actions') }}
  -- the publisher's blank sheet (« Template à dupliquer ») names no company
  where company_name is not null and title is not null
  qualify row_number() over (partition by action_id order by vintage desc) = 1
),
goals as (
  select action_id, min(method) as method, list_sort(list(distinct sdg_id)) as sdg_list,
    coalesce(bool_or(contribution in ('positive', 'mixed')), false) as is_positive,
    coalesce(bool_or(contribution in ('negative', 'mixed')), false) as is_negative
  from {{ ref('fct_csr_action_goal') }}
  group by action_id
)
select sheet.action_id, sheet.company_name, matched.siren, sheet.title, sheet.nature,
  array_to_string(goals.sdg_list, ',') as sdg_ids, goals.method,
  case when goals.is_positive and goals.is_negative then 'mixed' when goals.is_positive then 'positive'
    when goals.is_negative then 'negative' end as contribution,
  sheet.vintage
from sheet
left join goals on goals.action_id = sheet.action_id
left join {{ ref('fct_company_match') }} as matched
  on matched.source_id = sheet.source_id and matched.company_name = sheet.company_name and matched.place is null
