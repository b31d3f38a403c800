-- The platform's ten priority issues, one row each, with what they are held against (mart_priority_issue_link holds the links one by
-- one) and where something is missing: an indicator that measures the issue and has a real figure, one that has a figure of the home
-- territory, an organisation at each step that helps with this very issue or its area, a company of the territory with a current
-- label, a practice told. A gap is a fact of the tables at hand, not a judgement of the platform.
{%- set gaps = [
  {'where': 'gap.lacks_indicator', 'fr': 'aucun indicateur chiffré ne le mesure', 'en': 'no indicator with a figure measures it'},
  {'where': 'gap.lacks_home_figure and not gap.lacks_indicator', 'fr': 'aucun chiffre du territoire lui-même parmi ce qui le mesure',
    'en': 'no figure of the territory itself among what measures it'},
  {'where': 'gap.lacks_diagnosis_actor', 'fr': 'aucun acteur propre à cet enjeu au diagnostic',
    'en': 'no actor of its own at the diagnosis'},
  {'where': 'gap.lacks_action_plan_actor', 'fr': 'aucun acteur propre à cet enjeu au plan d’action',
    'en': 'no actor of its own at the action plan'},
  {'where': 'gap.lacks_promotion_actor', 'fr': 'aucun acteur propre à cet enjeu à la valorisation',
    'en': 'no actor of its own at the promotion'},
  {'where': 'gap.lacks_label', 'fr': 'aucune entreprise du territoire connue avec un label en cours',
    'en': 'no company of the territory known with a current label'},
  {'where': 'gap.lacks_practice', 'fr': 'aucune pratique d’entreprise racontée', 'en': 'no practice told by a company'}
] %}
with link as (
  select link.*, progress.is_improving, progress.is_worsening
  from {{ ref('mart_priority_issue_link') }} as link
  left join {{ ref('int_home_progress') }} as progress on link.link_type = 'indicator' and progress.indicator_id = link.linked_id
),
counted as (
  select issue_id,
    string_agg(distinct linked_id, ',' order by linked_id) filter (where link_type = 'area') as areas,
    string_agg(linked_id, ',' order by is_main desc, linked_id) filter (where link_type = 'target') as sdg_targets,
    array_to_string(list_sort(list(distinct sdg_id) filter (where link_type = 'target')), ',') as sdg_ids,
    string_agg(linked_id, ',' order by is_main desc, linked_id) filter (where link_type = 'iso26000') as iso26000_subjects,
    count(*) filter (where link_type = 'indicator') as indicators,
    count(*) filter (where link_type = 'indicator' and is_main) as main_indicators,
    count(*) filter (where link_type = 'indicator' and is_main and evidence > 0) as main_indicators_with_figure,
    count(*) filter (where link_type = 'indicator' and is_main and home_evidence > 0) as main_indicators_with_home_figure,
    count(*) filter (where is_main and is_improving) as main_indicators_improving,
    count(*) filter (where is_main and is_worsening) as main_indicators_worsening,
    {%- for step in ['diagnosis', 'action_plan', 'promotion'] %}
    count(*) filter (where link_type = 'actor' and step = '{{ step }}') as actors_{{ step }},
    count(*) filter (where link_type = 'actor' and step = '{{ step }}' and is_main) as dedicated_{{ step }},
    {%- endfor %}
    count(*) filter (where link_type = 'label') as labels,
    coalesce(sum(home_evidence) filter (where link_type = 'label'), 0) as labelled_companies,
    count(*) filter (where link_type = 'practice' and home_evidence > 0) as practices,
    count(*) filter (where link_type = 'practice' and home_evidence = 0) as practices_on_samples
  from link
  group by issue_id
),
gap as (
  select *, main_indicators_with_figure = 0 as lacks_indicator, main_indicators_with_home_figure = 0 as lacks_home_figure,
    dedicated_diagnosis = 0 as lacks_diagnosis_actor, dedicated_action_plan = 0 as lacks_action_plan_actor,
    dedicated_promotion = 0 as lacks_promotion_actor, labelled_companies = 0 as lacks_label, practices = 0 as lacks_practice
  from counted
)
select issue.issue_id, issue.position, issue.name_fr, issue.name_en, issue.document, issue.place,
  gap.areas, gap.sdg_ids, gap.sdg_targets, gap.iso26000_subjects,
  gap.indicators, gap.main_indicators, gap.main_indicators_with_figure, gap.main_indicators_with_home_figure,
  gap.main_indicators_improving, gap.main_indicators_worsening,
  gap.actors_diagnosis, gap.actors_action_plan, gap.actors_promotion,
  gap.dedicated_diagnosis, gap.dedicated_action_plan, gap.dedicated_promotion,
  gap.labels, cast(gap.labelled_companies as bigint) as label_holdings, gap.practices, gap.practices_on_samples,
  gap.lacks_indicator, gap.lacks_home_figure, gap.lacks_diagnosis_actor, gap.lacks_action_plan_actor, gap.lacks_promotion_actor,
  gap.lacks_label, gap.lacks_practice,
  {% for flag in ['indicator', 'home_figure', 'diagnosis_actor', 'action_plan_actor', 'promotion_actor', 'label', 'practice'] -%}
  cast(gap.lacks_{{ flag }} as integer){{ ' + ' if not loop.last }}
  {%- endfor %} as gaps,
  {%- for language, separator in [('fr', ' ; '), ('en', '; ')] %}
  nullif(concat_ws('{{ separator }}'
    {%- for gap in gaps %},
    case when {{ gap.where }} then '{{ gap[language] }}' end{% endfor %}), '') as gaps_{{ language }}{{ ',' if not loop.last }}
  {%- endfor %}
from {{ ref('priority_issues') }} as issue
join gap on gap.issue_id = issue.issue_id
