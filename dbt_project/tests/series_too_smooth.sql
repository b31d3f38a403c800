-- A series that grows by the same rate to the fourth digit, five points in a row, was computed and not measured: warned of and counted,
-- so that a person looks at its publisher's method before anybody reads a trend in it.
{{ config(
  severity='warn',
  meta={
    "fr": "une série mesurée ne croît pas du même taux, au dix-millième près, cinq points de suite",
    "en": "a measured series does not grow by the same rate, to the fourth digit, five points in a row",
  }) }}
select series_id, territory_level, count(*) as territories, min(territory_code) as example, any_value(yearly_growth) as yearly_growth
from ({{ smooth_runs(ref('fct_indicator_value')) }})
group by series_id, territory_level
