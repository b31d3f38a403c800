-- The years that each series has a value of, one point a year. Grain: series, year. `is_plain`: may begin or end a window;
-- `latest_year`: the series' newest year after its newest break.
-- A year of quarters is the mean of all four; of months and days (lists of a register) the last one of the year. What is told of the
-- whole year goes before its parts: companies with a label are counted on 31 December by a register's dates, and on the day of a list
-- of June.
{{ config(materialized='table') }}
with perimeter as (
  select indicator_id, territory_level, territory_code, period, breakdown, source_id, vintage, any_value(perimeter_persons) as persons
  from {{ ref('int_indicator_shown') }}
  where territory_level = 'epci' and perimeter_persons is not null group by all
),
figure as (
  select series.series_number, figures.period, cast(left(figures.period, 4) as integer) as year, figures.value, figures.status,
    figures.geography_year, figures.is_synthetic, perimeter.persons, coalesce(figures.period >= series.since, true) as is_after_break,
    length(figures.period) > 4 as is_part_of_year, substr(figures.period, 6, 1) = 'Q' as is_quarter,
    bool_or(length(figures.period) = 4) over of_year as is_told_whole
  from {{ ref('fct_indicator_value') }} as figures
  join {{ ref('int_progress_series') }} as series on series.indicator_id = figures.indicator_id and series.series_id = figures.series_id
    and series.territory_level = figures.territory_level and series.territory_code = figures.territory_code
    and series.breakdown = figures.breakdown
  -- equalities alone: a condition on the figures' side makes DuckDB compare each figure with each perimeter (100 s for all of France)
  left join perimeter on perimeter.indicator_id = figures.indicator_id and perimeter.territory_level = figures.territory_level
    and perimeter.territory_code = figures.territory_code and perimeter.period = figures.period
    and perimeter.breakdown = figures.breakdown and perimeter.source_id = figures.source_id and perimeter.vintage = figures.vintage
  -- a value that is not known yet (provisional, null) is no value of its year
  where figures.value is not null or figures.status = 'suppressed'
  window of_year as (partition by series.series_number, left(figures.period, 4), coalesce(figures.period >= series.since, true))
),
yearly as (
  select series_number, year, period, value, status, geography_year, persons, is_synthetic, is_after_break
  from figure where not is_part_of_year
  union all
  select series_number, year, case when is_quarter then cast(year as varchar) else max(period) end,
    case when not is_quarter then arg_max(value, period) when bool_and(value is not null) then round(avg(value), 9) end,
    case when not is_quarter then arg_max(status, period) when bool_or(status = 'suppressed') then 'suppressed'
      when bool_or(status = 'censored') then 'censored' when bool_or(status = 'provisional') then 'provisional' else 'final' end,
    max(geography_year), max(persons), bool_or(is_synthetic), is_after_break
  from figure where is_part_of_year and not is_told_whole
  group by series_number, year, is_quarter, is_after_break
  having not is_quarter or count(*) = 4
)
select *, status in ('final', 'provisional') as is_plain,
  max(year) filter (where is_after_break) over (partition by series_number) as latest_year
from yearly where not is_synthetic
