-- Where a practice sheet speaks of a goal: one row a term and place in its title or description (macro term_places, seed
-- practice_terms). The body is not read: it tells of the company, its labels and its neighbours as much as of the practice.
-- `text_id` is the sheet and the field: what the description repeats of the title must not count twice.
with sheet as (
  select action_id, title, description
  from {{ ref('stg_csr_actions__actions') }}
  -- the publisher's blank sheet (« Template à dupliquer ») names no company
  where company_name is not null and title is not null
  qualify row_number() over (partition by action_id order by vintage desc) = 1
),
field as (
  select action_id || '/title' as text_id, 'fr' as language, title as text from sheet
  union all
  select action_id || '/description', 'fr', description from sheet
)
select regexp_replace(text_id, '/[a-z]+$', '') as action_id, regexp_extract(text_id, '[a-z]+$') as field, *
from ({{ term_places('field', ref('practice_terms')) }})
