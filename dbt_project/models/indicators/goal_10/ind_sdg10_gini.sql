-- Gini index of the standard of living, as INSEE publishes it. A blank cell (below the publication threshold before 2021) gives no row.
select territory_level, territory_code, cast(year as varchar) as period, gini as value, gini__marker as marker,
  persons as perimeter_persons, households as households_behind, is_synthetic, source_id, vintage
from {{ ref('stg_insee_filosofi__income') }}
where (gini is not null or gini__marker is not null)
  and (territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }})
