-- What is known of a company and one of its fiscal years when it is asked who must publish: one row a SIREN and year. A year stands here
-- where a source speaks of it: accounts by their closing day; a filing by its year; the list of large employers and Sirene by the
-- calendar year of their vintage. A fact that no source has is null, and the answer says which one is missing.
-- Listing, public interest and the balance sheet stand in no source so far.
-- employees_high is null where the source counts one establishment (the company has that many at least) or where the company
-- draws up consolidated accounts (its group may have any number more); employees_low then still holds.
with accounts as (
  select siren, closed_on, cast(closed_on - interval 1 year + interval 1 day as date) as fiscal_year_start, statement_type,
    -- a turnover below zero is a bank's or a correction: it tells no size
    case when turnover >= 0 then turnover end as turnover
  from {{ ref('stg_ademe_ghg_reports__financial_statements') }}
  where siren is not null and closed_on is not null
  qualify row_number() over (partition by siren, closed_on, statement_type order by vintage desc) = 1
),
unit as (
  select siren, max(unit_size_band) as size_band, max(legal_category) as legal_form,
    left(arg_max(naf_code, (coalesce(is_head_office, false), siret)), 2) as naf_division, max(vintage) as vintage
  from {{ ref('stg_insee_sirene__establishments') }}
  where siren is not null and vintage = (select max(vintage) from {{ ref('stg_insee_sirene__establishments') }})
  group by siren
),
listed as (
  select siren, cast(max(size_band_code) as varchar) as size_band, max(vintage) as vintage
  from {{ ref('stg_dpef_expected_filers__companies') }}
  -- SIRENs that begin with 1 or 2 are public bodies
  where siren is not null and left(siren, 1) not in ('1', '2')
  group by siren
),
filing as (
  select distinct siren, make_date(fiscal_year, 1, 1) as fiscal_year_start
  from {{ ref('fct_filing') }} where siren is not null and fiscal_year is not null
),
fiscal_year as (
  select siren, fiscal_year_start from accounts
  union
  select listed.siren, make_date(year({{ day_of('listed.vintage') }}), 1, 1) from listed
  union
  select unit.siren, make_date(year({{ day_of('unit.vintage') }}), 1, 1)
  from unit
  -- below 250 employees no rule reaches a company that no other source knows
  join {{ ref('employee_bands') }} as bands on bands.size_band = unit.size_band and bands.employees_low >= 250
  where coalesce(left(unit.legal_form, 1) <> '1', true)
  union
  select siren, fiscal_year_start from filing
),
turnover as (
  select siren, fiscal_year_start, max(turnover) filter (where statement_type <> 'K') as company_turnover,
    max(turnover) filter (where statement_type = 'K') as group_turnover, bool_or(statement_type = 'K') as is_consolidating
  from accounts group by siren, fiscal_year_start
)
select fiscal_year.siren, fiscal_year.fiscal_year_start, unit.legal_form, unit.naf_division,
  coalesce(unit.size_band, listed.size_band) as size_band,
  coalesce(unit_band.employees_low, list_band.employees_low) as employees_low,
  unit_band.employees_high,
  turnover.company_turnover, turnover.group_turnover, coalesce(turnover.is_consolidating, false) as is_consolidating,
  cast(null as double) as company_balance, cast(null as double) as group_balance, cast(null as boolean) as is_listed,
  cast(null as boolean) as is_public_interest
from fiscal_year
left join unit on unit.siren = fiscal_year.siren
left join listed on listed.siren = fiscal_year.siren
left join turnover on turnover.siren = fiscal_year.siren and turnover.fiscal_year_start = fiscal_year.fiscal_year_start
left join {{ ref('employee_bands') }} as unit_band on unit_band.size_band = unit.size_band
left join {{ ref('employee_bands') }} as list_band on list_band.size_band = listed.size_band
