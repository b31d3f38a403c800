-- Dwellings rated F and dwellings rated G over the same main residences: the two shares add up.
select territory_level, territory_code, cast(year as varchar) as period, sum(value) as value, bool_or(is_synthetic) as is_synthetic,
  source_id, vintage
from {{ ref('stg_ecolab_indicators__measures') }}
where measure_id in ('992', '994') and value is not null
group by territory_level, territory_code, year, source_id, vintage
having count(distinct measure_id) = 2
