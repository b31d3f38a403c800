-- What public registers say of a company in one year in the terms of a statement's metric, as a range: a band's bounds, or a figure with what
-- rounding and factors of another year may change (5 %). One row a SIREN, year, metric and register.
with egapro as (
  -- bands as the declaration spells them; the open one ends nowhere
  select siren, cast(year as integer) as year, 'employees' as metric_id, source_id as register, cast(null as double) as figure,
    cast(regexp_extract(replace(size_band, ' ', ''), '([0-9]+)', 1) as double) as low,
    cast(nullif(regexp_extract(replace(size_band, ' ', ''), '[0-9]+à([0-9]+)', 1), '') as double) as high, size_band as printed
  from {{ ref('stg_egapro_index__declarations') }}
  where siren is not null and structure = 'Entreprise' and regexp_matches(size_band, '[0-9]')
  qualify row_number() over (partition by siren, year order by vintage desc) = 1
),
sirene as (
  -- the band's own year, which is some years before the list's; below 50 employees the companies of the territory alone
  select units.siren, units.size_year as year, 'employees' as metric_id, units.source_id as register, cast(null as double) as figure,
    cast(bands.employees_low as double) as low, cast(bands.employees_high as double) as high,
    case when bands.employees_high is null then bands.employees_low || ' et plus'
      else bands.employees_low || ' à ' || bands.employees_high end as printed
  from (
    select siren, size_year, size_band, source_id, vintage from {{ ref('stg_insee_sirene__large_companies') }}
    union
    select siren, unit_size_year, unit_size_band, source_id, vintage from {{ ref('stg_insee_sirene__establishments') }}
  ) as units
  join {{ ref('employee_bands') }} as bands on bands.size_band = units.size_band
  where units.size_year is not null
  qualify row_number() over (partition by units.siren, units.size_year order by units.vintage desc, units.size_band desc) = 1
),
report as (
  -- the newest report on a year; ADEME's posts P1 are scope 1, P2 scope 2 (by the place's mean factor), P3 to P6 scope 3
  select siren, cast(reporting_year as integer) as year, source_id as register,
    list_sum([ghg_p1_1, ghg_p1_2, ghg_p1_3, ghg_p1_4, ghg_p1_5]) as scope1, list_sum([ghg_p2_1, ghg_p2_2]) as scope2,
    list_sum([ghg_p3_1, ghg_p3_2, ghg_p3_3, ghg_p3_4, ghg_p3_5, ghg_p4_1, ghg_p4_2, ghg_p4_3, ghg_p4_4, ghg_p4_5, ghg_p5_1, ghg_p5_2,
      ghg_p5_3, ghg_p5_4, ghg_p6_1]) as scope3
  from {{ ref('stg_ademe_ghg_reports__filings') }}
  where siren is not null and reporting_year is not null
  qualify row_number() over (partition by siren, reporting_year order by published_on desc nulls last, vintage desc, filing_id) = 1
),
scope as (
  select siren, year, register, unnest([
    {'metric_id': 'ghg_scope1', 'figure': scope1},
    {'metric_id': 'ghg_scope2', 'figure': scope2},
    {'metric_id': 'ghg_scope2_location', 'figure': scope2},
    {'metric_id': 'ghg_scope1_2', 'figure': scope1 + scope2},
    {'metric_id': 'ghg_scope3', 'figure': scope3}
  ], recursive := true)
  from report
)
select siren, year, metric_id, register, figure, low, high, printed from egapro
union all
select siren, year, metric_id, register, figure, low, high, printed from sirene
union all
-- the posts that a report leaves out are written as 0
select siren, year, metric_id, register, figure, 0.95 * figure, 1.05 * figure, cast(round(figure, 1) as varchar)
from scope
where figure > 0
