-- Peers are looked for among all EPCIs of France or not at all: with an extract of the communes mart_territory_peer is empty, and this says so.
{{ config(severity='warn', meta={
  "fr": "les EPCI les plus semblables se cherchent parmi tous ceux de France : il y faut les comptes de presque toutes les communes",
  "en": "the EPCIs most like each other are looked for among all of France: that takes the counts of nearly all communes"}) }}
select count(*) as peers from {{ ref('mart_territory_peer') }} having count(*) = 0
