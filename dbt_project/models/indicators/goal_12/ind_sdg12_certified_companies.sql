-- Distinct companies of the home EPCI with a label in force, per 1,000 of its
-- establishments of 10 employees or more (newest year known). A company of which no commune is known is not counted: while
-- there is one, the figure is a minimum, 0 included.
-- Periods: each list's own day, and 31 December of the years before that the dates of the newest register tell (a minimum: ended
-- certificates may have been taken out of it). On a day the newest list of each registry up to it counts, as long
-- as it is not older than the label is given for. A list without any place (B Corp's of 2021) gives no period. Which registries were
-- read is always
-- said: B Corp alone is not « entreprises labellisées RSE ».
with labels as (
  select * from {{ ref('int_company_labels') }}
),
list as (
  select source_id, vintage, as_of, max(term_months) as term_months, bool_and(is_register and valid_from is not null) as is_register,
    bool_or(is_synthetic) as is_synthetic, year(min(valid_from)) as first_year
  from labels group by source_id, vintage, as_of having count(commune_code) > 0
),
period as (
  select vintage as period, as_of as day, false as is_deduced from list
  union all
  select cast(year as varchar), make_date(cast(year as integer), 12, 31), true
  from (
    select unnest(range(first_year, year(as_of))) as year from list
    where is_register qualify row_number() over (partition by source_id order by as_of desc, vintage desc) = 1
  )
  where make_date(cast(year as integer), 12, 31) not in (select as_of from list)
),
-- the list of each registry that speaks of the day; for a day before all lists, the newest register
chosen as (
  select period.period, period.day, period.is_deduced, list.source_id, list.vintage, list.is_synthetic
  from (select period, min(day) as day, bool_and(is_deduced) as is_deduced from period group by period) as period
  join list on list.as_of <= period.day and list.as_of + to_months(list.term_months) >= period.day
    or period.is_deduced and list.is_register
  qualify row_number() over (partition by period.period, list.source_id
    order by period.is_deduced and list.is_register desc, list.as_of desc, list.vintage desc) = 1
),
holder as (
  select chosen.period, labels.company_key, labels.commune_code, communes.epci_code
  from chosen
  join labels on labels.source_id = chosen.source_id and labels.vintage = chosen.vintage
   and {{ in_force_on('labels', 'chosen.day') }}
   and (chosen.is_deduced and labels.is_register or labels.as_of + to_months(labels.term_months) >= chosen.day)
  left join {{ ref('int_communes') }} as communes on communes.commune_code = labels.commune_code
),
large as (
  select territory_code, numerator as establishments, period, is_synthetic
  from {{ ref('ind_sdg09_establishments_10_plus_share') }}
  where territory_level = 'epci' and territory_code = (select territory_code from {{ source('run', 'settings') }})
  qualify row_number() over (order by period desc, vintage desc) = 1
),
registry as (
  select chosen.period, bool_and(chosen.is_deduced) as is_deduced, bool_or(chosen.is_synthetic) as is_synthetic,
    max(chosen.vintage) as vintage, arg_max(chosen.source_id, chosen.vintage) as source_id,
    string_agg(coalesce(sources.title_fr, chosen.source_id) || ' (liste de ' || chosen.vintage || ')', ', '
      order by chosen.source_id) as read,
    (select count(*) from {{ source('run', 'sources') }} where list_contains(string_split(groups, ';'), 'labels')) > count(*) as is_partial
  from chosen
  left join {{ source('run', 'sources') }} as sources on sources.source_id = chosen.source_id
  group by chosen.period
),
figure as (
  select registry.* exclude (is_synthetic), registry.is_synthetic or large.is_synthetic as is_synthetic,
    large.territory_code, large.establishments, large.period as denominator_period,
    count(distinct holder.company_key) filter (where holder.epci_code = large.territory_code) as companies,
    count(distinct holder.company_key) filter (where holder.company_key is not null and holder.commune_code is null) as unplaced
  from registry
  cross join large
  left join holder on holder.period = registry.period
  group by all
  -- a year before the first certificate tells nothing
  having not registry.is_deduced or count(holder.company_key) > 0
)
select 'epci' as territory_level, territory_code, period, {{ ratio('companies', 'establishments', 1000) }} as value,
  companies as numerator, establishments as denominator,
  nullif(concat_ws(' ',
    case when is_deduced
      then 'Minimum : compté d’après les dates d’un registre plus récent, dont des certificats échus ont pu être retirés.' end,
    case when is_partial
      then 'Minimum : les autres registres de labels n’ont pas été lus, ou leur liste est trop ancienne pour ce jour.' end,
    case when unplaced > 0 then 'Minimum : ' || unplaced
      || ' entreprise(s) labellisée(s) en France n’ont pas de commune reconnue avec certitude.' end,
    case when left(period, 4) <> denominator_period
      then 'Dénominateur de ' || denominator_period || ' : dernier nombre connu d’établissements de 10 salariés ou plus.' end
  ), '') as weakness,
  'Registres lus : ' || read || '.' as remark,
  is_synthetic, source_id, vintage
from figure
where establishments > 0
