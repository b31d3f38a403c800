-- Figures of the State's barometer that stand for a day (a share, a stock): one row per measure, unit, territory and date.
-- The detailed files cover some départements only; the summary gives all 101 their first and current value, which agree with
-- the detail in all 8,000 cases where both speak. A measure counted by month (road deaths) does not: its summary adds the months of
-- the year up. Such a date has two values and is left to int_barometer_years.
with told as (
  select measure_id, unit, territory_level, territory_code, measured_on, measure_value, is_synthetic, source_id, vintage
  from {{ ref('stg_barometre_resultats__measured') }}
  union all
  select measure_id, unit, territory_level, territory_code, measured_on, measure_value, is_synthetic, source_id, vintage
  from {{ ref('stg_barometre_resultats__summary') }}
  union all
  select measure_id, unit, territory_level, territory_code, first_measured_on, first_value, is_synthetic, source_id, vintage
  from {{ ref('stg_barometre_resultats__summary') }}
  where first_value is not null
)
select measure_id, unit, territory_level, territory_code, measured_on, year(measured_on) as year, month(measured_on) as month,
  max(measure_value) as measure_value, bool_or(is_synthetic) as is_synthetic, source_id, vintage
from told
group by measure_id, unit, territory_level, territory_code, measured_on, source_id, vintage
having min(measure_value) = max(measure_value)
