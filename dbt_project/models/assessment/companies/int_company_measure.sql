-- What is known of single companies in figures that one company may be held beside another's, one row a company, measure and year, with its
-- activity and size where a register tells them (Sirene's of the territory, else its companies of 50 employees and more of all France, else what
-- the company declared to the index, else the list of large employers). Nobody is named here, and nothing of it is shown but through int_company_benchmark.
-- gender_index: points of a declaration. ghg_report_interval: years between a company's last two greenhouse-gas reports (the law asks for one
-- in four years). The others: figures that statements print.
with band as (
  -- « De 251 à 999 », « 1000 et plus »: where the declared band begins
  select siren, naf, cast(nullif(regexp_extract(replace(size_band, ' ', ''), '([0-9]+)', 1), '') as double) as employees_low,
    departments.department_code
  from {{ ref('stg_egapro_index__declarations') }} as declarations
  left join {{ ref('departments') }} as departments
    on {{ normalise_name('departments.name') }} = {{ normalise_name('declarations.department_name') }}
  where siren is not null
  qualify row_number() over (partition by siren order by year desc, declarations.vintage desc, score desc nulls last) = 1
),
large as (
  select units.siren, units.naf_code, bands.employees_low
  from {{ ref('stg_insee_sirene__large_companies') }} as units
  left join {{ ref('employee_bands') }} as bands on bands.size_band = units.size_band
  where units.vintage = (select max(vintage) from {{ ref('stg_insee_sirene__large_companies') }})
),
listed as (
  select siren, max(bands.employees_low) as employees_low
  from {{ ref('stg_dpef_expected_filers__companies') }} as companies
  join {{ ref('employee_bands') }} as bands on bands.size_band = cast(companies.size_band_code as varchar)
  where siren is not null group by siren
),
report as (
  select siren, published_on, department_code, source_id, vintage, is_synthetic,
    lag(published_on) over (partition by siren order by published_on) as before,
    row_number() over (partition by siren order by published_on desc) as recency
  from (
    select distinct on (siren, published_on) * from {{ ref('stg_ademe_ghg_reports__filings') }}
    where siren is not null and published_on is not null
      and vintage = (select max(vintage) from {{ ref('stg_ademe_ghg_reports__filings') }})
    order by siren, published_on, filing_id
  )
),
-- the samples hold statements of companies that do not exist
file as (
  select source_id, vintage, bool_or(synthetic) as is_synthetic from {{ source('run', 'files') }} group by source_id, vintage
),
figure as (
  select siren as company_key, siren, 'gender_index' as measure_id, cast(year as varchar) as period, score as value,
    source_id, vintage, is_synthetic
  from {{ ref('stg_egapro_index__declarations') }}
  where siren is not null and year is not null and score between 0 and 100
  qualify row_number() over (partition by siren, year order by vintage desc, score desc) = 1
  union all
  select siren, siren, 'ghg_report_interval', cast(year(published_on) as varchar),
    round(date_diff('day', before, published_on) / 365.25, 2), source_id, vintage, is_synthetic
  from report
  where recency = 1 and before is not null
  union all
  select coalesce(filing.siren, {{ normalise_name('filing.company_name') }}), filing.siren, metric.metric_id,
    cast(metric.fiscal_year as varchar), metric.value, metric.source_id, metric.vintage, coalesce(file.is_synthetic, false)
  from {{ ref('fct_filing_metric') }} as metric
  join {{ ref('fct_filing') }} as filing on filing.filing_id = metric.filing_id
  left join file on file.source_id = metric.source_id and file.vintage = metric.vintage
  -- sizes of a company (emissions, headcount) tell nothing beside another's
  where metric.unit in ('%', 'accidents per million hours worked', 'days lost per thousand hours worked')
  qualify row_number() over (
    partition by coalesce(filing.siren, {{ normalise_name('filing.company_name') }}), metric.metric_id, metric.fiscal_year
    order by metric.confidence desc, metric.filing_id) = 1
)
select figure.company_key, figure.siren, figure.measure_id, figure.period, figure.value,
  left(coalesce(companies.naf_code, large.naf_code, band.naf), 2) as naf_division,
  {{ size_class('coalesce(unit_band.employees_low, large.employees_low, band.employees_low, listed.employees_low)') }} as size_class,
  coalesce({{ department_of('companies.commune_code') }}, band.department_code, seat.department_code) as department_code,
  figure.source_id, figure.vintage, figure.is_synthetic
from figure
left join {{ ref('dim_company') }} as companies on companies.siren = figure.siren
left join {{ ref('employee_bands') }} as unit_band on unit_band.size_band = companies.size_band
left join large on large.siren = figure.siren
left join band on band.siren = figure.siren
left join listed on listed.siren = figure.siren
left join (select siren, max(department_code) as department_code from report group by siren) as seat on seat.siren = figure.siren
