-- What each of the platform's ten issues is held against, one row a link: targets of the goals, subjects of ISO 26000, areas of help,
-- indicators, actors by step, labels, practice told by companies. Mappings are seeds (seeds/platform), each with author and version;
-- what is linked is counted from today's tables. `evidence` is what stands
-- behind a link: figures, companies, sheets. Made-up samples stand behind nothing.
with issue as (
  select issue_id from {{ ref('priority_issues') }}
),
target as (
  select * from {{ ref('stg_un_sdg__targets') }}
  qualify row_number() over (partition by target order by vintage desc) = 1
),
settings as (
  select territory_code from {{ source('run', 'settings') }}
),
figure as (
  select fct.indicator_id, count(*) as figures,
    count(*) filter (where fct.territory_level = 'epci' and fct.territory_code = settings.territory_code) as home_figures
  from {{ ref('fct_indicator_value') }} as fct
  join {{ ref('dim_indicator') }} as indicator on indicator.indicator_id = fct.indicator_id and not indicator.is_synthetic_only
  cross join settings
  where fct.value is not null
  group by fct.indicator_id
),
-- companies of the home territory that hold a label today
holder as (
  select labels.label_key, count(distinct certificate.company_key) as companies
  from {{ ref('fct_company_label') }} as held
  join {{ ref('int_company_labels') }} as certificate
    on certificate.label_id = held.label_id and certificate.source_id = held.source_id and certificate.vintage = held.vintage
  join {{ ref('dim_territory') }} as place
    on place.territory_level = 'commune' and place.territory_code = held.commune_code and place.is_home
  join {{ ref('labels') }} as labels on regexp_matches({{ normalise_name('held.label') }}, labels.label_pattern)
  where held.is_current and not certificate.is_synthetic
  group by labels.label_key
),
sheet as (
  select action_id, title, ' ' || {{ normalise_name("concat_ws(' ', title, description)") }} || ' ' as words, is_synthetic
  from {{ ref('stg_csr_actions__actions') }}
  where company_name is not null and title is not null
  qualify row_number() over (partition by action_id order by vintage desc) = 1
),
help as (
  select distinct issue.issue_id, support.actor_id, support.step, support.scope, support.basis, support.what_fr, support.what_en
  from issue
  join {{ ref('issue_areas') }} as area on area.issue_id = issue.issue_id
  join {{ ref('actor_support') }} as support
    on support.scope = 'all' or support.scope_id = case support.scope when 'area' then area.area_id else issue.issue_id end
),
link as (
  select issue_id, 'target' as link_type, sdg_target as linked_id, cast(null as varchar) as step, target.sdg_id, target.label_fr as name_fr,
    target.label_en as name_en, is_main, cast(null as varchar) as detail_fr, cast(null as varchar) as detail_en,
    cast(null as bigint) as evidence, cast(null as bigint) as home_evidence
  from {{ ref('issue_targets') }} as mapping
  left join target on target.target = mapping.sdg_target
  union all
  select mapping.issue_id, 'iso26000', mapping.subject_id, null, null, subject.name_fr, subject.name_en, mapping.is_main,
    mapping.why_fr, mapping.why_en, null, null
  from {{ ref('issue_subjects') }} as mapping
  join {{ ref('iso26000_subjects') }} as subject on subject.subject_id = mapping.subject_id
  union all
  select mapping.issue_id, 'area', mapping.area_id, null, null, area.name_fr, area.name_en, false, null, null, null, null
  from {{ ref('issue_areas') }} as mapping join {{ ref('support_areas') }} as area on area.area_id = mapping.area_id
  union all
  select mapping.issue_id, 'indicator', mapping.indicator_id, null, catalogue.sdg_id, catalogue.name_fr, catalogue.name_en, mapping.is_main,
    null, null, coalesce(figure.figures, 0), coalesce(figure.home_figures, 0)
  from {{ ref('issue_indicators') }} as mapping
  -- a mapping to what does not exist has no name, and its row breaks the table's rules
  left join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = mapping.indicator_id
  left join figure on figure.indicator_id = mapping.indicator_id
  union all
  -- an organisation that helps with this issue or its area is counted apart from one that helps with everything
  select help.issue_id, 'actor', help.actor_id, help.step, null, any_value(actor.name), any_value(actor.name),
    bool_or(help.scope <> 'all'), string_agg(help.what_fr, ' ; ' order by help.what_fr),
    string_agg(help.what_en, ' ; ' order by help.what_en), null, null
  from help join {{ ref('support_actors') }} as actor on actor.actor_id = help.actor_id
  group by help.issue_id, help.actor_id, help.step
  union all
  select mapping.issue_id, 'label', labels.label_key, null, null, labels.name, labels.name, bool_or(mapping.is_main),
    null, null, null, coalesce(any_value(holder.companies), 0)
  from {{ ref('issue_subjects') }} as mapping
  join {{ ref('label_subjects') }} as subject on subject.subject_id = mapping.subject_id
  join {{ ref('labels') }} as labels on labels.label_key = subject.label_key
  left join holder on holder.label_key = labels.label_key
  where mapping.is_main
  group by mapping.issue_id, labels.label_key, labels.name
  union all
  select terms.issue_id, 'practice', sheet.action_id, null, null, any_value(sheet.title), null, false, null, null, null,
    case when any_value(sheet.is_synthetic) then 0 else 1 end
  from {{ ref('issue_practice_terms') }} as terms
  join sheet on regexp_matches(sheet.words, '\b(' || terms.term || ')')
  group by terms.issue_id, sheet.action_id
)
select link.issue_id, link.link_type, link.linked_id, link.step, cast(link.sdg_id as integer) as sdg_id, link.name_fr, link.name_en,
  link.is_main, link.detail_fr, link.detail_en, link.evidence, link.home_evidence,
  mapping.author, mapping.version, mapping.standing, mapping.reference_fr, mapping.reference_en
from link
join {{ ref('mapping_sources') }} as mapping on mapping.link_type = link.link_type
