-- CSR practice sheets of local companies.
select
  action_id,
  company_name,
  title,
  description,
  nature,
  sector,
  maturity,
  financial_effort,
  human_effort,
  body,
  'csr_actions' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('csr_actions', 'actions') }}
