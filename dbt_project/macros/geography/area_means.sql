{#- Means over land: a mean is no sum, but a mean times its area is.
    Add here: a measure of land that a file gives by commune as a mean. -#}

{#- Returns (as a subquery) the means over each EPCI and employment zone, from those of its communes weighted with their areas
    (insee_comparateur, SUPERF): territory_level, territory_code, period, vintage, is_synthetic, mean. Given only where every commune is
    there. Held against the 77 départements of the Copernicus layers of which the file has every commune: they differ by 0.4 % of
    the value (imperviousness) and 0.1 % (tree cover) in the middle.
    means: name of a CTE with commune_code, period, vintage, is_synthetic and mean. -#}
{% macro area_means(means) -%}
(
  with areas as (
    select commune_code, arg_max(area_km2, vintage) as area_km2, arg_max(is_synthetic, vintage) as is_synthetic
    from {{ ref('stg_insee_comparateur__communes') }} where area_km2 > 0
    group by commune_code
  ),
  covered as (
    select means.commune_code, means.period, means.vintage, means.is_synthetic or areas.is_synthetic as is_synthetic,
      means.mean * areas.area_km2 as mean_by_area, areas.area_km2
    from {{ means }} as means
    join areas on areas.commune_code = means.commune_code
  )
  select territory_level, territory_code, period, vintage, is_synthetic, mean_by_area / area_km2 as mean
  from {{ territory_sums('covered', ['mean_by_area', 'area_km2']) }}
  where territory_level in ('epci', 'employment_zone')
)
{%- endmacro %}

{#- Returns (as a whole model) a mean over land as the file of a staging model gives it by commune, département and région, and for EPCIs and
    employment zones by `area_means`. The period is the vintage's year: the files do not say their own.
    staging: the staging model, as ref() gives it; column: its column. -#}
{% macro land_means(staging, column) -%}
with published as (
  select territory_level, territory_code, cast(extract(year from {{ day_of('vintage') }}) as varchar) as period, {{ column }} as mean,
    is_synthetic, source_id, vintage
  from {{ staging }}
  where {{ column }} is not null
),
communes as (
  select territory_code as commune_code, period, mean, is_synthetic, vintage from published where territory_level = 'commune'
),
figures as (
  select territory_level, territory_code, period, mean, is_synthetic, source_id, vintage from published
  union all
  select territory_level, territory_code, period, mean, is_synthetic, {{ source_of(staging.identifier) }}, vintage
  from {{ area_means('communes') }}
)
select territory_level, territory_code, period, mean as value,
  'Moyenne calculée par un tiers sur la couche de Copernicus.' as weakness, is_synthetic, source_id, vintage
from figures
{%- endmacro %}
