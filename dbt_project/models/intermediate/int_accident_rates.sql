-- Accidents and employees of the country by risk, year and activity division; `naf` is null for the total.
-- Where one vintage gives a division both ready and as CTN x NAF5 lines, the ready figure is taken.
-- Figures taken from the activity sheets (`basis`) miss up to 2 % of the employees: kept, and said beside the figure.
-- Lines without a known activity (`xxxxx`, « Valeur manquante ») count in the total, in no division.
with lines as (
  select risk, year, vintage, is_synthetic, employees, accidents, basis = 'activity_sheets' as is_from_sheets,
    case when level = 'total' then null
         when regexp_matches(naf_code, '^[0-9]{2}') then left(naf_code, 2) else '??' end as naf,
    case when level = 'ctn_naf5' then 2 else 1 end as preference
  from {{ ref('stg_ameli_work_accidents__by_activity') }}
),
summed as (
  select risk, year, vintage, naf, preference, bool_or(is_synthetic) as is_synthetic,
    coalesce(bool_or(is_from_sheets), false) as is_from_sheets,
    sum(employees) as employees, sum(accidents) as accidents
  from lines group by risk, year, vintage, naf, preference
  union all
  select risk, year, vintage, null, preference, bool_or(is_synthetic), coalesce(bool_or(is_from_sheets), false), sum(employees), sum(accidents)
  from lines where preference = 2 group by risk, year, vintage, preference
)
select risk, year, vintage, naf, is_synthetic, is_from_sheets, employees, accidents
from summed
where naf is distinct from '??'
qualify row_number() over (partition by risk, year, naf order by vintage desc, preference) = 1
