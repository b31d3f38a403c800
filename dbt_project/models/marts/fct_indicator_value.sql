-- One figure an indicator, territory, period and breakdown. Where several give the same figure: the catalogue's
-- own source before a second one, a real file before a made-up sample, then the newest vintage.
-- What a figure cannot be (the rules of marts.yml, the bounds of the seed) is held back right after: macros/hold_back.sql.
-- Figures of a territory that nothing names are left out (test figures_without_territory counts them).
with chosen as (
  select candidates.*, catalogue.unit
  from {{ ref('int_indicator_candidates') }} as candidates
  join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = candidates.indicator_id
  qualify row_number() over (
    partition by candidates.indicator_id, candidates.territory_level, candidates.territory_code, candidates.period, candidates.breakdown
    order by candidates.source_id = catalogue.source_id desc,
      coalesce(candidates.status_reason like 'Échantillon inventé%', false),
      candidates.vintage desc, candidates.model) = 1
)
select chosen.indicator_id, chosen.territory_code, chosen.territory_level, chosen.period, chosen.breakdown,
  chosen.value, chosen.unit, chosen.status, chosen.status_reason, chosen.suppression_reason,
  chosen.numerator, chosen.denominator, chosen.source_id, chosen.vintage,
  coalesce(health.is_overdue, false) as is_overdue
from chosen
left join {{ source('run', 'source_health') }} as health on health.source_id = chosen.source_id
semi join {{ ref('int_territories') }} as territories
  on territories.territory_level = chosen.territory_level and territories.territory_code = chosen.territory_code
