-- What of the candidates may be shown, and how far it may be trusted: the one place where status and secrecy are composed.
-- Withheld, value and parts: where the publisher wrote a marker of secrecy; a rate over one or two units (employees,
-- establishments, dwellings, companies: division 98 of the accidents has one employee); a figure of which one unit makes more than
-- 85 %; incomes of fewer than eleven fiscal households; a cell from which one of these would follow (int_withheld_cells). A count has no
-- denominator: it tells what a register tells. suppression_reason is a code; status_reason puts it in words.
-- status, in this order: suppressed; provisional (a made-up sample, or a stated weakness); censored (the publisher replaced the value by a
-- bound); final. A made-up row is provisional even where it is also censored: both reasons are then written. A remark changes no status.
-- Sentences are for people, in French; they are read nowhere: what decides is the column that says it (is_synthetic, marker, …).
-- A table: it is read four times.
{{ config(materialized='table') }}
with judged as (
  select candidates.*,
    catalogue.withheld_together is not null as is_of_companies,
    -- whose secret it is comes first: what the publisher withholds is not known here
    case when candidates.marker is not null then 'publisher'
      when {{ is_small('coalesce(candidates.units_behind, candidates.denominator)') }} then 'few_units'
      when {{ is_few_households('candidates.households_behind') }} then 'few_households'
      when coalesce(candidates.largest_share > 0.85, false) then 'dominance'
      when withheld.is_primary is not null then 'complement' end as suppression_reason
  from {{ ref('int_indicator_candidates') }} as candidates
  left join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = candidates.indicator_id
  left join {{ ref('int_withheld_cells') }} as withheld
    on withheld.withheld_together = catalogue.withheld_together and withheld.territory_level = candidates.territory_level
   and withheld.territory_code = candidates.territory_code and withheld.period = candidates.period
   and withheld.breakdown = candidates.breakdown
),
told as (
  select *,
    suppression_reason is not null as is_withheld,
    case suppression_reason
      when 'publisher' then 'Secret statistique : valeur masquée par le producteur (marqueur « ' || marker || ' »).'
      when 'few_units' then case when is_of_companies then 'Secret statistique : moins de 3 unités.'
        else 'Effectif trop faible : le taux porterait sur moins de 3 unités.' end
      when 'few_households' then 'Secret fiscal : moins de 11 foyers fiscaux.'
      when 'dominance' then 'Secret statistique : une seule unité fait plus de 85 % du chiffre.'
      when 'complement' then 'Secret statistique : masqué pour qu’une cellule de moins de 3 unités ne se déduise pas du total.'
      end as secret,
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
  case when suppression_reason = 'publisher' or is_of_companies and is_withheld then concat_ws(' ', secret, made_up)
    when is_withheld then secret
    else nullif(concat_ws(' ', made_up, weakness, censored_reason, remark), '') end as status_reason,
  suppression_reason,
  case when not is_withheld then numerator end as numerator,
  case when not is_withheld then denominator end as denominator,
  is_synthetic, making, perimeter_persons, source_id, vintage
from told
