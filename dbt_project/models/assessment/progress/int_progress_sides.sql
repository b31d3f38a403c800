-- Where each series' windows would begin and end, and what stands there. Grain: series. Only what follows the newest break is read.
-- The short window begins five years before the newest year, else in the next year there is (three years at least), else in the nearest
-- one before (seven at most: censuses of 2016 and 2022). The long one begins in 2015, as Open SDG does, or ten years before where 2015 is
-- nearer; else in the next year that leaves ten, else in the nearest one before.
{{ config(materialized='table') }}
with sides as (
  select series_number, any_value(latest_year) as latest_year, min(year) as earliest_year,
    count(*) filter (where is_after_break) as years,
    min(year) filter (where is_after_break and year between latest_year - 5 and latest_year - 3) as short_next,
    max(year) filter (where is_after_break and year between latest_year - 7 and latest_year - 6) as short_before,
    min(year) filter (where is_after_break and year between least(2015, latest_year - 10) and latest_year - 10) as long_next,
    max(year) filter (where is_after_break and year < least(2015, latest_year - 10)) as long_before,
    bool_or(year between latest_year - 7 and latest_year - 3) as reaches_short,
    {%- for steps in [5, 4, 3] %}
    count(*) filter (where is_after_break and is_plain and year >= latest_year - {{ steps }}) = {{ steps + 1 }} as has_{{ steps }}
      {{- ',' if not loop.last }}
    {%- endfor %}
  from {{ ref('int_progress_point') }}
  group by series_number
),
chosen as (
  select * exclude (short_next, short_before, long_next, long_before, has_5, has_4, has_3),
    coalesce(short_next, short_before) as short_year, coalesce(long_next, long_before) as long_year,
    case when has_5 then latest_year - 5 when has_4 then latest_year - 4 when has_3 then latest_year - 3 end as step_year
  from sides
),
found as (
  select points.series_number,
    {%- for side in ['short', 'long', 'latest'] %}
    {%- for column in ['period', 'value', 'status', 'geography_year', 'persons'] %}
    any_value(points.{{ column }}) filter (where points.year = chosen.{{ side }}_year) as {{ side }}_{{ column }},
    {%- endfor %}
    {%- endfor %}
    any_value(points.value) filter (where points.year = chosen.step_year) as step_value
  from {{ ref('int_progress_point') }} as points
  join chosen on chosen.series_number = points.series_number
  where points.is_after_break and points.year in (chosen.short_year, chosen.long_year, chosen.latest_year, chosen.step_year)
  group by points.series_number
)
select chosen.*, found.* exclude (series_number)
from chosen
left join found on found.series_number = chosen.series_number
