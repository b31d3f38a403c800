-- What the observatory knows of a company and may tell, one row a SIREN: labels, statements, goals and figures in them, practice sheets, score of the
-- gender equality index, greenhouse-gas reports, whether it must publish; each with its source and since when; and where its score stands
-- among companies like it. Known: Sirene's legal persons of the territory, and whoever a register names by its SIREN.
-- Nobody who asked not to be named and no natural person has a row (int_never_named). A name comes from Sirene, else from a list that names
-- organisations (labels, statements, sheets), else from what a company declared only where two registers agree on it: some declare their own
-- name in the company's place. Else the SIREN stands alone.
with label as (
  select siren, count(distinct label_id) as labels, count(distinct label_id) filter (where is_current) as labels_in_force,
    count(distinct label_id) filter (where is_current is null) as labels_undated,
    string_agg(distinct label, ', ' order by label) as label_names, min(valid_from) as labels_since, max(as_of) as labels_as_of,
    arg_max(company_name, as_of) as name, string_agg(distinct source_id, ', ' order by source_id) as source_id
  from {{ ref('fct_company_label') }} where siren is not null group by siren
),
statement as (
  select filing.siren, count(distinct filing.filing_id) as statements, max(filing.fiscal_year) as newest_statement,
    min(filing.fiscal_year) as first_statement, arg_max(filing.company_name, filing.fiscal_year) as name,
    list_sort(list_distinct(list(mention.sdg_id) filter (where mention.method <> 'banner'))) as goals,
    min(filing.source_id) as source_id
  from {{ ref('fct_filing') }} as filing
  left join {{ ref('fct_filing_sdg_mention') }} as mention on mention.filing_id = filing.filing_id
  where filing.siren is not null group by filing.siren
),
printed as (
  select filing.siren, count(distinct metric.metric_id) as figures
  from {{ ref('fct_filing') }} as filing join {{ ref('fct_filing_metric') }} as metric on metric.filing_id = filing.filing_id
  where filing.siren is not null group by filing.siren
),
sheet as (
  select actions.siren, count(*) as sheets, arg_max(actions.company_name, actions.vintage) as name, max(actions.vintage) as newest_sheet,
    list_sort(list_distinct(list(goals.sdg_id) filter (where goals.sdg_id is not null))) as goals
  from {{ ref('fct_csr_action') }} as actions
  left join {{ ref('fct_csr_action_goal') }} as goals on goals.action_id = actions.action_id
  where actions.siren is not null group by actions.siren
),
score as (
  select siren, max(period) as index_year, arg_max(value, period) as index_score, min(period) as index_since, max(source_id) as source_id,
    arg_max(naf_division, period) as naf_division, arg_max(size_class, period) as size_class,
    arg_max(department_code, period) as department_code
  from {{ ref('int_company_measure') }} where measure_id = 'gender_index' group by siren
),
report as (
  select siren, count(distinct published_on) as ghg_reports, max(published_on) as newest_ghg_report, min(published_on) as first_ghg_report,
    max(source_id) as source_id, max(department_code) as department_code
  from {{ ref('stg_ademe_ghg_reports__filings') }}
  where siren is not null and published_on is not null
  group by siren
),
expected as (
  -- of its newest year: one regime that binds is a yes, and one that is in doubt is no no
  select siren, answer as expected_filer, regime as expected_regime, article as expected_article, missing_fact,
    fiscal_year_start as expected_from
  from {{ ref('mart_expected_filer') }}
  qualify row_number() over (partition by siren
    order by fiscal_year_start desc, answer = 'yes' desc, answer = 'cannot_tell' desc, regime) = 1
),
agreed as (
  -- a name that two registers declare alike is a company's
  select siren, min(name) as name
  from (
    select siren, trim(company_name) as name, 'index' as register from {{ ref('stg_egapro_index__declarations') }}
    union
    select siren, trim(company_name), 'ghg' from {{ ref('stg_ademe_ghg_reports__filings') }}
  )
  where nullif(name, '') is not null
  group by siren, {{ normalise_name('name') }}
  having count(distinct register) = 2
  qualify row_number() over (partition by siren order by {{ normalise_name('name') }}) = 1
),
known as (
  select distinct siren
  from (
    select siren from {{ ref('dim_company') }}
    union all
    select siren from label
    union all
    select siren from statement
    union all
    select siren from sheet
    union all
    select siren from score
    union all
    select siren from report
    union all
    select siren from expected
  )
),
described as (
  select known.siren, coalesce(companies.name, label.name, statement.name, sheet.name, agreed.name) as name,
    case when companies.name is not null then 'sirene' when coalesce(label.name, statement.name, sheet.name) is not null then 'list'
      when agreed.name is not null then 'two_registers' end as name_from,
    -- null where Sirene is not at hand: nobody can tell
    case when sirene.is_here then companies.siren is not null end as is_in_territory, companies.naf_code, companies.size_band,
    companies.commune_code,
    coalesce(left(companies.naf_code, 2), score.naf_division) as naf_division,
    coalesce({{ size_class('bands.employees_low') }}, score.size_class) as size_class,
    coalesce({{ department_of('companies.commune_code') }}, score.department_code, report.department_code) as department_code,
    companies.is_ess, companies.is_mission_company,
    label.* exclude (siren, name, source_id), statement.* exclude (siren, name, goals, source_id), printed.figures,
    sheet.sheets, sheet.newest_sheet,
    list_sort(list_distinct(list_concat(coalesce(statement.goals, []), coalesce(sheet.goals, [])))) as goals,
    score.index_score, score.index_year, score.index_since, report.* exclude (siren, source_id, department_code),
    expected.* exclude (siren),
    label.source_id as labels_source, statement.source_id as statements_source,
    case when sheet.siren is not null then sheets.source_id end as sheets_source, score.source_id as index_source,
    report.source_id as ghg_source,
    concat_ws(', ', case when companies.siren is not null then sirene.source_id end, label.source_id, statement.source_id,
      case when sheet.siren is not null then sheets.source_id end, score.source_id, report.source_id) as sources
  from known
  left join {{ ref('dim_company') }} as companies on companies.siren = known.siren
  left join {{ ref('employee_bands') }} as bands on bands.size_band = companies.size_band
  left join label on label.siren = known.siren
  left join statement on statement.siren = known.siren
  left join printed on printed.siren = known.siren
  left join sheet on sheet.siren = known.siren
  left join score on score.siren = known.siren
  left join report on report.siren = known.siren
  left join expected on expected.siren = known.siren
  left join agreed on agreed.siren = known.siren
  left join (
    select max(source_id) as source_id, count(*) > 0 as is_here from {{ ref('stg_insee_sirene__establishments') }}
  ) as sirene on true
  left join (select max(source_id) as source_id from {{ ref('stg_csr_actions__actions') }}) as sheets on true
  where regexp_full_match(known.siren, '[0-9]{9}') and known.siren not in (select siren from {{ ref('int_never_named') }})
),
group_of as (
  -- the finest group of companies like it that may be shown
  select described.siren, groups.naf_division as peer_activity, groups.size_class as peer_size, groups.companies as peers,
    groups.p50 as peer_median
  from described
  join {{ ref('int_company_benchmark') }} as groups
    on groups.measure_id = 'gender_index' and groups.period = described.index_year and groups.territory_level = 'country'
   and groups.naf_division in ('all', described.naf_division) and groups.size_class in ('all', described.size_class)
   and groups.suppression_reason is null
  qualify row_number() over (partition by described.siren
    order by case when groups.naf_division <> 'all' and groups.size_class <> 'all' then 1 when groups.naf_division <> 'all' then 2
      when groups.size_class <> 'all' then 3 else 4 end) = 1
),
tally as (
  -- a score is one of a hundred: counted by value, for each company would else be held beside each other one
  select period, naf_division, size_class, value, count(*) as companies
  from {{ ref('int_company_measure') }} where measure_id = 'gender_index' group by all
),
ranked as (
  select group_of.siren, coalesce(sum(peers.companies) filter (where peers.value < described.index_score), 0) as below,
    coalesce(sum(peers.companies) filter (where peers.value = described.index_score), 0) as equal, sum(peers.companies) as among
  from group_of
  join described on described.siren = group_of.siren
  join tally as peers on peers.period = described.index_year
   and (group_of.peer_activity = 'all' or peers.naf_division = group_of.peer_activity)
   and (group_of.peer_size = 'all' or peers.size_class = group_of.peer_size)
  group by group_of.siren
)
select described.siren, described.name, described.name_from, described.is_in_territory, described.naf_code, described.naf_division,
  described.size_band, described.size_class, described.commune_code, described.department_code, described.is_ess,
  described.is_mission_company,
  cast(coalesce(described.labels, 0) as integer) as labels, cast(coalesce(described.labels_in_force, 0) as integer) as labels_in_force,
  cast(coalesce(described.labels_undated, 0) as integer) as labels_undated,
  described.label_names, described.labels_since, described.labels_as_of,
  cast(coalesce(described.statements, 0) as integer) as statements, described.first_statement, described.newest_statement,
  cast(coalesce(described.figures, 0) as integer) as figures,
  cast(coalesce(described.sheets, 0) as integer) as sheets, described.newest_sheet,
  nullif(array_to_string(described.goals, ','), '') as sdg_ids,
  described.index_score, cast(described.index_year as integer) as index_year, cast(described.index_since as integer) as index_since,
  described.labels_source, described.statements_source, described.sheets_source, described.index_source, described.ghg_source,
  round(100 * (ranked.below + 0.5 * ranked.equal) / ranked.among, 1) as index_percentile,
  group_of.peer_activity as index_peer_activity, group_of.peer_size as index_peer_size, group_of.peers as index_peers,
  group_of.peer_median as index_peer_median,
  cast(coalesce(described.ghg_reports, 0) as integer) as ghg_reports, intervals.value as ghg_interval,
  described.first_ghg_report, described.newest_ghg_report,
  described.expected_filer, described.expected_regime, described.expected_article, described.expected_from, described.missing_fact,
  nullif(described.sources, '') as sources
from described
left join group_of on group_of.siren = described.siren
left join ranked on ranked.siren = described.siren
left join {{ ref('int_company_measure') }} as intervals
  on intervals.siren = described.siren and intervals.measure_id = 'ghg_report_interval'
