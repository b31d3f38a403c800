-- Which data companies hold of each target, who has them, how often they are made, and what the observatory has of them today: its
-- vintages and, where a table names companies, how many. A target of which companies hold nothing that is known here has one row without
-- a datum: that is an answer too.
with datum as (
  select data_id, kind, official_name, name_fr, name_en, unit, frequency, frequency_fr, frequency_en, who_fr, who_en, holder, is_public,
    reference, source_id, state, version, unnest(string_split(targets, ';')) as sdg_target,
    generate_subscripts(string_split(targets, ';'), 1) = 1 as is_main
  from {{ ref('company_data') }}
),
target as (
  select target, sdg_id, label_fr, label_en from {{ ref('stg_un_sdg__targets') }}
  qualify row_number() over (partition by target order by vintage desc) = 1
),
file as (
  select source_id, string_agg(distinct vintage, ', ' order by vintage) as vintages, bool_and(coalesce(synthetic, false)) as is_synthetic
  from {{ source('run', 'files') }} group by source_id
),
company as (
  -- one register lists several labels: each is told apart by its name
  select datum.data_id, count(distinct coalesce(holder.siren, holder.company_name)) as companies
  from (select distinct data_id, official_name, source_id from datum where kind = 'label') as datum
  join {{ ref('fct_company_label') }} as holder on holder.source_id = datum.source_id
   and starts_with({{ normalise_name('holder.label') }}, {{ normalise_name('datum.official_name') }})
  group by datum.data_id
  union all
  select datum.data_id, (select count(distinct coalesce(siren, company_name)) from {{ ref('fct_filing') }})
  from (select distinct data_id from datum where kind in ('filing_metric', 'filing_text') and state = 'read') as datum
  union all
  select datum.data_id, (select count(distinct company_name) from {{ ref('fct_csr_action') }})
  from (select distinct data_id from datum where source_id = {{ source_of('stg_csr_actions__actions') }}) as datum
)
select cast(target.sdg_id as integer) as sdg_id, target.target as sdg_target, target.label_fr as target_fr, target.label_en as target_en,
  coalesce(datum.data_id, 'none') as data_id, datum.kind, datum.official_name, datum.name_fr, datum.name_en, datum.unit, datum.is_main,
  datum.frequency, datum.frequency_fr, datum.frequency_en, datum.who_fr, datum.who_en, datum.holder, datum.is_public, datum.reference,
  datum.state, datum.source_id, file.vintages as observatory_vintages, company.companies as observatory_companies,
  file.is_synthetic, datum.version
from target
left join datum on datum.sdg_target = target.target
left join file on file.source_id = datum.source_id
left join company on company.data_id = datum.data_id
