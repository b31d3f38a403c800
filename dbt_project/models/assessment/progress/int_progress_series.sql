-- The series that progress is asked of, numbered: what follows compares numbers, not five texts. Grain: indicator, series, territory,
-- breakdown. `since`: its newest break.
-- Kept, like the two models after it: DuckDB holds what one statement joins in memory, 1.7 GB for all of France where it was one.
{{ config(materialized='table') }}
select row_number() over () as series_number, * from (
  select indicator_id, series_id, territory_level, territory_code, breakdown, max(period) filter (where is_break) as since
  from {{ ref('fct_indicator_value') }}
  group by all
  having bool_or(value is not null or status = 'suppressed')
)
