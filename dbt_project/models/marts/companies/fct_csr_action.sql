-- CSR practice sheets of local companies and the goals that they speak of. A sheet has no SIREN: it is what its company's name was
-- matched to (fct_company_match), else null. `method` says how a goal was found: `stated` where
-- the sheet gives its number (« ODD 5 »), else `title_terms`: the observatory's own reading of words of the title and description
-- (seed csr_action_terms). No term found: no goal. Nothing looks for the sign of a contribution so far: the sheets are published as
-- good practice, and their chapter on limits is not read. `contribution` is null, and not `positive`.
with sheet as (
  select action_id, source_id, company_name, title, nature,
    ' ' || {{ normalise_name("concat_ws(' ', title, description)") }} || ' ' as words,
    ' ' || {{ normalise_name("concat_ws(' ', title, description, body)") }} || ' ' as everything,
    vintage
  from {{ ref('stg_csr_actions__actions') }}
  -- the publisher's blank sheet (« Template à dupliquer ») names no company
  where company_name is not null and title is not null
  qualify row_number() over (partition by action_id order by vintage desc) = 1
),
stated as (
  -- « ODD 5 », « ODD n° 3, 4 et 8 »; « les 17 ODD » is a count, no goal
  select action_id, try_cast(unnest(string_split(goals, ' ')) as integer) as sdg_id
  from (select action_id, unnest(regexp_extract_all(everything, '\b(?:odd|sdg) (?:n )?([0-9]{1,2}(?: (?:et )?[0-9]{1,2})*)\b', 1)) as goals
        from sheet)
),
found as (
  select action_id, sdg_id, 'stated' as method from stated where sdg_id between 1 and 17
  union all
  select sheet.action_id, terms.sdg_id, 'title_terms'
  from sheet
  join {{ ref('csr_action_terms') }} as terms on regexp_matches(sheet.words, '\b(' || terms.term || ')')
),
goals as (
  -- what a sheet states goes before what its words suggest (`stated` < `title_terms`)
  select action_id, method, list_sort(list(distinct sdg_id)) as sdg_list
  from (select *, min(method) over (partition by action_id) as best from found)
  where method = best
  group by action_id, method
)
select sheet.action_id, sheet.company_name, matched.siren, sheet.title, sheet.nature,
  array_to_string(goals.sdg_list, ',') as sdg_ids, goals.method, cast(null as varchar) as contribution, sheet.vintage
from sheet
left join goals on goals.action_id = sheet.action_id
left join {{ ref('fct_company_match') }} as matched
  on matched.source_id = sheet.source_id and matched.company_name = sheet.company_name and matched.place is null
