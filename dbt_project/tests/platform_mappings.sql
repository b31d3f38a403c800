-- Each mapping of the platform's issues leads to something that exists; each issue has one main target and one main subject. That
-- targets and indicators exist is a rule of mart_priority_issue_link: one that does not has no name there. What a fact calls the baseline
-- or target of a monitoring figure is the one that stands beside it.
{{ config(
  meta={
    "fr": "chaque lien d'un enjeu de la plateforme mène à une cible, un indicateur, une question d'ISO 26000, un acteur ou un label qui existe",
    "en": "each link of an issue of the platform leads to a target, an indicator, a subject of ISO 26000, an actor or a label that exists",
  }) }}
{%- set keys = {
  'issue_targets': [['issue_id', 'priority_issues', 'issue_id']],
  'issue_indicators': [['issue_id', 'priority_issues', 'issue_id']],
  'issue_subjects': [['issue_id', 'priority_issues', 'issue_id'], ['subject_id', 'iso26000_subjects', 'subject_id']],
  'issue_areas': [['issue_id', 'priority_issues', 'issue_id'], ['area_id', 'support_areas', 'area_id']],
  'issue_practice_terms': [['issue_id', 'priority_issues', 'issue_id']],
  'actor_support': [['actor_id', 'support_actors', 'actor_id']],
  'label_subjects': [['label_key', 'labels', 'label_key'], ['subject_id', 'iso26000_subjects', 'subject_id']],
  'subject_goals': [['subject_id', 'iso26000_subjects', 'subject_id'], ['sdg_id', 'dim_sdg', 'sdg_id']],
} %}
with fault as (
  {%- for seed, links in keys.items() %}
  {%- for column, other, key in links %}
  select '{{ seed }}: {{ column }}' as rule, cast({{ column }} as varchar) as example from {{ ref(seed) }}
  where {{ column }} not in (select {{ key }} from {{ ref(other) }})
  union all
  {%- endfor %}
  {%- endfor %}
  select 'actor_support: scope_id', scope_id from {{ ref('actor_support') }}
  where not coalesce(case scope
    when 'all' then scope_id is null
    when 'area' then scope_id in (select area_id from {{ ref('support_areas') }})
    when 'issue' then scope_id in (select issue_id from {{ ref('priority_issues') }}) end, false)
  union all
  select 'actor_support: step or basis', actor_id from {{ ref('actor_support') }}
  where step not in ('diagnosis', 'action_plan', 'promotion') or basis not in ('document', 'reading') or quote is null
  union all
  select 'issue without one main target', issue.issue_id
  from {{ ref('priority_issues') }} as issue
  left join {{ ref('issue_targets') }} as link on link.issue_id = issue.issue_id and link.is_main
  group by issue.issue_id having count(link.sdg_target) <> 1
  union all
  select 'issue without one main subject', issue.issue_id
  from {{ ref('priority_issues') }} as issue
  left join {{ ref('issue_subjects') }} as link on link.issue_id = issue.issue_id and link.is_main
  group by issue.issue_id having count(link.subject_id) <> 1
  union all
  select 'issue without an area', issue_id from {{ ref('priority_issues') }}
  where issue_id not in (select issue_id from {{ ref('issue_areas') }})
  union all
  select 'plan fact: kpi ' || fact.kpi_role, fact.fact_id
  from {{ ref('mart_plan_fact') }} as fact
  left join {{ ref('mart_observatory_kpi') }} as kpi on kpi.kpi_id = fact.kpi_id
  where fact.kpi_id is not null
    and not coalesce(case fact.kpi_role when 'baseline' then kpi.baseline when 'target' then kpi.target end = fact.value, false)
  union all
  select 'mapping without author and version', mapping from {{ ref('mapping_sources') }}
  where author is null or version is null or reference_fr is null or reference_en is null or standing not in ('document', 'proposal')
)
select rule, min(example) as example, count(*) as found from fault group by rule
