-- The ledger of revisions: what stood in that of the edition before, and what differs from its figures now.
-- It begins with nothing. The first edition revises nothing, and half a million rows `new` would drown those that
-- a reader looks for; run.settings.previous_edition is null then (and where the edition before was made from
-- samples and this one is not, see orchestration/ledger.py).
-- Equal is what differs by no more than float noise: the same rule as in the receipt (editions/comparing.py).
with figure as (
  select indicator_id, territory_level, territory_code, period, breakdown, value, status
  from {{ ref('fct_indicator_value') }}
),
difference as (
  select coalesce(figure.indicator_id, before.indicator_id) as indicator_id,
    coalesce(figure.territory_level, before.territory_level) as territory_level,
    coalesce(figure.territory_code, before.territory_code) as territory_code,
    coalesce(figure.period, before.period) as period,
    coalesce(figure.breakdown, before.breakdown) as breakdown,
    case when before.indicator_id is null then 'new' when figure.indicator_id is null then 'removed' else 'revised' end as change,
    before.value as old_value, figure.value as new_value, before.status as old_status, figure.status as new_status
  from figure
  full join {{ source('run', 'previous_figures') }} as before
    on before.indicator_id = figure.indicator_id and before.territory_level = figure.territory_level
   and before.territory_code = figure.territory_code and before.period = figure.period and before.breakdown = figure.breakdown
  where figure.indicator_id is null or before.indicator_id is null
    or (figure.value is null) <> (before.value is null)
    or abs(figure.value - before.value) > 1e-9 * greatest(1, abs(figure.value), abs(before.value))
    or figure.status <> before.status
)
select indicator_id, territory_level, territory_code, period, breakdown, edition, change, old_value, new_value,
  old_status, new_status, previous_edition
from {{ source('run', 'previous_changes') }}
union all
select difference.indicator_id, difference.territory_level, difference.territory_code, difference.period,
  difference.breakdown, settings.edition_id, difference.change, difference.old_value, difference.new_value,
  difference.old_status, difference.new_status, settings.previous_edition
from difference
cross join {{ source('run', 'settings') }} as settings
where settings.previous_edition is not null
