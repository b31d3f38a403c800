-- Mean yearly deaths per 1,000 inhabitants between two censuses, dated by the last year, at the levels that are published.
-- Départements have two sets of periods that overlap (2012-2017 and 2013-2018): that of the newest census is kept, five years apart.
select territory_level, territory_code, right(years, 4) as period, death_rate as value, is_synthetic, source_id, vintage
from {{ ref('stg_insee_mortality__rates') }}
where death_rate is not null
  and (right(years, 4) < '2000' or (cast(left(vintage, 4) as integer) - cast(right(years, 4) as integer)) % 5 = 0)
