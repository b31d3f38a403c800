-- Goals that statements name, page by page: the surest evidence of each. A banner (all goals shown, the wheel) is told as such: it is no
-- commitment.
select evidence.filing_id, evidence.page, evidence.sdg_id, evidence.target, evidence.evidence, evidence.method, evidence.box,
  evidence.confidence, evidence.source_id, evidence.vintage
from {{ ref('int_filing_evidence') }} as evidence
where evidence.kind = 'mention' and evidence.filing_id in (select filing_id from {{ ref('fct_filing') }})
qualify row_number() over (
  partition by evidence.filing_id, evidence.page, evidence.sdg_id
  order by evidence.confidence desc, evidence.target nulls last, evidence.method) = 1
