-- Work and commuting accidents and employees of the general scheme, one row a risk, place, year and activity.
-- Région: sum of its regional funds, given only if all of them are in the file for that year (seed regional_funds;
-- Sud-Est covers two régions and gives neither). Country: by activity division (naf=XX) and in total. The total is that of
-- the annual table, else the sum of all funds, which is the same to the employee where both are there (555,803 accidents and
-- 20,737,804 employees in 2023), else that of the activity sheets, of another making: provisional, with the share of the
-- employees that they lack where both are there. A division stands on one count of employees for both risks; where the file of
-- its accidents counted others, the share is said, and beyond perimeter_bound the figure is provisional; where the publisher
-- revised the years after and not this one, there is none (84 in 2019).
with fund as (
  select figures.year, figures.vintage, figures.is_synthetic, funds.region_code, figures.fund_type,
    figures.work_accidents, figures.commuting_accidents, figures.employees,
    {{ normalise_name('funds.fund_name') }} as fund_key
  from {{ ref('stg_ameli_work_accidents__regional') }} as figures
  join {{ ref('regional_funds') }} as funds
    on {{ normalise_name('funds.fund_name') }} =
       {{ normalise_name("regexp_replace(figures.fund_name, '^\\s*(carsat|cgss|css)\\s+', '', 'i')") }}
),
whole as (
  -- the fund of Mayotte (css) joined in 2021: its accidents are a handful, and the country is whole without it
  select year, vintage, bool_or(is_synthetic) as is_synthetic, sum(work_accidents) as work,
    sum(commuting_accidents) as commuting, sum(employees) as employees
  from fund
  group by year, vintage
  having count(distinct fund_key) filter (where coalesce(fund_type, '') <> 'css')
      = (select count(*) from {{ ref('regional_funds') }}) - (select count(distinct fund_key) from fund where fund_type = 'css')
    and count(distinct fund_key) = count(*)
    and count(work_accidents) = count(*) and count(commuting_accidents) = count(*) and count(employees) = count(*)
  qualify row_number() over (partition by year order by vintage desc) = 1
),
expected as (
  select region_code, count(*) as funds from {{ ref('regional_funds') }} where region_code is not null group by region_code
),
regional as (
  select fund.region_code, fund.year, fund.vintage, bool_or(fund.is_synthetic) as is_synthetic,
    sum(fund.work_accidents) as work, sum(fund.commuting_accidents) as commuting, sum(fund.employees) as employees,
    count(fund.work_accidents) = count(*) as has_work, count(fund.commuting_accidents) = count(*) as has_commuting
  from fund
  join expected on expected.region_code = fund.region_code
  group by fund.region_code, fund.year, fund.vintage, expected.funds
  having count(distinct fund.fund_key) = expected.funds and count(*) = expected.funds and count(fund.employees) = count(*)
),
figure as (
  select 'work' as risk, 'region' as territory_level, region_code as territory_code, year, vintage, is_synthetic,
    'total' as breakdown, work as accidents, employees, false as is_from_sheets,
    cast(null as double) as own_employees, cast(null as varchar) as employees_vintage, cast(null as double) as revised_share
  from regional where has_work
  union all
  select 'commuting', 'region', region_code, year, vintage, is_synthetic, 'total', commuting, employees, false, null, null, null
  from regional where has_commuting
  union all
  select 'work', 'country', 'FR', year, vintage, is_synthetic, 'total', work, employees, false, null, null, null
  from whole
  where year not in (select year from {{ ref('int_accident_rates') }} where risk = 'work' and naf is null and not is_from_sheets)
  union all
  select 'commuting', 'country', 'FR', year, vintage, is_synthetic, 'total', commuting, employees, false, null, null, null
  from whole
  where year not in (select year from {{ ref('int_accident_rates') }} where risk = 'commuting' and naf is null and not is_from_sheets)
  union all
  select risk, 'country', 'FR', year, vintage, is_synthetic, coalesce('naf=' || naf, 'total'), accidents, employees, is_from_sheets,
    own_employees, employees_vintage, revised_share
  from {{ ref('int_accident_rates') }}
  where naf is not null or not is_from_sheets or year not in (select year from whole)
),
sheet_gap as (
  -- what the sheets lack of the country's employees, in the years where the funds say how many there are
  select max(1 - rates.own_employees / whole.employees) as share
  from {{ ref('int_accident_rates') }} as rates
  join whole on whole.year = rates.year
  where rates.naf is null and rates.is_from_sheets
),
weighed as (
  select figure.*,
    is_from_sheets and breakdown = 'total' as is_of_another_making,
    revised_share is not null as is_doubtful,
    1 - own_employees / employees as lacking_share,
    coalesce(abs(1 - own_employees / employees) > {{ perimeter_bound() }}, false) as is_over_others,
    sheet_gap.share as sheet_share
  from figure
  cross join sheet_gap
  where employees > 0 and accidents is not null and risk in ('work', 'commuting')
)
{%- set lacking = "'Salariés du millésime ' || employees_vintage || ' ; le fichier des accidents (millésime ' || vintage || ') en comptait '
        || replace(format('{:.1f}', 100 * abs(lacking_share)), '.', ',') || ' % de '
        || case when lacking_share > 0 then 'moins.' else 'plus.' end" %}
select risk, territory_level, territory_code, cast(year as varchar) as period, breakdown,
  case when not is_doubtful then {{ ratio('accidents', 'employees', 1000) }} end as rate,
  case when not is_doubtful then accidents end as accidents,
  case when not is_doubtful then employees end as employees,
  case when is_of_another_making
      then 'Total des fiches par activité, d’une autre confection que celui des années suivantes (caisses régionales ou tableau annuel)'
        || coalesce(' : là où les deux existent, les fiches comptent jusqu’à ' || replace(format('{:.1f}', 100 * sheet_share), '.', ',')
          || ' % de salariés de moins', '') || '.'
    when is_doubtful then 'Effectif douteux : l’éditeur a révisé de ' || replace(format('{:.0f}', 100 * revised_share), '.', ',')
        || ' % celui de la même activité dans les années qui suivent, et non celui-ci.'
    when is_over_others then {{ lacking }} end as weakness,
  case when is_from_sheets and not is_of_another_making
    then concat_ws(' ', 'Repris des fiches par activité du producteur et non de son tableau annuel.',
      case when abs(lacking_share) >= 0.0005 and not is_over_others and not is_doubtful then {{ lacking }} end) end as remark,
  case when breakdown = 'total' and territory_level = 'country' then case when is_from_sheets then 'sheets' else 'funds' end end as making,
  is_synthetic, {{ source_of('stg_ameli_work_accidents__by_activity') }} as source_id, vintage
from weighed
