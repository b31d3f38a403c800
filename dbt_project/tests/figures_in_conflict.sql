-- One vintage of one source says one thing: two different values for the same figure cannot be told apart,
-- so nothing is published until a person has looked.
{{ config(meta={"fr": "un millésime d'une source ne donne qu'une valeur par indicateur, territoire, période et ventilation", "en": "a vintage of a source gives one value an indicator, territory, period and breakdown"}) }}
select indicator_id, territory_level, territory_code, period, breakdown, source_id, vintage, min(value) as low, max(value) as high
from {{ ref('int_indicator_shown') }}
group by all
having max(value) - min(value) > 1e-6 or count(*) <> count(value) and count(value) > 0
