-- Progress by three published methods side by side (macros/progress, docs/progress.md), over a long and a short window.
-- is_fragile: the values are taken again half a unit of their published precision lower and higher (opening, closing and first of the
-- yearly values, in all combinations); a status that changes in one of them does not rest on what was published.
with shift as (
  select * from (values (-1, -1, -1), (-1, -1, 1), (-1, 1, -1), (-1, 1, 1), (1, -1, -1), (1, -1, 1), (1, 1, -1), (1, 1, 1))
    as shifts(opening, closing, step)
),
published as (
  select * from {{ ref('int_progress_window') }} where window_refusal is null
),
judged as (
  select * from {{ with_reading(with_destatis(with_un(with_cagr('published')))) }}
),
shifted as (
  select published.* replace (
    published.base + shift.opening * published.half_step as base,
    published.latest + shift.closing * published.half_step as latest,
    published.step_base + shift.step * published.half_step as step_base)
  from published
  cross join shift
  where published.half_step is not null
),
robust as (
  select window_id, min(coalesce(status, '')) as lowest, max(coalesce(status, '')) as highest
  from {{ with_reading(with_destatis(with_un(with_cagr('shifted')))) }}
  group by window_id
)
select windows.indicator_id, windows.series_id, windows.territory_level, windows.territory_code,
  windows.breakdown,
  windows.window_length, judged.status, judged.method_agreement, cast(coalesce(judged.methods, 0) as integer) as methods,
  refusals.refusal_id as refusal_reason, refusals.text_fr as refusal_fr, refusals.text_en as refusal_en,
  case when judged.status is not null then robust.lowest <> judged.status or robust.highest <> judged.status end as is_fragile,
  windows.is_newest_series,
  windows.first_period, windows.last_period, windows.base_moved, windows.is_provisional, windows.first_value, windows.last_value,
  round(windows.last_value - windows.first_value, 9) as change, judged.cagr_observed as annual_rate,
  windows.target_value, windows.target_year,
  case when windows.has_target then windows.target_setter end as target_setter,
  case when windows.has_target then windows.target_scope end as target_scope,
  case when windows.has_target then windows.target_scope <> windows.territory_level end as is_target_reading_aid,
  case when windows.has_target then judged.is_target_met end as is_target_met,
  judged.cagr_status, judged.cagr_score, judged.cagr_observed, judged.cagr_required, judged.cagr_coefficient, judged.cagr_pace,
  coalesce(windows.window_refusal, judged.cagr_refusal) as cagr_refusal,
  judged.un_status, judged.un_projected, judged.un_path_share, coalesce(windows.window_refusal, judged.un_refusal) as un_refusal,
  judged.destatis_status, judged.destatis_mean_change, judged.destatis_projected, judged.destatis_miss,
  coalesce(windows.window_refusal, judged.destatis_refusal) as destatis_refusal
from {{ ref('int_progress_window') }} as windows
left join judged on judged.window_id = windows.window_id
left join robust on robust.window_id = windows.window_id
left join {{ ref('progress_refusals') }} as refusals
  on judged.status is null
  and refusals.refusal_id = coalesce(windows.window_refusal, judged.cagr_refusal, judged.un_refusal, judged.destatis_refusal)
