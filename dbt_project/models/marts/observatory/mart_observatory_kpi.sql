-- The figures by which the plan and the roadmap are monitored (seed observatory_kpis), each beside where it began and what
-- it aims at. One row a figure, also where nobody has recorded it yet: then without a value, and status_reason says why.
-- A team's workbook is complete at each delivery, so that a count of 0 in it is a true 0; a table that was never dropped
-- gives no figure. What a list says holds on the last day of its own month, whatever day the edition is made.
with kpi as (
  select * from {{ ref('observatory_kpis') }}
),
settings as (
  select territory_code from {{ source('run', 'settings') }}
),
member as (
  select *,
    coalesce(last_day(try_cast(vintage || '-01' as date)), make_date(cast(left(vintage, 4) as integer), 12, 31)) as day,
    coalesce(joined_on <= day, true) and coalesce(left_on > day, true) as is_member
  from {{ ref('stg_platform_members__members') }}
),
project as (
  select * from {{ ref('stg_projects__projects') }}
),
launched as (
  select *, year(launched_on) as launch_year
  from project
  where launched_on is not null and status in ('Lancé', 'En cours', 'Terminé')
),
launch_year as (
  select max(launch_year) as launch_year from launched
),
department as (
  -- a department written with other capitals or accents is no second one
  select {{ normalise_name("unnest(string_split(departments, ';'))") }} as name_key from launched
),
programme as (
  select *, {{ normalise_name('programme') }} as programme_key, {{ normalise_name('measure') }} as measure_key
  from {{ ref('stg_programmes__figures') }}
),
visit as (
  select * from {{ ref('stg_audience__visits') }}
),
month_of_visits as (
  select month, vintage, bool_or(is_synthetic) as is_synthetic,
    max(visitors) filter (where page = 'observatoire') as observatory, max(visitors) filter (where page = 'plateforme') as platform
  from visit
  group by all
),
covered as (
  -- indicators that rest on invented samples alone are counted nowhere
  select figures.indicator_id, indicators.sdg_id,
    bool_or(figures.territory_level = 'epci' and figures.territory_code = settings.territory_code) as is_home
  from {{ ref('fct_indicator_value') }} as figures
  join {{ ref('dim_indicator') }} as indicators on indicators.indicator_id = figures.indicator_id
  cross join settings
  where figures.value is not null and not indicators.is_synthetic_only
  group by all
),
home_figure as (
  select figures.*, row_number() over (partition by indicator_id order by period desc) as recency
  from {{ ref('fct_indicator_value') }} as figures
  join settings on settings.territory_code = figures.territory_code
  where figures.territory_level = 'epci' and figures.breakdown = 'total'
),
-- figure, detail: which line of the seed; period: null where it is of the edition as a whole; reason: what weakens it
figure as (
  select 'members' as figure, kpi.detail,
    cast(count(*) filter (where is_member and coalesce(college = kpi.detail, true)) as double) as value,
    vintage as period, bool_or(is_synthetic) as is_synthetic, vintage, cast(null as varchar) as reason
  from member join kpi on kpi.figure = 'members' group by kpi.detail, vintage
  union all
  select 'colleges', null, count(distinct college) filter (where is_member), vintage, bool_or(is_synthetic), vintage, null
  from member group by vintage
  union all
  select 'ambassadors', null, count(*) filter (where is_member and is_ambassador), vintage, bool_or(is_synthetic), vintage,
    case when count(*) filter (where is_member and is_ambassador is null) > 0
      then 'Minimum : la colonne Ambassadeur est vide pour ' || count(*) filter (where is_member and is_ambassador is null)
        || ' membre(s).' end
  from member group by vintage
  union all
  select 'departments', null, (select count(distinct name_key) from department where name_key <> ''), vintage, bool_or(is_synthetic),
    vintage, null
  from project group by vintage
  union all
  select 'projects_launched', kpi.detail,
    count(*) filter (where launched.launch_year = launch_year.launch_year and coalesce(origin = kpi.detail, true)),
    cast(launch_year.launch_year as varchar), bool_or(is_synthetic), vintage,
    case when cast(launch_year.launch_year as varchar) = left(vintage, 4)
      then 'Année en cours : compte arrêté à l’envoi de ' || vintage || '.' end
  from launched cross join launch_year join kpi on kpi.figure = 'projects_launched' group by kpi.detail, launch_year.launch_year, vintage
  union all
  select 'programme_year', kpi.detail, max(value), cast(year as varchar), bool_or(is_synthetic), vintage,
    case when cast(year as varchar) = left(vintage, 4) then 'Année en cours : compte arrêté à l’envoi de ' || vintage || '.' end
  from programme
  join kpi on kpi.figure = 'programme_year' and {{ normalise_name('kpi.detail') }} = programme_key
    and {{ normalise_name('kpi.measure') }} = measure_key
  where value is not null
  group by kpi.detail, year, vintage
  qualify row_number() over (partition by kpi.detail order by year desc) = 1
  union all
  -- the sum since the beginning is known only where every year since is there
  select 'programme_total', kpi.detail,
    case when count(distinct year) filter (where value is not null and year >= kpi.since) = max(year) - kpi.since + 1
      then sum(value) filter (where year >= kpi.since) end,
    kpi.since || '-' || max(year), bool_or(is_synthetic), vintage,
    case when count(distinct year) filter (where value is not null and year >= kpi.since) < max(year) - kpi.since + 1
      then 'Total inconnu : il manque des années depuis ' || kpi.since || '.' end
  from programme
  join kpi on kpi.figure = 'programme_total' and {{ normalise_name('kpi.detail') }} = programme_key
    and {{ normalise_name('kpi.measure') }} = measure_key
  group by kpi.detail, kpi.since, vintage
  union all
  select 'visitor_share', null, {{ ratio('observatory', 'platform', 100) }}, strftime(month, '%Y-%m'), is_synthetic, vintage, null
  from month_of_visits
  where observatory is not null and platform > 0
  qualify row_number() over (order by month desc) = 1
  union all
  select 'pages_online', null, case when bool_or(visits > 0) then 1 else 0 end, strftime(max(month), '%Y-%m'), bool_or(is_synthetic),
    vintage, null
  from visit where page = 'observatoire' and visits is not null group by vintage
  union all
  select 'goals_covered', null, count(distinct sdg_id), null, false, null, null from covered
  union all
  select 'goals_covered_home', null, count(distinct sdg_id) filter (where is_home), null, false, null, null from covered
  union all
  select 'indicators_present', null, count(distinct indicator_id), null, false, null, null from covered
  union all
  select 'indicators_improving', null, 100.0 * count(*) filter (where is_improving) / nullif(count(*), 0), null, false, null,
    case when count(*) filter (where territory_level <> 'epci') > 0 then 'Sur ' || count(*) || ' indicateurs évalués : '
      || count(*) filter (where territory_level = 'epci') || ' sur l’intercommunalité, '
      || count(*) filter (where territory_level = 'department') || ' sur son département, '
      || count(*) filter (where territory_level = 'region') || ' sur sa région.' end
  from {{ ref('int_home_progress') }}
  union all
  select 'labelled_companies', null, numerator, period, labels.is_synthetic, vintage,
    case when not labels.is_synthetic then status_reason end
  from home_figure cross join (select bool_or(is_synthetic) as is_synthetic from {{ ref('int_company_labels') }}) as labels
  where indicator_id = 'sdg12_certified_companies' and recency = 1
  union all
  -- the figure that the roadmap starts from is no result
  select 'ess_employment_share', null, value, period, false, vintage, status_reason
  from home_figure where indicator_id = 'sdg08_ess_employment_share' and recency = 1 and period > '2015'
  union all
  select 'ess_employees', null, numerator, period, false, vintage, status_reason
  from home_figure where indicator_id = 'sdg08_ess_employment_share' and recency = 1 and period > '2015'
  union all
  select 'ess_establishments', null, home_figure.value, home_figure.period, indicators.is_synthetic_only, home_figure.vintage,
    'Unités que Sirene dit de l’économie sociale et solidaire : un autre champ que celui de la feuille de route.'
  from home_figure join {{ ref('dim_indicator') }} as indicators on indicators.indicator_id = home_figure.indicator_id
  where home_figure.indicator_id = 'sdg08_ess_establishments' and home_figure.recency = 1
)
select kpi.kpi_id, kpi.former_kpi_id, kpi.name_fr, kpi.name_en, kpi.unit, kpi.unit_fr, kpi.desired_direction,
  kpi.baseline, kpi.target, kpi.target_high, kpi.target_year,
  kpi.target_rule, kpi.document, kpi.place, round(figure.value, 9) as value, figure.period,
  case kpi.target_rule when 'at_least' then figure.value >= kpi.target when 'more_than' then figure.value > kpi.target end as is_met,
  figure.value >= kpi.target_high as is_high_met,
  case when figure.value is null or figure.reason is not null or figure.is_synthetic then 'provisional' else 'final' end as status,
  nullif(concat_ws(' ',
    case when figure.is_synthetic then 'Échantillon inventé (synthetic: true) : ce chiffre montre le calcul.' end,
    figure.reason,
    case when figure.value is null and figure.reason is null then
      case kpi.figure
        when 'indicators_improving' then 'Aucun indicateur du territoire n’a assez de points pour que son évolution soit lue.'
        when 'ess_employment_share' then 'Aucun chiffre plus récent que le point de départ de 2015.'
        when 'ess_employees' then 'Aucun chiffre plus récent que le point de départ de 2015.'
        else 'Le tableau qui le donne n’a pas été reçu, ou ne le contient pas.' end
    end), '') as status_reason,
  coalesce(figure.is_synthetic, false) as is_synthetic,
  -- several registers of labels may tell of a company: the one that the count of the day rests on is named
  coalesce(labelled.source_id, kpi.source_id) as source_id, figure.vintage
from kpi
left join figure on figure.figure = kpi.figure and figure.detail is not distinct from kpi.detail
left join home_figure as labelled
  on kpi.figure = 'labelled_companies' and labelled.indicator_id = 'sdg12_certified_companies' and labelled.recency = 1
