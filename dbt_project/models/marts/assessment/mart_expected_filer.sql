-- Who must publish a statement on sustainability, by company, fiscal year and regime: yes, no, or cannot tell and which fact is missing.
-- One rule that binds is a yes; a no needs all rules of the regime to say no. A company that no rule of a regime reaches by the day on
-- which its year opened has no row for it. The law is that of the day of the refresh. filing_id: the statement of that year that the observatory holds.
with answer as (
  select siren, fiscal_year_start, regime,
    case when bool_or(is_bound) then 'yes' when count(*) > count(is_bound) then 'cannot_tell' else 'no' end as answer,
    arg_min(article, rule_id) filter (where is_bound) as binding_article,
    arg_min(rule_id, rule_id) filter (where is_bound) as binding_rule,
    string_agg(distinct article, ' | ' order by article) filter (where is_bound is null) as open_articles,
    string_agg(distinct article, ' | ' order by article) as articles,
    list_sort(list_distinct(flatten(list(missing_facts) filter (where is_bound is null)))) as missing_facts
  from {{ ref('int_filer_answer') }}
  cross join (select cast(refreshed_at as date) as today from {{ source('run', 'settings') }}) as clock
  where law_from <= today and coalesce(law_until > today, true)
  group by siren, fiscal_year_start, regime
),
filing as (
  select siren, fiscal_year, min(filing_id) as filing_id
  from {{ ref('fct_filing') }} where siren is not null group by siren, fiscal_year
)
select answer.siren, answer.fiscal_year_start, answer.regime, answer.answer,
  case when answer.answer = 'cannot_tell' then array_to_string(answer.missing_facts, ',') end as missing_fact,
  case answer.answer when 'yes' then answer.binding_article when 'cannot_tell' then answer.open_articles else answer.articles end
    as article,
  answer.binding_rule as rule_id, filing.filing_id, facts.size_band, facts.naf_division
from answer
join {{ ref('int_filer_fact') }} as facts on facts.siren = answer.siren and facts.fiscal_year_start = answer.fiscal_year_start
-- a statement is named after the year in which most of it lies
left join filing on filing.siren = answer.siren
 and filing.fiscal_year = year(answer.fiscal_year_start + interval 6 month)
where answer.siren not in (select siren from {{ ref('int_never_named') }})
