-- What the work-accident rate of the territory would be if each of its
-- activities had the national rate. National rates by activity division, newest year, weighted with the
-- territory's employees by division, themselves estimated from Sirene (middle of each size band): provisional.
with rate as (
  select naf, year, vintage, is_synthetic, {{ ratio('accidents', 'employees') }} as rate
  from {{ ref('int_accident_rates') }}
  where risk = 'work' and naf is not null and employees > 0
    and year = (select max(year) from {{ ref('int_accident_rates') }} where risk = 'work' and naf is not null)
),
employment as (
  select counts.commune_code, counts.naf_division, bool_or(counts.is_synthetic) as is_synthetic,
    sum(counts.units * coalesce(bands.midpoint, 0)) filter (where counts.is_employer) as employees
  from {{ ref('stg_insee_sirene__counts') }} as counts
  left join {{ ref('size_bands') }} as bands on bands.size_band = counts.size_band
  where counts.vintage = (select max(vintage) from {{ ref('stg_insee_sirene__counts') }})
  group by counts.commune_code, counts.naf_division
),
commune as (
  select employment.commune_code, cast(dated.year as varchar) as period, dated.vintage,
    bool_or(employment.is_synthetic or coalesce(rate.is_synthetic, false)) as is_synthetic,
    coalesce(sum(employment.employees * rate.rate), 0) as expected,
    coalesce(sum(employment.employees) filter (where rate.rate is not null), 0) as employees
  from employment
  cross join (select max(year) as year, max(vintage) as vintage from rate having count(*) > 0) as dated
  left join rate on rate.naf = employment.naf_division
  group by employment.commune_code, dated.year, dated.vintage
)
select territory_level, territory_code, period, {{ ratio('expected', 'employees', 1000) }} as value,
  expected as numerator, employees as denominator,
  'Estimation : effectifs par activité tirés du milieu des tranches d’effectif de Sirene, et non d’un comptage des salariés.' as weakness,
  is_synthetic, {{ source_of('stg_ameli_work_accidents__by_activity') }} as source_id, vintage
from {{ territory_sums('commune', ['expected', 'employees']) }}
where employees > 0 and territory_level <> 'commune'
