-- sdg12_certified_companies: distinct companies of the home EPCI with a current label, per 1,000 of its
-- establishments of 10 employees or more (newest year known). A company of which no commune is known is not counted: while
-- there is one, the figure is a minimum, 0 included.
with holder as (
  select labels.company_key, labels.vintage, labels.is_synthetic
  from {{ ref('int_company_labels') }} as labels
  join {{ ref('int_communes') }} as communes on communes.commune_code = labels.commune_code
  where labels.is_current and communes.epci_code = (select territory_code from {{ source('run', 'settings') }})
),
large as (
  select territory_code, numerator as establishments, period, status = 'provisional' as is_synthetic from (
    select * from {{ ref('ind_comparateur') }}
    union all
    select * from {{ ref('ind_establishments_by_size') }}
  )
  where indicator_id = 'sdg09_establishments_10_plus_share' and territory_level = 'epci'
    and territory_code = (select territory_code from {{ source('run', 'settings') }})
  qualify row_number() over (order by period desc, vintage desc) = 1
),
registry as (
  select max(vintage) as vintage, arg_max(source_id, vintage) as source_id, bool_or(is_synthetic) as is_synthetic from {{ ref('int_company_labels') }} having count(*) > 0
),
unplaced as (
  select count(distinct company_key) as companies from {{ ref('int_company_labels') }} where is_current and commune_code is null
),
figure as (
  select large.territory_code, registry.vintage, registry.source_id, registry.is_synthetic or large.is_synthetic as is_synthetic,
    large.establishments, large.period as denominator_period, count(distinct holder.company_key) as companies
  from large
  cross join registry
  left join holder on true
  group by all
)
select 'sdg12_certified_companies' as indicator_id, 'epci' as territory_level, territory_code, vintage as period,
  'total' as breakdown,
  {{ ratio('figure.companies', 'establishments', 1000) }} as value,
  {{ status_columns(synthetic='is_synthetic', provisional='(left(vintage, 4) <> denominator_period or unplaced.companies > 0)', provisional_reason=
    "concat_ws(' ', case when left(vintage, 4) <> denominator_period then 'Dénominateur de ' || denominator_period || ' : dernier nombre connu d’établissements de 10 salariés ou plus.' end, "
    ~ "case when unplaced.companies > 0 then 'Minimum : ' || unplaced.companies || ' entreprise(s) labellisée(s) en France n’ont pas de commune reconnue avec certitude.' end)") }},
  figure.companies as numerator, establishments as denominator, source_id, vintage
from figure
cross join unplaced
where establishments > 0
