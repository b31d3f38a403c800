-- From INSEE's comparison file of communes: sdg01_poverty_rate and sdg10_median_living_standard (commune),
-- sdg08_unemployment_rate (15–64, census), sdg09_establishments_10_plus_share, sdg11_vacant_dwellings_share:
-- shares for the commune and for each larger territory whose communes are all in the file. Employment zones have the
-- localised rate and nothing else: zone 5216 read 5.8, 10.96, 5.7 in one chart (2021-Q4, census 2022, 2022-Q1).
-- Establishments over those with an employee: Flores counts employers only, CLAP (2014) all of them.
with file as (
  select * from {{ ref('stg_insee_comparateur__communes') }}
),
labour as (
  select commune_code, cast(labour_year as varchar) as period, vintage, is_synthetic,
    unemployed_15_64 as numerator, active_15_64 as denominator
  from file where labour_year is not null
),
dwellings as (
  select commune_code, cast(dwellings_year as varchar) as period, vintage, is_synthetic,
    vacant_dwellings as numerator, dwellings as denominator
  from file where dwellings_year is not null
),
establishments as (
  select commune_code, cast(establishments_year as varchar) as period, vintage, is_synthetic,
    establishments_10_plus as numerator, establishments_1_9 + establishments_10_plus as denominator
  from file where establishments_year is not null
),
shares as (
  {%- for indicator, relation in [('sdg08_unemployment_rate', 'labour'), ('sdg11_vacant_dwellings_share', 'dwellings'),
                                  ('sdg09_establishments_10_plus_share', 'establishments')] %}
  select '{{ indicator }}' as indicator_id, * from {{ territory_sums(relation, ['numerator', 'denominator']) }}
  {% if not loop.last %}union all{% endif %}
  {%- endfor %}
),
published as (
  select 'sdg01_poverty_rate' as indicator_id, commune_code, poverty_year as year, poverty_rate as value,
    poverty_rate__marker as marker, vintage, is_synthetic
  from file
  union all
  select 'sdg10_median_living_standard', commune_code, income_year, median, median__marker, vintage, is_synthetic
  from file
)
select indicator_id, territory_level, territory_code, period, 'total' as breakdown,
  {{ ratio('numerator', 'denominator', 100) }} as value,
  {{ status_columns(synthetic='is_synthetic') }},
  numerator, denominator, 'insee_comparateur' as source_id, vintage
from shares
where denominator > 0 and numerator is not null
  and not (indicator_id = 'sdg08_unemployment_rate' and territory_level = 'employment_zone')
union all
select indicator_id, 'commune', commune_code, cast(year as varchar), 'total',
  case when marker is null then value end,
  {{ status_columns(
      synthetic='is_synthetic', suppressed='marker is not null', suppression_reason=publisher_secret('marker'),
      censored="(indicator_id = 'sdg01_poverty_rate' and " ~ poverty_is_censored("'commune'", 'value') ~ ")",
      censored_reason=poverty_censored_reason()) }},
  null, null, 'insee_comparateur', vintage
from published
where year is not null and (value is not null or marker is not null)
  and not {{ is_municipal_arrondissement('commune_code') }}
