-- Deaths before 65 among all deaths of the year, by département: given only where all age groups and the total are there.
with deaths as (
  select replace(zone, 'Dept_', '') as territory_code, left(year_and_age, 4) as period,
    sum(deaths) filter (where substr(year_and_age, 6) in ('Total_0_24ans', 'Total_25_49ans', 'Total_50_64ans')) as early,
    count(*) filter (where substr(year_and_age, 6) in ('Total_0_24ans', 'Total_25_49ans', 'Total_50_64ans')) as groups,
    sum(deaths) filter (where substr(year_and_age, 6) = 'Total') as every, bool_or(is_synthetic) as is_synthetic, source_id, vintage
  from {{ ref('stg_insee_deaths_age__deaths') }}
  where regexp_matches(zone, '^Dept_([0-9]{2}|2[AB]|97[0-9])$')
  group by all
)
select 'department' as territory_level, territory_code, period, {{ ratio('early', 'every', 100) }} as value, early as numerator,
  every as denominator, is_synthetic, source_id, vintage
from deaths
where groups = 3
