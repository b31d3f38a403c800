-- Carried to today's communes, EPCIs and départements, counts lose nobody: where a country, or a région, is the sum of its communes, the
-- communes of the file add up to it, to the unit. Read before secrecy, of every source, vintage and period that has both.
-- A commune that was cut in two has no single heir: a file that still lists it would break this, and nothing is published of it.
{{ config(meta={
  "fr": "les comptes des communes, portés aux territoires d'aujourd'hui, font le total du pays et de chaque région à l'unité près",
  "en": "the counts of communes, carried to today's territories, add up to the total of the country and of each région, to the unit"}) }}
with part as (
  select candidates.indicator_id, candidates.source_id, candidates.vintage, candidates.period, candidates.breakdown,
    candidates.territory_level, candidates.territory_code, candidates.numerator as counted, candidates.denominator
  from {{ ref('int_indicator_candidates') }} as candidates
  -- rates alone: of companies that are counted some are known by their région only (159 B Corps of France, 153 with a commune)
  where candidates.numerator is not null and candidates.denominator is not null
),
-- only sources whose communes are whole somewhere: the others give no sum
summed as (
  select part.* from part
  semi join {{ ref('series') }} as series
    on series.indicator_id = part.indicator_id and series.source_id = part.source_id and series.larger_geography = 'today'
),
place as (
  select commune_code, region_code, 'region' as territory_level, region_code as territory_code from {{ ref('int_commune_codes') }}
  union all
  select commune_code, region_code, 'country', 'FR' from {{ ref('int_commune_codes') }}
  union all
  select commune_code, region_code, 'country', 'FM' from {{ ref('int_commune_codes') }} where region_code >= '11'
),
added as (
  select summed.indicator_id, summed.source_id, summed.vintage, summed.period, summed.breakdown, place.territory_level,
    place.territory_code, sum(summed.counted) as counted, sum(summed.denominator) as denominator
  from summed
  join place on place.commune_code = summed.territory_code
  where summed.territory_level = 'commune'
  group by all
)
select added.*, whole.counted as published, whole.denominator as published_denominator
from added
join summed as whole
  on whole.indicator_id = added.indicator_id and whole.source_id = added.source_id and whole.vintage = added.vintage
 and whole.period = added.period and whole.breakdown = added.breakdown and whole.territory_level = added.territory_level
 and whole.territory_code = added.territory_code
where abs(added.counted - whole.counted) >= 0.5 or abs(added.denominator - whole.denominator) >= 0.5
