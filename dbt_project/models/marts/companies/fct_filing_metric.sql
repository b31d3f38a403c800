-- The group's own figure of the fiscal year that each statement prints, one row a statement and metric.
select filing_id, metric_id, value, unit, fiscal_year, perimeter, value_printed, unit_printed, page, evidence, confidence, method,
  source_id, vintage
from {{ ref('int_filing_evidence') }}
where kind = 'metric' and is_chosen and not is_other_year and filing_id in (select filing_id from {{ ref('fct_filing') }})
qualify row_number() over (partition by filing_id, metric_id order by confidence desc, page) = 1
