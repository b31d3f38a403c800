-- Every commune code ever met -> the commune that stands there today (null where that is not certain).
-- Kinds: `current` (in the newest official geographic code), `historical` (merged, renumbered, suppressed),
-- `arrondissement` (part of Paris, Lyon or Marseille; falls to its commune).
-- A commune that was cut into several at its last movement has no single heir: current_code stays null and
-- its old figures enter no total. Communes re-established since (MOD 21) keep code and figures apart.
with recursive
newest as (
  select max(vintage) as vintage from {{ ref('stg_insee_cog__communes') }}
),
listed as (
  select commune_code, name, department_code, region_code, vintage,
    row_number() over (partition by commune_code order by vintage desc) as recency
  from {{ ref('stg_insee_cog__communes') }}
  where typecom = 'COM'
),
today as (
  select commune_code, name, department_code, region_code, vintage
  from listed
  where recency = 1 and vintage = (select vintage from newest)
),
moved as (
  select code_before, name_before, code_after, effective_date
  from {{ ref('stg_insee_cog__movements') }}
  where typecom_before = 'COM'
),
gone as (
  select commune_code, name, try_cast(left(vintage, 4) as integer) as cog_year, 1 as preference
  from listed
  where recency = 1 and commune_code not in (select commune_code from today)
  union all
  select code_before, name_before, year(effective_date) - 1, 2
  from moved
  where code_before not in (select commune_code from today)
),
historical as (
  select commune_code,
    arg_min(name, (preference, -cog_year)) as name,
    arg_min(cog_year, (preference, -cog_year)) as cog_year
  from gone
  where name is not null
  group by commune_code
),
-- the last step of each code that is gone: certain only if all rows of that day agree. Each vintage tells the whole history
-- anew, and corrects it: 14513 (Pont-Farcy) went to 50592 and to 50649 on one day in the list of 2019, to 50649 alone since.
departure as (
  select code_before, code_after, effective_date
  from {{ ref('stg_insee_cog__movements') }}
  where typecom_before = 'COM' and typecom_after = 'COM' and code_before <> code_after
  qualify vintage = max(vintage) over (partition by code_before)
),
step as (
  select code_before, min(code_after) as code_after
  from (select *, max(effective_date) over (partition by code_before) as last_date from departure)
  where effective_date = last_date
  group by code_before
  having count(distinct code_after) = 1
),
walk as (
  select commune_code as origin, commune_code as here, 0 as steps from historical
  union all
  select walk.origin, step.code_after, walk.steps + 1
  from walk
  join step on step.code_before = walk.here
  where walk.steps < 10 and walk.here not in (select commune_code from today)
),
heir as (
  select origin, min(here) as current_code from walk
  where here in (select commune_code from today) group by origin
)
select commune_code, commune_code as current_code, 'current' as kind, name,
  try_cast(left(vintage, 4) as integer) as cog_year, department_code, region_code
from today
union all
select historical.commune_code, heir.current_code, 'historical', historical.name, historical.cog_year,
  coalesce(today.department_code, {{ department_of('historical.commune_code') }}), today.region_code
from historical
left join heir on heir.origin = historical.commune_code
left join today on today.commune_code = heir.current_code
union all
select arm.commune_code, max(arm.parent_code), 'arrondissement', max(arm.name),
  max(try_cast(left(arm.vintage, 4) as integer)), max(arm.department_code), max(arm.region_code)
from {{ ref('stg_insee_cog__communes') }} as arm
where arm.typecom = 'ARM' and arm.parent_code in (select commune_code from today)
group by arm.commune_code
