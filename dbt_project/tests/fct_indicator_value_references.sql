-- Every figure leads to its indicator, its territory and its source. A territory is its level and its code.
{{ config(meta={"fr": "un chiffre mène à son indicateur, à son territoire et à sa source", "en": "a figure leads to its indicator, its territory and its source"}) }}
select fct.indicator_id, fct.territory_level, fct.territory_code, fct.source_id, count(*) as figures
from {{ ref('fct_indicator_value') }} as fct
left join {{ ref('dim_indicator') }} as indicator on indicator.indicator_id = fct.indicator_id
left join {{ ref('dim_territory') }} as territory
  on territory.territory_level = fct.territory_level and territory.territory_code = fct.territory_code
left join {{ ref('dim_source') }} as source on source.source_id = fct.source_id
where indicator.indicator_id is null or territory.territory_code is null or source.source_id is null
group by all
