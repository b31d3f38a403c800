-- Scores of the gender equality index by département, région and country, one row a place and year: companies with a computable
-- score, their points, how many reach 75. One declaration a company and year, the newest; scores that are not computable
-- are left out and counted.
-- A year with too few declarations for any list ever met is an extract, one with fewer than the list of today has holds companies above
-- 250 employees in the main; both say so. How many that is: whole_list in the source's folder.
with declaration as (
  select siren, year, score, region_name, department_name, source_id, vintage, is_synthetic
  from {{ ref('stg_egapro_index__declarations') }}
  where siren is not null and year is not null
  qualify row_number() over (partition by siren, year order by vintage desc, score desc nulls last) = 1
),
placed as (
  select declaration.*, departments.department_code, regions.region_code
  from declaration
  left join {{ ref('departments') }} as departments
    on {{ normalise_name('departments.name') }} = {{ normalise_name('declaration.department_name') }}
  left join {{ ref('regions') }} as regions
    on {{ normalise_name('regions.name') }} = {{ normalise_name('declaration.region_name') }}
),
cell as (
  select territory_level, territory_code, year, max(source_id) as source_id, max(vintage) as vintage, bool_or(is_synthetic) as is_synthetic,
    count(score) filter (where score between 0 and 100) as companies,
    sum(score) filter (where score between 0 and 100) as points,
    count(*) filter (where score between 75 and 100) as at_least_75,
    count(*) filter (where score is null) as not_computable
  from (
    select 'country' as territory_level, 'FR' as territory_code, year, score, source_id, vintage, is_synthetic from placed
    union all
    select 'region', region_code, year, score, source_id, vintage, is_synthetic from placed where region_code is not null
    union all
    select 'department', department_code, year, score, source_id, vintage, is_synthetic from placed where department_code is not null
  )
  group by territory_level, territory_code, year
),
counted as (
  select *, max(companies + not_computable) filter (where territory_level = 'country') over (partition by year) as declarations
  from cell
)
select territory_level, territory_code, cast(year as varchar) as period, companies, points, at_least_75,
  case when {{ is_extract('declarations', 'stg_egapro_index__declarations') }}
    then {{ extract_reason('declarations', 'déclaration(s)') }} end as weakness,
  nullif(concat_ws(' ',
    case when not {{ is_extract('declarations', 'stg_egapro_index__declarations') }}
        and declarations < {{ whole_list('stg_egapro_index__declarations', 'usual_rows') }}
      then 'Liste de ' || declarations
        || ' déclarations : surtout des entreprises de plus de 250 salariés, les plus petites n’y étant pas encore.' end,
    case when not_computable > 0 then not_computable || ' déclaration(s) à l’index non calculable laissée(s) de côté.' end), '') as remark,
  is_synthetic, source_id, vintage
from counted
where companies > 0
