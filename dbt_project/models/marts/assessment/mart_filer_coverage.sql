-- How many of those who must publish have a statement in the observatory, by regime, year of opening, size band and division of
-- activity. Who cannot be told is counted apart: a share of those who certainly must is no share of all.
select regime, year(fiscal_year_start) as fiscal_year, coalesce(size_band, 'unknown') as size_band,
  coalesce(naf_division, 'unknown') as naf_division,
  count(*) as companies, count(*) filter (where answer = 'yes') as expected, count(*) filter (where answer = 'cannot_tell') as cannot_tell,
  count(*) filter (where answer = 'no') as not_expected,
  count(filing_id) filter (where answer = 'yes') as expected_and_filed, count(filing_id) as filed
from {{ ref('mart_expected_filer') }}
group by all
