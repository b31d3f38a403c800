-- sdg13_ghg_reporters: companies of the country with a report published in the four years that end on the last
-- publication of the file. sdg13_ghg_compliance: obliged companies that filed, in total and by division, for the
-- year of the report (the report of 2022 came in 2023).
with file as (
  select siren, published_on, scope_note, vintage, is_synthetic,
    max(published_on) over (partition by vintage) as ends_on
  from {{ ref('stg_ademe_ghg_reports__filings') }}
  where siren is not null and published_on is not null
),
reporters as (
  select vintage, max(ends_on) as ends_on, bool_or(is_synthetic) as is_synthetic,
    max(scope_note) as scope_note, count(distinct siren) as companies
  from file
  where published_on > ends_on - interval 4 year
  group by vintage
),
compliance as (
  select vintage, coalesce(cast(report_year as varchar), vintage) as period, coalesce('naf=' || naf_division, 'total') as breakdown, bool_or(is_synthetic) as is_synthetic,
    sum(compliant) as compliant, sum(obliged) as obliged
  from {{ ref('stg_ademe_ghg_reports__compliance') }}
  where naf_division is not null and obliged is not null and compliant is not null
  group by grouping sets ((vintage, report_year, naf_division), (vintage, report_year))
)
select 'sdg13_ghg_reporters' as indicator_id, 'country' as territory_level, 'FR' as territory_code,
  cast(year(ends_on) as varchar) as period, 'total' as breakdown, cast(companies as double) as value,
  {{ status_columns(synthetic='is_synthetic', provisional='scope_note is not null', provisional_reason=
    "'Fichier incomplet : ' || scope_note") }},
  cast(companies as double) as numerator, cast(null as double) as denominator, 'ademe_ghg_reports' as source_id, vintage
from reporters
union all
select 'sdg13_ghg_compliance', 'country', 'FR', period, breakdown,
  {{ ratio('compliant', 'obliged', 100) }},
  {{ status_columns(synthetic='is_synthetic') }},
  compliant, obliged, 'ademe_ghg_reports', vintage
from compliance
where obliged > 0
