-- Obliged companies that filed their greenhouse-gas report, in total and by division, for the year of the report (the report
-- of 2022 came in 2023).
with compliance as (
  select vintage, coalesce(cast(report_year as varchar), vintage) as period, coalesce('naf=' || naf_division, 'total') as breakdown,
    bool_or(is_synthetic) as is_synthetic,
    sum(compliant) as compliant, sum(obliged) as obliged
  from {{ ref('stg_ademe_ghg_reports__compliance') }}
  where naf_division is not null and obliged is not null and compliant is not null
  group by grouping sets ((vintage, report_year, naf_division), (vintage, report_year))
)
select 'country' as territory_level, 'FR' as territory_code, period, breakdown, {{ ratio('compliant', 'obliged', 100) }} as value,
  compliant as numerator, obliged as denominator, is_synthetic, {{ source_of('stg_ademe_ghg_reports__compliance') }} as source_id, vintage
from compliance
where obliged > 0
