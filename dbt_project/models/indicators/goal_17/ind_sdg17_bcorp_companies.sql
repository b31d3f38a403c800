-- Companies of France whose latest assessment says `certified`, by vintage of the list.
-- Below the country only companies whose city is a commune with certainty (int_company_labels) are counted, so those figures are
-- lower bounds (provisional) while some city remains unrecognised. The list of the world
-- had 4,815 companies in 2021: with fewer than 1,000 it is an extract and says so.
with certified as (
  select vintage, is_synthetic, commune_code from {{ ref('int_company_labels') }} where label = 'B Corp' and in_force
),
list as (
  select vintage, count(distinct company_id) as companies from {{ ref('stg_blab_bcorp__assessments') }} group by vintage
),
unplaced as (
  select vintage, count(*) filter (where commune_code is null) as companies from certified group by vintage
),
figure as (
  select 'country' as territory_level, 'FR' as territory_code, vintage, bool_or(is_synthetic) as is_synthetic, count(*) as companies
  from certified group by vintage
  union all
  select 'commune', commune_code, vintage, bool_or(is_synthetic), count(*)
  from certified where commune_code is not null group by commune_code, vintage
  union all
  select members.territory_level, members.territory_code, certified.vintage, bool_or(certified.is_synthetic), count(*)
  from certified
  join {{ ref('int_territory_members') }} as members on members.commune_code = certified.commune_code
  where members.territory_level <> 'country'
  group by members.territory_level, members.territory_code, certified.vintage
)
select figure.territory_level, figure.territory_code, figure.vintage as period, cast(figure.companies as double) as value,
  cast(figure.companies as double) as numerator,
  nullif(concat_ws(' ',
    case when {{ is_extract('list.companies', 'stg_blab_bcorp__assessments') }}
      then {{ extract_reason('list.companies', 'entreprise(s) du monde entier') }} end,
    case when figure.territory_level <> 'country' and unplaced.companies > 0
      then 'Minimum : ' || unplaced.companies
        || ' entreprise(s) de la liste française n’ont pas de commune reconnue avec certitude.' end), '') as weakness,
  figure.is_synthetic, {{ source_of('stg_blab_bcorp__assessments') }} as source_id, figure.vintage
from figure
join unplaced on unplaced.vintage = figure.vintage
join list on list.vintage = figure.vintage
