-- sdg05_gender_index_mean and sdg05_gender_index_75_share by département, région and country.
-- One declaration a company and year, the newest; notes not computable are left out and counted.
-- Secrecy: a cell on fewer than 3 companies is withheld, and with it others until nothing follows from the total and the
-- cells shown (macro with_secret_siblings). Where no cells beside it hide it well enough, the
-- total is withheld as well. A région withheld withholds its départements, whose sum it is. tests/unit/dbt/test_secrecy.py attacks the result.
-- Every year since 2018 has more than 5,000 declarations: with fewer than 1,000 the file is an extract and says so. The list
-- of today has some 27,000 a year: with fewer than 15,000 it holds companies above 250 employees in the main, and says so.
with declaration as (
  select siren, year, score, region_name, department_name, vintage, is_synthetic
  from {{ ref('stg_egapro_index__declarations') }}
  where siren is not null and year is not null
  qualify row_number() over (partition by siren, year order by vintage desc, score desc nulls last) = 1
),
placed as (
  select declaration.*, departments.department_code, departments.region_code as department_region, regions.region_code
  from declaration
  left join {{ ref('departments') }} as departments
    on {{ normalise_name('departments.name') }} = {{ normalise_name('declaration.department_name') }}
  left join {{ ref('regions') }} as regions
    on {{ normalise_name('regions.name') }} = {{ normalise_name('declaration.region_name') }}
),
cell as (
  select territory_level, territory_code, parent, year, max(vintage) as vintage, bool_or(is_synthetic) as is_synthetic,
    count(score) filter (where score between 0 and 100) as companies,
    sum(score) filter (where score between 0 and 100) as points,
    count(*) filter (where score between 75 and 100) as at_least_75,
    count(*) filter (where score is null) as not_computable
  from (
    select 'country' as territory_level, 'FR' as territory_code, null as parent, year, score, vintage, is_synthetic from placed
    union all
    select 'region', region_code, 'FR', year, score, vintage, is_synthetic from placed where region_code is not null
    union all
    select 'department', department_code, department_region, year, score, vintage, is_synthetic from placed where department_code is not null
  )
  group by territory_level, territory_code, parent, year
),
counted as (
  select *, max(companies + not_computable) filter (where territory_level = 'country') over (partition by year) as declarations
  from cell
),
department as (
  select *, companies < 3 as is_primary from counted where territory_level = 'department' and companies > 0
),
department_judged as (
  select * from {{ with_secret_siblings('department', 'parent, year', 'territory_code') }}
),
region as (
  select *, companies < 3 or exists (
      select 1 from department_judged as judged
      where judged.parent = counted.territory_code and judged.year = counted.year and judged.is_all_secret) as is_primary
  from counted where territory_level = 'region' and companies > 0
),
region_judged as (
  select * from {{ with_secret_siblings('region', 'year', 'territory_code') }}
),
country as (
  select *, companies < 3 or exists (
      select 1 from region_judged as judged where judged.year = counted.year and judged.is_all_secret) as is_secret
  from counted where territory_level = 'country' and companies > 0
),
final as (
  select *, is_secret as is_withheld from country
  union all by name
  select * exclude (is_all_secret), is_secret as is_withheld from region_judged
  union all by name
  select judged.* exclude (is_all_secret), coalesce(judged.is_secret or region.is_secret, false) as is_withheld
  from department_judged as judged
  left join region_judged as region on region.territory_code = judged.parent and region.year = judged.year
),
figure as (
  select *, 'sdg05_gender_index_mean' as indicator_id, points as numerator, {{ ratio('points', 'companies') }} as value from final
  union all
  select *, 'sdg05_gender_index_75_share', at_least_75, {{ ratio('at_least_75', 'companies', 100) }} from final
)
select indicator_id, territory_level, territory_code, cast(year as varchar) as period, 'total' as breakdown,
  case when not is_withheld then value end as value,
  {{ status_columns(synthetic='is_synthetic', provisional=is_extract('declarations', 1000),
      provisional_reason=extract_reason('declarations', 'déclaration(s)'), suppressed='is_withheld', suppression_reason=
    "case when companies < 3 then 'Secret statistique : moins de 3 entreprises.' else 'Secret statistique : masqué pour qu’une cellule de moins de 3 entreprises ne se déduise pas du total.' end",
    remark="nullif(concat_ws(' ', case when declarations between 1000 and 14999 then 'Liste de ' || declarations || ' déclarations : surtout des entreprises de plus de 250 salariés, les plus petites n’y étant pas encore.' end, "
      ~ "case when not_computable > 0 then not_computable || ' déclaration(s) à l’index non calculable laissée(s) de côté.' end), '')") }},
  case when not is_withheld then numerator end as numerator,
  case when not is_withheld then companies end as denominator,
  'egapro_index' as source_id, vintage
from figure
