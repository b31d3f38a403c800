{#- Series too smooth to have been measured.
    Add here: what tells a figure that was computed from one that was observed. -#}

{#- Returns, for a relation of figures (series_id, territory_level, territory_code, breakdown, period, value), the runs of at least five
    neighbouring points whose yearly growth is the same to the fourth digit (1.0200, 1.0200, 1.0200, 1.0200): first and last period of
    each, points, growth. A measured series never does that; one that was projected, interpolated or carried on by a rate does. A
    growth below one in a thousand a year is left out: 560 published series of one decimal stand
    still for five points (an interdecile ratio of 2.7). -#}
{% macro smooth_runs(relation) -%}
with long_enough as (
  select series_id, territory_level, territory_code, breakdown
  from {{ relation }}
  where value is not null
  group by all
  having count(*) >= 5
),
point as (
  select series_id, territory_level, territory_code, breakdown, period, value,
    try_cast(left(period, 4) as integer) + case
      when period like '____-Q_' then (try_cast(right(period, 1) as integer) - 1) / 4.0
      when length(period) >= 7 then (try_cast(substr(period, 6, 2) as integer) - 1) / 12.0 + coalesce(try_cast(substr(period, 9, 2) as integer) - 1, 0) / 365.0
      else 0 end as moment
  from {{ relation }} semi join long_enough using (series_id, territory_level, territory_code, breakdown)
  where value is not null
),
step as (
  select *,
    lag(value) over series as value_before, lag(moment) over series as moment_before
  from point
  window series as (partition by series_id, territory_level, territory_code, breakdown order by moment)
),
growth as (
  select *,
    case when value / nullif(value_before, 0) > 0 and moment > moment_before
      then power(value / value_before, 1 / (moment - moment_before)) - 1 end as growth
  from step
),
alike as (
  select *, lag(period, 4) over series as first_period,
    count(growth) over last_four = 4 and max(growth) over last_four - min(growth) over last_four < 0.00005
      and abs(avg(growth) over last_four) >= 0.001 as is_smooth
  from growth
  window series as (partition by series_id, territory_level, territory_code, breakdown order by moment),
    last_four as (partition by series_id, territory_level, territory_code, breakdown order by moment rows between 3 preceding and current row)
)
select series_id, territory_level, territory_code, breakdown, min(first_period) as first_period, max(period) as last_period,
  count(*) + 4 as points, round(avg(growth), 4) as yearly_growth
from alike
where is_smooth
group by series_id, territory_level, territory_code, breakdown
{%- endmacro %}
