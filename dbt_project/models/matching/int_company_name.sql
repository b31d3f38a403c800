-- Names of companies that a register gives without a SIREN, one row a register, name and place: what is to be matched. `place` is the commune
-- where it is known with certainty, else the département; null where the register tells neither.
-- The identifiers beside it (VAT number, RNA, LEI, web address) are what any of its rows tells: lists of other years lack the column.
with given as (
  select source_id, company_name, commune_code as place, vat_number, rna, lei, website
  from {{ ref('int_company_labels') }} where siren is null
  union all
  select source_id, company_name, null, null, null, null, null from {{ ref('stg_csr_actions__actions') }} where company_name is not null
  union all
  select source_id, company_name, null, null, null, lei, null
  from {{ ref('stg_dpef_filings__filings') }} where siren is null and company_name is not null
),
named as (
  select source_id, company_name, place, max(vat_number) as vat_number, max(rna) as rna, max(lei) as lei, max(website) as website
  from given
  group by source_id, company_name, place
)
select cast(row_number() over (order by source_id, company_name, place nulls last) as integer) as name_id,
  -- what a decision of whoever reviews is known by, whatever the vintage
  md5(concat_ws('|', source_id, company_name, coalesce(place, ''))) as name_key,
  source_id, company_name as name, place, cast(null as varchar) as activity, vat_number, rna, lei, website
from named
