-- Metrics of which a statement gives no figure that is certain, and why. A figure read for another year than the document's is a silence
-- too.
with silent as (
  select filing_id, metric_id, reason, page, evidence, source_id, vintage
  from {{ ref('int_filing_evidence') }}
  where kind = 'silence'
  union all
  select filing_id, metric_id, 'year_not_certain' as reason, page, evidence, source_id, vintage
  from {{ ref('int_filing_evidence') }}
  where kind = 'metric' and is_chosen and is_other_year
)
select silent.*
from silent
where filing_id in (select filing_id from {{ ref('fct_filing') }})
  and not exists (
    select 1 from {{ ref('fct_filing_metric') }} as metric
    where metric.filing_id = silent.filing_id and metric.metric_id = silent.metric_id)
qualify row_number() over (partition by filing_id, metric_id order by reason) = 1
