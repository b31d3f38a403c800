-- The home territory is one EPCI of today, with its communes; it is not its own comparator.
{{ config(meta={"fr": "le territoire de l'observatoire est une intercommunalité d'aujourd'hui, avec ses communes dans le code officiel géographique", "en": "the observatory's territory is an intercommunal body of today, with its communes in the official geographic code"}) }}
select count(*) filter (where territory_level = 'epci' and is_home) as epci,
  count(*) filter (where territory_level = 'commune' and is_home) as communes
from {{ ref('dim_territory') }}
having epci <> 1 or communes < 1 or count(*) filter (where is_home and is_comparator) > 0
