-- Which two values each series compares over its long and its short window, or why none. Grain: indicator, series, territory,
-- breakdown, window. Nothing crosses a series, nor a break: only what follows the newest break is read.
-- Both windows end with the newest year. The short one begins five years before it, else in the next year there is (three years at
-- least), else in the nearest one before (seven at most: censuses of 2016 and 2022). The long one begins in 2015, as Open SDG does, or ten
-- years before where 2015 is nearer; else in the next year that leaves ten, else in the nearest one before.
-- A year of quarters is the mean of all four; of months and days (lists of a register) the last one of the year.
-- A suppressed or censored value is no gap to step over: where the window would begin or end with it, it is refused.
-- parity is worked as distance from zero: what is wanted of it is down.
{#- DuckDB expects a seventh of the rows there are and would take the wrong side of each join into memory: 2.8 GB for all of France, not 1.5. #}
{{ config(materialized='table', pre_hook="set disabled_optimizers = 'build_side_probe_side'", post_hook="reset disabled_optimizers") }}
{%- set of_series = 'indicator_id, series_id, territory_level, territory_code, breakdown' %}
-- one row a series, numbered: what follows compares numbers, not five texts
with series as materialized (
  select *, row_number() over () as series_number from (
    select {{ of_series }}, max(period) filter (where is_break) as since
    from {{ ref('fct_indicator_value') }}
    group by all
    having bool_or(value is not null or status = 'suppressed')
  )
),
perimeter as (
  select indicator_id, territory_level, territory_code, period, breakdown, source_id, vintage, any_value(perimeter_persons) as persons
  from {{ ref('int_indicator_shown') }}
  where territory_level = 'epci' and perimeter_persons is not null group by all
),
figure as (
  select series.series_number, figures.period, cast(left(figures.period, 4) as integer) as year, figures.value, figures.status,
    figures.geography_year, figures.is_synthetic, perimeter.persons, coalesce(figures.period >= series.since, true) as is_after_break,
    length(figures.period) > 4 as is_part_of_year, substr(figures.period, 6, 1) = 'Q' as is_quarter
  from {{ ref('fct_indicator_value') }} as figures
  join series on series.indicator_id = figures.indicator_id and series.series_id = figures.series_id
    and series.territory_level = figures.territory_level and series.territory_code = figures.territory_code
    and series.breakdown = figures.breakdown
  -- equalities alone: a condition on the figures' side makes DuckDB compare each figure with each perimeter (100 s for all of France)
  left join perimeter on perimeter.indicator_id = figures.indicator_id and perimeter.territory_level = figures.territory_level
    and perimeter.territory_code = figures.territory_code and perimeter.period = figures.period
    and perimeter.breakdown = figures.breakdown and perimeter.source_id = figures.source_id and perimeter.vintage = figures.vintage
  -- a value that is not known yet (provisional, null) is no value of its year
  where figures.value is not null or figures.status = 'suppressed'
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
  from figure where is_part_of_year
  group by series_number, year, is_quarter, is_after_break
  having not is_quarter or count(*) = 4
),
point as materialized (
  select *, status in ('final', 'provisional') as is_plain,
    max(year) filter (where is_after_break) over (partition by series_number) as latest_year
  from yearly where not is_synthetic
),
sides as (
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
  from point
  group by series_number
),
reach as materialized (
  select series.* exclude (since), sides.* exclude (series_number)
  from series
  left join sides on sides.series_number = series.series_number
),
-- the years of all series of one figure: what was split in two is told from what is short
whole as (
  select indicator_id, territory_level, territory_code, breakdown, min(earliest_year) as earliest_year,
    max(struct_pack(latest_year := coalesce(latest_year, 0), series_id := series_id)).series_id as newest_series_id
  from reach group by all having count(*) > 1
),
compared as (
  {%- for window in ['short', 'long'] %}
  select *, '{{ window }}' as window_length,
    coalesce({{ window }}_next, {{ window }}_before) as base_year,
    {%- if window == 'short' %}
    latest_year - 5 as wanted_year, reaches_short as reaches, 3 as least_years,
    case when has_5 then latest_year - 5 when has_4 then latest_year - 4 when has_3 then latest_year - 3 end as step_year
    {%- else %}
    least(2015, latest_year - 10) as wanted_year, earliest_year <= latest_year - 10 as reaches, 10 as least_years, null as step_year
    {%- endif %}
  from reach
  {{ 'union all' if not loop.last }}
  {%- endfor %}
),
described as (
  select compared.*, coalesce(whole.newest_series_id = compared.series_id, true) as is_newest_series,
    whole.earliest_year as whole_earliest_year,
    {%- for side in ['opening', 'closing'] %}
    {%- for column in ['period', 'value', 'status', 'geography_year', 'persons'] %}
    {{ side }}.{{ column }} as {{ side }}_{{ column }},
    {%- endfor %}
    {%- endfor %}
    step.value as step_value,
    indicators.desired_direction = 'parity' as is_parity, if(indicators.desired_direction = 'up', 1, -1) as wanted,
    coalesce(indicators.natural_limit,
      case when indicators.measure = 'share' and indicators.desired_direction = 'up' then 100 end) as limit_value,
    -- a target is set for the total; a count of a country is no aim of a commune
    case when compared.breakdown = 'total' and (indicators.additivity <> 'count' or indicators.target_scope = compared.territory_level)
      then indicators.target_value end as target_value,
    indicators.target_year, indicators.target_setter, indicators.target_scope, indicators.published_precision
  from compared
  join {{ ref('dim_indicator') }} as indicators on indicators.indicator_id = compared.indicator_id
  left join whole on whole.indicator_id = compared.indicator_id and whole.territory_level = compared.territory_level
    and whole.territory_code = compared.territory_code and whole.breakdown = compared.breakdown
  {%- for side, year in [('opening', 'base_year'), ('closing', 'latest_year'), ('step', 'step_year')] %}
  left join point as {{ side }} on {{ side }}.series_number = compared.series_number and {{ side }}.year = compared.{{ year }}
    and {{ side }}.is_after_break
  {%- endfor %}
)
select 2 * series_number + if(window_length = 'long', 1, 0) as window_id, {{ of_series }}, window_length, is_newest_series,
  case when latest_year is null then 'synthetic'
    when base_year is null then case when reaches then 'series_break'
      when whole_earliest_year <= latest_year - least_years then 'split_series'
      when years < 2 then 'too_few_points' else 'too_short' end
    when 'suppressed' in (opening_status, closing_status) then 'suppressed'
    when 'censored' in (opening_status, closing_status) then 'censored'
    -- the zones of employment were drawn anew in 2010 and in 2020; of an EPCI only the persons counted tell that it stayed the same
    when territory_level = 'employment_zone' and ((opening_geography_year < 2010) <> (closing_geography_year < 2010)
      or (opening_geography_year < 2020) <> (closing_geography_year < 2020)) then 'geography'
    when territory_level = 'epci' and opening_geography_year <> closing_geography_year
      and (opening_persons is null or closing_persons is null) then 'geography' end as window_refusal,
  opening_period as first_period, closing_period as last_period, opening_value as first_value, closing_value as last_value,
  coalesce(base_year <> wanted_year, false) as base_moved,
  coalesce('provisional' in (opening_status, closing_status), false) as is_provisional,
  base_year, latest_year,
  if(is_parity, abs(opening_value), opening_value) as base, if(is_parity, abs(closing_value), closing_value) as latest,
  step_year, if(is_parity, abs(step_value), step_value) as step_base,
  wanted, limit_value, if(is_parity, abs(target_value), target_value) as target,
  case when target_value is not null then coalesce(target_year, 2030) end as target_year,
  target_value, target_value is not null as has_target, target_setter, target_scope, published_precision / 2 as half_step
from described
