-- Companies expected to file whose non-financial statement of the year was found,
-- by fiscal year of the statement. A company is recognised by its exact SIREN only, never by its name. Where no statement
-- of the year has a SIREN nothing could be recognised: the figure is then unknown (null), and not 0 %.
with expected as (
  select siren, bool_or(is_synthetic) as is_synthetic from {{ ref('stg_dpef_expected_filers__companies') }}
  -- SIRENs that begin with 1 or 2 are public bodies (hospitals, local authorities): they have nothing to file
  where siren is not null and left(siren, 1) not in ('1', '2')
    and vintage = (select max(vintage) from {{ ref('stg_dpef_expected_filers__companies') }})
  group by siren
),
filing as (
  select filing_id, siren, fiscal_year, vintage, is_synthetic
  from {{ ref('stg_dpef_filings__filings') }}
  where fiscal_year is not null
  qualify row_number() over (partition by filing_id order by vintage desc) = 1
),
found as (
  select filing.fiscal_year, max(filing.vintage) as vintage, bool_or(filing.is_synthetic) as is_synthetic,
    count(distinct expected.siren) as companies, count(*) filter (where filing.siren is null) as without_siren,
    count(filing.siren) > 0 as is_known
  from filing
  left join expected on expected.siren = filing.siren
  group by filing.fiscal_year
),
list as (
  select count(*) as companies, bool_or(is_synthetic) as is_synthetic from expected having count(*) > 0
)
select 'country' as territory_level, 'FR' as territory_code, cast(found.fiscal_year as varchar) as period,
  case when found.is_known then {{ ratio('found.companies', 'list.companies', 100) }} end as value,
  case when found.is_known then found.companies end as numerator, list.companies as denominator,
  nullif(concat_ws(' ',
    case when found.without_siren > 0 then case when found.is_known then 'Minimum : ' else 'Inconnu : ' end || found.without_siren
      || ' déclaration(s) trouvée(s) sans SIREN, donc non rapprochée(s) de la liste attendue.' end,
    case when {{ is_extract('list.companies', 'stg_dpef_expected_filers__companies') }}
      then {{ extract_reason('list.companies', 'entreprise(s) attendue(s)') }} end), '') as weakness,
  found.is_synthetic or list.is_synthetic as is_synthetic, {{ source_of('stg_dpef_filings__filings') }} as source_id, found.vintage
from found
cross join list
