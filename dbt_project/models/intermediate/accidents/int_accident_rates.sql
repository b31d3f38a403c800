-- Accidents and employees of the country by risk, year and activity division; `naf` is null for the total.
-- Accidents: the newest vintage; where one gives a division both ready and as CTN x NAF5 lines, the ready figure is taken.
-- Lines without a known activity (`xxxxx`, « Valeur manquante ») count in the total, in no division.
-- Employees: ONE count a year and division for both risks: that of an annual table, else the newest. The activity sheets of
-- 2023 lack a quarter of public administration (84) in 2020 and 2021, those of 2024 do not: with a count for each risk, work
-- accidents stood a third too high there and commuting accidents seemed to fall by half. Kept beside it: own_employees, those
-- that the file of the accidents counts itself, and revised_share, by how much the publisher revised this division's count of
-- the first later year that it did revise beyond perimeter_bound: null where this year's count was revised as well, or none was.
with lines as (
  select risk, year, vintage, is_synthetic, employees, accidents, coalesce(basis = 'activity_sheets', false) as is_from_sheets,
    case when level = 'total' then null
         when regexp_matches(naf_code, '^[0-9]{2}') then left(naf_code, 2) else '??' end as naf,
    case when level = 'ctn_naf5' then 2 else 1 end as preference
  from {{ ref('stg_ameli_work_accidents__by_activity') }}
),
summed as (
  select risk, year, vintage, naf, preference, bool_or(is_synthetic) as is_synthetic,
    bool_or(is_from_sheets) as is_from_sheets, sum(employees) as employees, sum(accidents) as accidents
  from lines where naf is distinct from '??' group by risk, year, vintage, naf, preference
  union all
  select risk, year, vintage, null, preference, bool_or(is_synthetic), bool_or(is_from_sheets), sum(employees), sum(accidents)
  from lines where preference = 2 group by risk, year, vintage, preference
),
counted as (
  select *
  from summed
  qualify row_number() over (partition by year, naf order by is_from_sheets, vintage desc, preference, risk desc) = 1
),
revised as (
  -- the first year whose count by sheets was revised beyond the bound
  select naf, min(year) as year, arg_min(share, year) as share
  from (
    select summed.naf, summed.year, max(abs(1 - summed.employees / nullif(counted.employees, 0))) as share
    from summed
    join counted on counted.year = summed.year and counted.naf = summed.naf
    where summed.is_from_sheets and counted.is_from_sheets
    group by summed.naf, summed.year
  )
  where share > {{ perimeter_bound() }}
  group by naf
)
select summed.risk, summed.year, summed.vintage, summed.naf, summed.is_synthetic, summed.is_from_sheets, counted.employees,
  summed.accidents, summed.employees as own_employees, counted.vintage as employees_vintage,
  case when summed.is_from_sheets and counted.is_from_sheets and summed.year < revised.year then revised.share end as revised_share
from summed
join counted on counted.year = summed.year and counted.naf is not distinct from summed.naf
left join revised on revised.naf = summed.naf
qualify row_number() over (partition by summed.risk, summed.year, summed.naf order by summed.vintage desc, summed.preference) = 1
