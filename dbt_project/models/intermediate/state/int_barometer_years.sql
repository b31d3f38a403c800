-- Figures of the State's barometer that are counted month by month (road deaths, assaults in public transport), summed to years.
-- A year is given only with all its twelve months: 2022 ends in November. Deaths on the roads of Loire-Atlantique in 2017:
-- 3+3+2+7+6+10+6+7+5+4+3+3 = 59, which is what the publisher's own summary says.
with months as (
  -- a département stands in its theme's file and in its own
  select measure_id, unit, territory_level, territory_code, measured_on, max(measure_value) as measure_value,
    bool_or(is_synthetic) as is_synthetic, source_id, vintage
  from {{ ref('stg_barometre_resultats__measured') }}
  group by measure_id, unit, territory_level, territory_code, measured_on, source_id, vintage
  having min(measure_value) = max(measure_value)
)
select measure_id, unit, territory_level, territory_code, year(measured_on) as year, sum(measure_value) as measure_value,
  bool_or(is_synthetic) as is_synthetic, source_id, vintage
from months
group by measure_id, unit, territory_level, territory_code, year(measured_on), source_id, vintage
having count(distinct month(measured_on)) = 12
