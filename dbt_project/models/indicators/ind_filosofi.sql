-- sdg01_poverty_rate, sdg10_interdecile_ratio, sdg10_gini, sdg10_median_living_standard, as INSEE publishes them.
-- One row a measure; a blank cell (below the publication threshold before 2021) gives no row, a secret marker
-- gives a suppressed one. perimeter_persons: the persons that the file counts there, which tell whether the same code still
-- stands for the same territory (EPCI 242000503: 1,865 in 2015, 6,902 in 2016).
with measure as (
  {%- for indicator, column in [('sdg01_poverty_rate', 'poverty_rate'), ('sdg10_interdecile_ratio', 'interdecile_ratio'),
                                ('sdg10_gini', 'gini'), ('sdg10_median_living_standard', 'median')] %}
  select '{{ indicator }}' as indicator_id, territory_level, territory_code, year, {{ column }} as value,
    {{ column }}__marker as marker, persons, vintage, is_synthetic
  from {{ ref('stg_insee_filosofi__income') }}
  where {{ column }} is not null or {{ column }}__marker is not null
  {% if not loop.last %}union all{% endif %}
  {%- endfor %}
)
select indicator_id, territory_level, territory_code, cast(year as varchar) as period, 'total' as breakdown,
  case when marker is null then value end as value,
  {{ status_columns(
      synthetic='is_synthetic', suppressed='marker is not null', suppression_reason=publisher_secret('marker'),
      censored="(indicator_id = 'sdg01_poverty_rate' and " ~ poverty_is_censored('territory_level', 'value') ~ ")",
      censored_reason=poverty_censored_reason()) }},
  cast(null as double) as numerator, cast(null as double) as denominator, 'insee_filosofi' as source_id, vintage,
  persons as perimeter_persons
from measure
where territory_level <> 'commune' or not {{ is_municipal_arrondissement('territory_code') }}
