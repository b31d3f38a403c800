-- What of the candidates may be shown, and how far it may be trusted: the one place where status and secrecy are composed.
-- Withheld, value and parts: where the publisher wrote a marker of secrecy; a rate over one or two units (employees,
-- establishments, dwellings, companies: division 98 of the accidents has one employee); a figure of which one unit makes more than
-- 85 %; a cell from which one of these would follow (int_withheld_cells). A count has no denominator: it tells what a register tells.
-- status, in this order: suppressed; provisional (a made-up sample, or a stated weakness); censored (the publisher replaced the value by a
-- bound); final. A made-up row is provisional even where it is also censored: both reasons are then written. A remark changes no status.
-- Sentences are for people, in French; they are read nowhere: what decides is the column that says it (is_synthetic, marker, …).
-- A table: it is read four times.
{{ config(materialized='table') }}
with judged as (
  select candidates.*,
    case when candidates.marker is not null
      then 'Secret statistique : valeur masquée par le producteur (marqueur « ' || candidates.marker || ' »).' end as publisher_secret,
    {{ is_small('coalesce(candidates.units_behind, candidates.denominator)') }} as is_small,
    coalesce(candidates.largest_share > 0.85, false) as is_dominated,
    catalogue.withheld_together is not null as is_of_companies, withheld.is_primary is not null as is_beside
  from {{ ref('int_indicator_candidates') }} as candidates
  left join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = candidates.indicator_id
  left join {{ ref('int_withheld_cells') }} as withheld
    on withheld.withheld_together = catalogue.withheld_together and withheld.territory_level = candidates.territory_level
   and withheld.territory_code = candidates.territory_code and withheld.period = candidates.period
   and withheld.breakdown = candidates.breakdown
),
told as (
  select *,
    publisher_secret is not null or is_small or is_dominated or is_beside as is_withheld,
    case when publisher_secret is not null then publisher_secret
      when is_small and is_of_companies then 'Secret statistique : moins de 3 unités.'
      when is_small then 'Effectif trop faible : le taux porterait sur moins de 3 unités.'
      when is_dominated then 'Secret statistique : une seule unité fait plus de 85 % du chiffre.'
      when is_beside then 'Secret statistique : masqué pour qu’une cellule de moins de 3 unités ne se déduise pas du total.'
      end as suppression_reason,
    case when is_synthetic
      then 'Échantillon inventé (synthetic: true) : ce chiffre montre le calcul, il ne décrit pas le territoire.' end as made_up
  from judged
)
select indicator_id, territory_level, territory_code, period, breakdown,
  case when not is_withheld then value end as value,
  case when is_withheld then 'suppressed'
    when is_synthetic or weakness is not null then 'provisional'
    when censored_reason is not null then 'censored'
    else 'final' end as status,
  case when publisher_secret is not null or is_of_companies and is_withheld then concat_ws(' ', suppression_reason, made_up)
    when is_withheld then suppression_reason
    else nullif(concat_ws(' ', made_up, weakness, censored_reason, remark), '') end as status_reason,
  suppression_reason,
  case when not is_withheld then numerator end as numerator,
  case when not is_withheld then denominator end as denominator,
  is_synthetic, making, perimeter_persons, source_id, vintage
from told
