-- One figure an indicator, territory, period and breakdown. Where several give the same figure: the catalogue's
-- own source before a second one, a real file before a made-up sample, then the newest vintage.
-- Figures of a territory that nothing names are left out (test figures_without_territory counts them). A rate over fewer than
-- three units is withheld here, for all indicators alike.
with chosen as (
  select candidates.*, catalogue.unit, {{ is_over_too_few('candidates.denominator') }} as is_small
  from {{ ref('int_indicator_candidates') }} as candidates
  join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = candidates.indicator_id
  qualify row_number() over (
    partition by candidates.indicator_id, candidates.territory_level, candidates.territory_code, candidates.period, candidates.breakdown
    order by candidates.source_id = catalogue.source_id desc,
      coalesce(candidates.status_reason like 'Échantillon inventé%', false),
      candidates.vintage desc, candidates.model) = 1
)
select chosen.indicator_id, chosen.territory_code, chosen.territory_level, chosen.period, chosen.breakdown,
  case when not chosen.is_small then chosen.value end as value, chosen.unit,
  case when chosen.is_small then 'suppressed' else chosen.status end as status,
  case when chosen.is_small then {{ too_few_reason() }} else chosen.status_reason end as status_reason,
  case when chosen.is_small then {{ too_few_reason() }} else chosen.suppression_reason end as suppression_reason,
  case when not chosen.is_small then chosen.numerator end as numerator,
  case when not chosen.is_small then chosen.denominator end as denominator, chosen.source_id, chosen.vintage,
  coalesce(health.is_overdue, false) as is_overdue
from chosen
left join {{ source('run', 'source_health') }} as health on health.source_id = chosen.source_id
semi join {{ ref('int_territories') }} as territories
  on territories.territory_level = chosen.territory_level and territories.territory_code = chosen.territory_code
