-- A figure of a statement beside what a public register says of the same SIREN and year, and beside what the statement's own text says;
-- one row where the two do not go together. A statement speaks of a group, a register of a legal unit: a gap asks a question, it proves no error.
-- register_value: the register's figure, or the bound of its band that is nearest to the statement's; gap: statement less register.
with metric as (
  select metric.*, filing.siren, filing.company_name
  from {{ ref('fct_filing_metric') }} as metric
  join {{ ref('fct_filing') }} as filing on filing.filing_id = metric.filing_id
),
outside as (
  select metric.filing_id, metric.siren, metric.company_name, metric.metric_id, metric.fiscal_year, metric.value as filed_value,
    coalesce(told.figure, case when metric.value < told.low then told.low else told.high end) as register_value,
    told.register, told.printed as register_printed, metric.page, metric.evidence, metric.unit, metric.perimeter
  from metric
  join {{ ref('int_register_figure') }} as told
    on told.siren = metric.siren and told.year = metric.fiscal_year and told.metric_id = metric.metric_id
  where metric.value < told.low or metric.value > told.high
),
own_text as (
  -- what a table prints and what a sentence says of one metric and perimeter
  select metric.filing_id, metric.siren, metric.company_name, metric.metric_id, metric.fiscal_year, metric.value as filed_value,
    said.value as register_value, 'own_text' as register, said.value_printed as register_printed, metric.page, said.evidence, metric.unit,
    metric.perimeter
  from metric
  join {{ ref('int_filing_evidence') }} as said
    on said.filing_id = metric.filing_id and said.kind = 'metric' and not said.is_chosen and not said.is_other_year
      and said.metric_id = metric.metric_id and said.fiscal_year = metric.fiscal_year and said.perimeter = metric.perimeter
  where metric.method = 'table' and said.method = 'text' and metric.unit = '%' and abs(said.value - metric.value) > 0.51
  qualify row_number() over (partition by metric.filing_id, metric.metric_id order by abs(said.value - metric.value) desc) = 1
)
select *, filed_value - register_value as gap from outside
union all
select *, filed_value - register_value as gap from own_text
