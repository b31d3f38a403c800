-- Figures left out because neither the reference nor any other source names their territory: with a whole list of
-- communes there is none. Warned of and counted; nothing wrong is published by it.
{{ config(severity='warn', meta={"fr": "un chiffre est celui d'un territoire que la liste des communes ou une source nomme", "en": "a figure is that of a territory that the list of communes or a source names"}) }}
select indicator_id, territory_level, count(*) as figures, min(territory_code) as example
from {{ ref('int_indicator_shown') }} as candidates
anti join {{ ref('int_territories') }} as territories
  on territories.territory_level = candidates.territory_level and territories.territory_code = candidates.territory_code
group by all
