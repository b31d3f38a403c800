-- A figure of a statement beside what a public register says of the same SIREN and year, and beside what the statement's own text says;
-- one row where the two do not go together. A statement speaks of a group, a register of a legal unit: a gap asks a question, it proves no error.
-- register_value: the bound of the register's band that is nearest to the figure; gap: figure less bound.
with metric as (
  select metric.*, filing.siren, filing.company_name
  from {{ ref('fct_filing_metric') }} as metric
  join {{ ref('fct_filing') }} as filing on filing.filing_id = metric.filing_id
),
band as (
  -- Egapro's bands as the declaration spells them; the open one ends nowhere
  select siren, cast(year as integer) as year, source_id as register, size_band as register_printed,
    cast(regexp_extract(replace(size_band, ' ', ''), '([0-9]+)', 1) as double) as low,
    cast(nullif(regexp_extract(replace(size_band, ' ', ''), '[0-9]+à([0-9]+)', 1), '') as double) as high
  from {{ ref('stg_egapro_index__declarations') }}
  where siren is not null and structure = 'Entreprise' and regexp_matches(size_band, '[0-9]')
  qualify row_number() over (partition by siren, year order by vintage desc) = 1
),
outside as (
  select metric.filing_id, metric.siren, metric.company_name, metric.metric_id, metric.fiscal_year, metric.value as filed_value,
    case when metric.value < band.low then band.low else band.high end as register_value, band.register, band.register_printed,
    metric.page, metric.evidence, metric.unit
  from metric
  join band on band.siren = metric.siren and band.year = metric.fiscal_year
  where metric.metric_id = 'employees' and (metric.value < band.low or metric.value > band.high)
),
own_text as (
  -- what a table prints and what a sentence says of one metric and perimeter
  select metric.filing_id, metric.siren, metric.company_name, metric.metric_id, metric.fiscal_year, metric.value as filed_value,
    said.value as register_value, 'own_text' as register, said.value_printed as register_printed, metric.page, said.evidence, metric.unit
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
