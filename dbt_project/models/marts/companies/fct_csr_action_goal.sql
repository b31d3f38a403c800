-- Which goals a practice sheet speaks of, and the words that say so. `method`: `stated` where the sheet gives the goal's number
-- (« ODD 5 »), else `title_terms`: the observatory's own reading of the words of its title, else of its description (int_csr_action_place).
-- What a sheet states goes before what its words suggest.
with sheet as (
  select action_id, ' ' || {{ normalise_name("concat_ws(' ', title, description, body)") }} || ' ' as everything, vintage
  from {{ ref('stg_csr_actions__actions') }}
  where company_name is not null and title is not null
  qualify row_number() over (partition by action_id order by vintage desc) = 1
),
listed as (
  -- « ODD 5 », « ODD n° 3, 4 et 8 »; « les 17 ODD » is a count, no goal
  select action_id, unnest(regexp_extract_all(everything, '\b(?:odd|sdg) (?:n )?[0-9]{1,2}(?: (?:et )?[0-9]{1,2})*\b')) as words from sheet
),
stated as (
  select action_id, try_cast(unnest(regexp_extract_all(words, '[0-9]+')) as integer) as sdg_id, words from listed
),
place as (
  select * from {{ ref('int_csr_action_place') }}
),
spoken as (
  select regexp_replace(text_id, '/[a-z]+$', '') as action_id, regexp_extract(text_id, '[a-z]+$') as field, sdg_id, score, contribution,
    evidence
  from ({{ goals_of_texts('place') }})
  qualify row_number() over (partition by action_id, sdg_id order by field desc) = 1
),
target as (
  select action_id, sdg_id, string_agg(distinct target, ',' order by target) as targets
  from place where target is not null group by action_id, sdg_id
),
found as (
  select action_id, sdg_id, 'stated' as method, 'body' as found_in, min(words) as evidence, cast(null as double) as score
  from stated where sdg_id between 1 and 17
  group by action_id, sdg_id
  union all
  select action_id, sdg_id, 'title_terms', field, evidence, score from spoken
  -- a sheet that states its goals is not read for others
  where action_id not in (select action_id from stated where sdg_id between 1 and 17)
)
select sheet.action_id, found.sdg_id, found.method, spoken.contribution, found.found_in, found.evidence, found.score,
  target.targets as sdg_targets, sheet.vintage
from found
join sheet on sheet.action_id = found.action_id
left join spoken on spoken.action_id = found.action_id and spoken.sdg_id = found.sdg_id
left join target on target.action_id = found.action_id and target.sdg_id = found.sdg_id
