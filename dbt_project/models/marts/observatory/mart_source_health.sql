-- How each source stands on the day of the edition, as the refresh worked it out (orchestration/status.py, the same
-- that `observatory status` shows): the calendar of each publisher is in the catalogue, not here. The row is that of the table in the
-- worst state; `tables` tells each where they are several.
with told as (
  select source_id, string_agg(concat_ws(', ', table_name || ' : ' || vintage, reference_end, state), ' ; ' order by table_name) as tables
  from {{ source('run', 'table_health') }} group by source_id having count(*) > 1
)
select health.source_id, health.state, health.vintage, health.published_at, health.fetched_at, health.next_due_at,
  health.action_fr, health.action_en, health.since, health.reference_end, health.late_after, health.owner, health.channel,
  health.is_sample, health.is_overdue, told.tables
from {{ source('run', 'source_health') }} as health
left join told on told.source_id = health.source_id
