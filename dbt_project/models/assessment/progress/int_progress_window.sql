-- Which two values each series compares over its long and its short window, or why none. Grain: indicator, series, territory,
-- breakdown, window. Nothing crosses a series, nor a break. Both windows end with the newest year.
-- A suppressed or censored value is no gap to step over: where the window would begin or end with it, it is refused.
-- parity is worked as distance from zero: what is wanted of it is down.
{#- DuckDB expects a seventh of the rows there are and would take the wrong side of each join into memory: what does not fit in memory then fails. #}
{{ config(materialized='table', pre_hook="set disabled_optimizers = 'build_side_probe_side'", post_hook="reset disabled_optimizers") }}
with kept as (
  select series.* exclude (since), sides.* exclude (series_number)
  from {{ ref('int_progress_series') }} as series
  left join {{ ref('int_progress_sides') }} as sides on sides.series_number = series.series_number
),
-- the years of all series of one figure: what was split in two is told from what is short
split as (
  select indicator_id, territory_level, territory_code, breakdown
  from {{ ref('int_progress_series') }} group by all having count(*) > 1
),
whole as (
  select kept.indicator_id, kept.territory_level, kept.territory_code, kept.breakdown, min(kept.earliest_year) as earliest_year,
    max(struct_pack(latest_year := coalesce(kept.latest_year, 0), series_id := kept.series_id)).series_id as newest_series_id
  from kept
  semi join split on split.indicator_id = kept.indicator_id and split.territory_level = kept.territory_level
    and split.territory_code = kept.territory_code and split.breakdown = kept.breakdown
  group by all
),
compared as (
  {%- for window in ['short', 'long'] %}
  select series_number, indicator_id, series_id, territory_level, territory_code, breakdown, years, latest_year, earliest_year,
    '{{ window }}' as window_length, {{ window }}_year as base_year,
    {%- if window == 'short' %}
    latest_year - 5 as wanted_year, reaches_short as reaches, 3 as least_years, step_year, step_value,
    {%- else %}
    least(2015, latest_year - 10) as wanted_year, earliest_year <= latest_year - 10 as reaches, 10 as least_years,
    null as step_year, null as step_value,
    {%- endif %}
    {%- for column in ['period', 'value', 'status', 'geography_year', 'persons'] %}
    {{ window }}_{{ column }} as opening_{{ column }}, latest_{{ column }} as closing_{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
  from kept
  {{ 'union all' if not loop.last }}
  {%- endfor %}
),
described as (
  select compared.*, coalesce(whole.newest_series_id = compared.series_id, true) as is_newest_series,
    whole.earliest_year as whole_earliest_year,
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
)
select 2 * series_number + if(window_length = 'long', 1, 0) as window_id, indicator_id, series_id, territory_level, territory_code,
  breakdown, window_length, is_newest_series,
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
