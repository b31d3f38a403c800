-- Which territory's figures are part of which other's, as anybody can add them up: communes in each larger territory, départements in
-- their région, régions in the country and in mainland France. EPCI and départements are not nested in each other.
select 'commune' as territory_level, commune_code as territory_code, territory_level as parent_level, territory_code as parent_code
from {{ ref('int_territory_members') }}
union all
select 'department', department_code, 'region', region_code from {{ ref('departments') }}
union all
select 'region', region_code, 'country', 'FR' from {{ ref('regions') }}
union all
select 'region', region_code, 'country', 'FM' from {{ ref('regions') }} where region_code >= '11'
