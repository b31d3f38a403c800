-- What secrecy has to work on, one row an indicator and cell: the figures of companies of every group and period in which one is
-- secret by itself. Indicators with the same `withheld_together` (seed indicators) have their cells withheld together.
-- numerator: what adds up to the larger territory, or to the total of a breakdown; units: the companies behind it, which a public
-- register tells anybody. is_known, was_withheld: what the edition before said of the very same figure.
with chosen as (
  select candidates.*, catalogue.withheld_together, catalogue.measure = 'share' as is_share,
    coalesce(candidates.units_behind, candidates.denominator) as units
  from {{ ref('int_indicator_candidates') }} as candidates
  join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = candidates.indicator_id
  where catalogue.withheld_together is not null and candidates.numerator is not null and candidates.marker is null
  -- as fct_indicator_value chooses
  qualify row_number() over (
    partition by candidates.indicator_id, candidates.territory_level, candidates.territory_code, candidates.period, candidates.breakdown
    order by candidates.source_id = catalogue.source_id desc, candidates.is_synthetic, candidates.vintage desc, candidates.source_id) = 1
)
select chosen.withheld_together, chosen.indicator_id, chosen.territory_level, chosen.territory_code, chosen.period, chosen.breakdown,
  chosen.numerator, chosen.units, chosen.is_share,
  {{ is_secret('chosen.units', 'chosen.largest_share') }} as is_primary,
  coalesce(abs(previous.value - chosen.value) <= 1e-9 * greatest(1, abs(chosen.value)), false) as is_known,
  coalesce(previous.status = 'suppressed', false) as was_withheld
from chosen
left join {{ source('run', 'previous_figures') }} as previous
  on previous.indicator_id = chosen.indicator_id and previous.territory_level = chosen.territory_level
 and previous.territory_code = chosen.territory_code and previous.period = chosen.period and previous.breakdown = chosen.breakdown
qualify bool_or(is_primary) over (partition by chosen.withheld_together, chosen.period)
