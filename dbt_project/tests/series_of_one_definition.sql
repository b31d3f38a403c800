-- What may stand in one chart is of one definition: a series is of one indicator; where two sources feed it the seed says so of
-- each; one territory, indicator and breakdown stands in one series only, unless the seed ends one period before the next
-- begins; a series has one point a year (of quarters and of lists of a day at once it would have two), else progress would take
-- either; and work and commuting accidents of one place, year and activity are counted over the same employees.
{{ config(meta={"fr": "ce qui se met dans un même graphique a une seule définition", "en": "what may stand in one chart is of one definition"}) }}
with figure as (
  select indicator_id, series_id, source_id, territory_level, territory_code, breakdown, period, denominator
  from {{ ref('fct_indicator_value') }}
)
select 'series of several indicators' as rule, series_id as example, count(distinct indicator_id) as found
from figure group by series_id having count(distinct indicator_id) > 1
union all
select 'two sources of one series, one of them not in the seed', figure.series_id, count(distinct figure.source_id)
from figure
where (figure.series_id, figure.source_id) not in (select (series_id, source_id) from {{ ref('series') }})
  and figure.series_id in (select series_id from figure group by series_id having count(distinct source_id) > 1)
group by figure.series_id
union all
select 'two series of one territory at a time', any_value(territory_level || ' ' || territory_code || ' ' || series_id), count(*)
from (
  select indicator_id, territory_level, territory_code, breakdown, series_id, min(period) as first_period,
    lag(max(period)) over (partition by indicator_id, territory_level, territory_code, breakdown order by min(period)) as last_before
  from figure
  group by indicator_id, territory_level, territory_code, breakdown, series_id
)
where last_before >= first_period
having count(*) > 0
union all
select 'accidents over other employees', any_value(work.territory_level || ' ' || work.territory_code || ' ' || work.breakdown || ' ' || work.period), count(*)
from figure as work
join figure as commuting using (territory_level, territory_code, breakdown, period)
where work.indicator_id = 'sdg08_work_accident_frequency' and commuting.indicator_id = 'sdg08_commuting_accident_frequency'
  and work.denominator <> commuting.denominator
having count(*) > 0
union all
select 'two points of one year', any_value(series.series_id || ' ' || series.territory_level || ' ' || series.territory_code || ' ' || point.year), count(*)
from (
  select series_number, year from {{ ref('int_progress_point') }} where is_after_break group by all having count(*) > 1
) as point
join {{ ref('int_progress_series') }} as series on series.series_number = point.series_number
having count(*) > 0
