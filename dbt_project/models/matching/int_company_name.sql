-- Names of companies that a register gives without a SIREN, one row a register, name and place: what is to be matched. `place` is the commune
-- where it is known with certainty, else the département; null where the register tells neither.
with given as (
  select source_id, company_name, commune_code as place from {{ ref('int_company_labels') }} where siren is null
  union all
  select source_id, company_name, null from {{ ref('stg_csr_actions__actions') }} where company_name is not null
  union all
  select source_id, company_name, null from {{ ref('stg_dpef_filings__filings') }} where siren is null and company_name is not null
),
named as (
  select distinct source_id, company_name, place from given
)
select cast(row_number() over (order by source_id, company_name, place nulls last) as integer) as name_id,
  -- what a decision of whoever reviews is known by, whatever the vintage
  md5(concat_ws('|', source_id, company_name, coalesce(place, ''))) as name_key,
  source_id, company_name as name, place, cast(null as varchar) as activity
from named
