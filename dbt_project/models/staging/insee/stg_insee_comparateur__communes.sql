-- Census, income and establishment figures by commune.
select
  commune_code,
  population_year,
  population,
  dwellings_year,
  dwellings,
  vacant_dwellings,
  labour_year,
  active_15_64,
  unemployed_15_64,
  income_year,
  median,
  median__marker,
  poverty_year,
  poverty_rate,
  poverty_rate__marker,
  establishments_year,
  establishments_total,
  establishments_1_9,
  establishments_10_plus,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('insee_comparateur', 'communes') }}
