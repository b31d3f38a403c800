-- What companies do for the goals or against them, as the sources tell it, before it is said which goals that concerns. One row an item
-- (a practice sheet has one for each stance that its words take to the goals that it speaks of):
-- a certificate, a practice sheet, a statement, the goals that it names, the figures that it prints, a greenhouse-gas report, a score of the
-- gender equality index. Of a company's statements, reports and scores the newest counts alone: ten yearly scores are no tenfold
-- practice; a goal on ten pages is one goal named. A banner of all goals names none.
-- place_level: `epci` where the company is known to be in the home EPCI (its commune, or its SIREN in Sirene); `department` where the
-- source
-- tells no more than the home département and Sirene is not at hand to say more; null elsewhere. is_placeable: whether
-- the source says enough of the place to tell. An item of the département is later held against the companies of the département.
-- A company over 500 employees that owes a greenhouse-gas report and has none is an item only where the list is the whole one; the
-- extract of repeated SIRENs cannot show who is missing. The same goes for statements: nobody has collected them all, so that a
-- company without one in the folder is not said to be a missing filer.
with home as (
  select territory_code, department_code from {{ ref('dim_territory') }} where is_home and territory_level = 'epci'
),
home_commune as (
  select territory_code as commune_code from {{ ref('dim_territory') }} where is_home and territory_level = 'commune'
),
limits as (
  select max(value) filter (where threshold = 'index_high') as index_high, max(value) filter (where threshold = 'index_low') as index_low,
    (select count(*) > 0 from {{ ref('dim_company') }}) as is_register_here
  from {{ ref('complementarity_thresholds') }}
),
sources as (
  select * from {{ ref('practice_sources') }} where is_read
),
report as (
  select filings.*, max(published_on) over () as list_day, bool_or(scope_note is not null) over () as is_extract
  from {{ ref('stg_ademe_ghg_reports__filings') }} as filings
  where siren is not null and published_on is not null
    and vintage = (select max(vintage) from {{ ref('stg_ademe_ghg_reports__filings') }})
),
declaration as (
  select * from {{ ref('stg_egapro_index__declarations') }} where siren is not null and year is not null and score is not null
),
-- the core subjects of ISO 26000 that a label examines
examined as (
  select labels.label_pattern, string_agg(subjects.subject_id, ' ' order by subjects.subject_id) as subjects
  from {{ ref('labels') }} as labels
  join {{ ref('label_subjects') }} as subjects on subjects.label_key = labels.label_key
  group by labels.label_key, labels.label_pattern
),
said as (
  select action_id, contribution, string_agg(cast(sdg_id as varchar), ',' order by sdg_id) as goals
  from {{ ref('fct_csr_action_goal') }} group by action_id, contribution
),
-- A statement is of the territory where the legal person that signed it has its seat or an establishment here (Sirene). That of a group
-- whose SIREN is elsewhere is not, whatever its shops here: which companies belong to which group stands in no source.
statement as (
  select filing_id, coalesce(siren, {{ normalise_name('company_name') }}) as company_key, siren, document_type,
    make_date(fiscal_year, 12, 31) as dated_on, vintage, source_id
  from {{ ref('fct_filing') }}
  qualify row_number() over (partition by coalesce(siren, company_name, filing_id) order by fiscal_year desc nulls last, filing_id) = 1
),
named as (
  select filing_id, string_agg(distinct cast(sdg_id as varchar), ',' order by cast(sdg_id as varchar)) as goals
  from {{ ref('fct_filing_sdg_mention') }} where method <> 'banner' group by filing_id
),
printed as (
  -- the goals of a metric are those of its targets in the map of company data
  select metric.filing_id, string_agg(distinct split_part(target, '.', 1), ',' order by split_part(target, '.', 1)) as goals
  from {{ ref('fct_filing_metric') }} as metric
  join (
    select official_name as metric_id, unnest(string_split(targets, ';')) as target
    from {{ ref('company_data') }} where kind = 'filing_metric'
  ) as map on map.metric_id = metric.metric_id
  group by metric.filing_id
),
-- the département of a company's seat, as it declared it elsewhere
seat as (
  select siren, max(department_code) as department_code
  from (
    select declaration.siren, departments.department_code
    from declaration
    join {{ ref('departments') }} as departments
      on {{ normalise_name('departments.name') }} = {{ normalise_name('declaration.department_name') }}
    union all
    select siren, department_code from report where department_code is not null
  )
  group by siren having count(distinct department_code) = 1
),
item as (
  select held.label_id as item_id, 'label' as evidence_type,
    concat_ws(' ', {{ normalise_name('held.label') }}, examined.subjects) as item_key,
    cast(null as varchar) as goals, cast(null as varchar) as contribution,
    coalesce(held.siren, {{ normalise_name('held.company_name') }}) as company_key, held.siren, held.commune_code,
    cast(null as varchar) as department_code, held.as_of as dated_on, held.vintage, held.source_id
  from {{ ref('fct_company_label') }} as held
  left join examined on regexp_matches({{ normalise_name('held.label') }}, examined.label_pattern)
  -- null: the list is too old to tell; the item stays, and its age weighs
  where held.is_current is distinct from false
  union all
  select actions.action_id, 'action',
    {{ normalise_name("concat_ws(' ', actions.title, sheets.description)") }}, said.goals, said.contribution,
    coalesce(actions.siren, {{ normalise_name('actions.company_name') }}), actions.siren, null, null,
    {{ day_of('actions.vintage') }}, actions.vintage, sheets.source_id
  from {{ ref('fct_csr_action') }} as actions
  join {{ ref('stg_csr_actions__actions') }} as sheets on sheets.action_id = actions.action_id and sheets.vintage = actions.vintage
  left join said on said.action_id = actions.action_id
  union all
  select filing_id, 'filing', {{ normalise_name('document_type') }}, null, null, company_key, siren, null, null, dated_on, vintage,
    source_id
  from statement
  union all
  select statement.filing_id, 'filing_mention', '', named.goals, null, company_key, siren, null, null, dated_on, vintage, source_id
  from statement join named on named.filing_id = statement.filing_id
  union all
  select statement.filing_id, 'filing_metric', '', printed.goals, null, company_key, siren, null, null, dated_on, vintage, source_id
  from statement join printed on printed.filing_id = statement.filing_id
  union all
  select filing_id, 'ghg_report', '', null, null, siren, siren, null, department_code, published_on, vintage, source_id
  from report
  qualify row_number() over (partition by siren order by published_on desc, filing_id) = 1
  union all
  select 'missing:' || companies.siren, 'ghg_report_missing', '', null, null, companies.siren, companies.siren, companies.commune_code,
    null, list.list_day, list.vintage, list.source_id
  from {{ ref('dim_company') }} as companies
  cross join (select max(list_day) as list_day, max(vintage) as vintage, max(source_id) as source_id, bool_or(is_extract) as is_extract
              from report) as list
  -- bands from 500 employees on; SIRENs that begin with 1 or 2 are public bodies, held to other bounds
  where not list.is_extract and companies.size_band between '41' and '53' and left(companies.siren, 1) not in ('1', '2')
    and companies.siren not in (select siren from report where published_on > list_day - interval 4 year)
  union all
  select siren || ':' || year, 'index', case when score >= index_high then 'high' when score < index_low then 'low' else 'between' end,
    null, null, siren, siren, null, departments.department_code, make_date(cast(year as integer), 12, 31), vintage, source_id
  from declaration
  cross join limits
  left join {{ ref('departments') }} as departments
    on {{ normalise_name('departments.name') }} = {{ normalise_name('declaration.department_name') }}
  qualify row_number() over (partition by siren order by year desc, vintage desc, score desc) = 1
),
placed as (
  select item.*,
    case when sources.territory_code is not null then case when sources.territory_code = home.territory_code then 'epci' end
      when home_commune.commune_code is not null or companies.siren is not null then 'epci'
      when coalesce(item.department_code, seat.department_code) = home.department_code and not limits.is_register_here then 'department'
      end as place_level,
    sources.territory_code is not null or item.commune_code is not null
      or item.siren is not null and limits.is_register_here or coalesce(item.department_code, seat.department_code) is not null
      as is_placeable
  from item
  join sources on sources.evidence_type = item.evidence_type and sources.source_id = item.source_id
  cross join home
  cross join limits
  left join home_commune on home_commune.commune_code = item.commune_code
  left join {{ ref('dim_company') }} as companies on companies.siren = item.siren
  left join seat on seat.siren = item.siren and item.commune_code is null
),
file as (
  select source_id, vintage, bool_or(synthetic) as is_synthetic from {{ source('run', 'files') }} group by source_id, vintage
)
select placed.evidence_type, placed.item_id, placed.item_key, placed.goals, placed.contribution, placed.company_key, placed.siren,
  placed.dated_on, placed.place_level, placed.is_placeable, placed.source_id, placed.vintage,
  coalesce(file.is_synthetic, false) as is_synthetic
from placed
left join file on file.source_id = placed.source_id and file.vintage = placed.vintage
