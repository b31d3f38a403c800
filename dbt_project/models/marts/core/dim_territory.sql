-- Every territory that a figure may speak of.
select territory_code, territory_level, name, epci_code, department_code, region_code, population, population_year,
  population_note_fr, cog_year, is_home, is_comparator, is_current, current_code, succession_fr
from {{ ref('int_territories') }}
