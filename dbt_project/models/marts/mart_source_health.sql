-- How each source stands on the day of the edition, as the refresh worked it out (orchestration/status.py, the same
-- that `observatory status` shows): the calendar of each publisher is in the catalogue, not here.
select source_id, state, vintage, published_at, fetched_at, next_due_at, action_fr, action_en, since, reference_end,
  late_after, owner, channel, is_sample, is_overdue
from {{ source('run', 'source_health') }}
