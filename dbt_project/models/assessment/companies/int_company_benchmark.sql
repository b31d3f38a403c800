-- How a measure is spread among companies, one row a measure, year, place and group (activity, size, both, all), with what secrecy leaves:
-- by the house's own rules (macros/secrecy), a group of one or two companies, or one of which one company makes more than 85 %, is
-- told as withheld, its count too. No mean and no sum is given: with those a withheld group would follow from the whole
-- and the others, as quartiles do not. Quartiles are told from five companies on, tenths from ten: of fewer they are single companies' values.
with home as (
  select department_code from {{ ref('dim_territory') }} where is_home and territory_level = 'epci'
),
placed as (
  select *, 'country' as territory_level, 'FR' as territory_code from {{ ref('int_company_measure') }}
  union all
  select measures.*, 'department', measures.department_code
  from {{ ref('int_company_measure') }} as measures
  join home on home.department_code = measures.department_code
),
grouped as (
  select measure_id, period, territory_level, territory_code, coalesce(naf_division, 'all') as naf_division,
    coalesce(size_class, 'all') as size_class, count(*) as companies, max(abs(value)) / nullif(sum(abs(value)), 0) as largest_share,
    quantile_cont(value, [0.1, 0.25, 0.5, 0.75, 0.9]) as quantiles,
    bool_or(is_synthetic) as is_synthetic, max(source_id) as source_id, max(vintage) as vintage
  from placed
  group by grouping sets (
    (measure_id, period, territory_level, territory_code),
    (measure_id, period, territory_level, territory_code, naf_division),
    (measure_id, period, territory_level, territory_code, size_class),
    (measure_id, period, territory_level, territory_code, naf_division, size_class))
  -- what no register tells the activity or size of is in the whole alone
  having (grouping(naf_division) = 1 or naf_division is not null) and (grouping(size_class) = 1 or size_class is not null)
),
judged as (
  select *, case when {{ is_small('companies') }} then 'few_units' when {{ is_secret('companies', 'largest_share') }} then 'dominance' end
    as suppression_reason
  from grouped
)
select measure_id, period, territory_level, territory_code, naf_division, size_class,
  case when suppression_reason is null then cast(companies as integer) end as companies,
  case when suppression_reason is null and companies >= 10 then round(quantiles[1], 2) end as p10,
  case when suppression_reason is null and companies >= 5 then round(quantiles[2], 2) end as p25,
  case when suppression_reason is null then round(quantiles[3], 2) end as p50,
  case when suppression_reason is null and companies >= 5 then round(quantiles[4], 2) end as p75,
  case when suppression_reason is null and companies >= 10 then round(quantiles[5], 2) end as p90,
  suppression_reason, is_synthetic, source_id, vintage
from judged
