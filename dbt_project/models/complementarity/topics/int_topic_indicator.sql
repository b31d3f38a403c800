-- What the figures say of the need, one row a topic (goal or subject) and indicator: at the finest level that is the home territory
-- or contains it and at which the indicator is ranked among peers or has a trend. The level is said, for a need of the région is not
-- one of the métropole. Order: the EPCI; its communes (those with half of the inhabitants decide); its employment zone; département;
-- région.
-- A métropole and its communes are held against métropoles and theirs, where they are ranked.
-- An indicator is in need where it stands in the worst quarter of its peers, or worsens (over the short window, over the long one
-- where the short one has no status). Both unknown: the indicator is not assessed, and nothing is concluded from it.
-- Indicators made of the companies' own practice (labels, reports, scores) are left out: practice would be held against itself.
-- missing_periods: years of the long window, up to the newest figure, of which there is none, where the indicator has no trend.
with limits as (
  select max(value) filter (where threshold = 'indicator_need_share') as indicator_need_share,
    cast(max(value) filter (where threshold = 'trend_years') as integer) as trend_years
  from {{ ref('complementarity_thresholds') }}
),
home as (
  select territory_code, department_code, region_code from {{ ref('dim_territory') }} where is_home and territory_level = 'epci'
),
home_place as (
  select 1 as place_order, 'epci' as territory_level, territory_code, 1 as people from home
  union all
  select 2, 'commune', territory_code, coalesce(population, 1) from {{ ref('dim_territory') }} where is_home and territory_level = 'commune'
  union all
  select * from (
    select 3, 'employment_zone', communes.employment_zone_code, 1
    from {{ ref('int_communes') }} as communes
    join home on home.territory_code = communes.epci_code
    where communes.employment_zone_code is not null
    group by communes.employment_zone_code
    order by sum(coalesce(communes.population, 1)) desc, communes.employment_zone_code
    limit 1
  )
  union all
  select 4, 'department', department_code, 1 from home where department_code is not null
  union all
  select 5, 'region', region_code, 1 from home where region_code is not null
),
indicator as (
  select * from {{ ref('dim_indicator') }}
  where not is_synthetic_only and source_id not in (select source_id from {{ ref('practice_sources') }})
),
topic as (
  select 'goal' as topic_kind, cast(sdg_id as varchar) as topic_id, indicator_id from indicator
  union all
  select 'subject', links.subject_id, links.indicator_id
  from {{ ref('subject_indicators') }} as links join indicator on indicator.indicator_id = links.indicator_id
),
ranked as (
  select ranks.indicator_id, ranks.territory_level, ranks.territory_code, ranks.is_worst_quartile, ranks.percentile
  from {{ ref('mart_indicator_rank') }} as ranks
  -- of the home territory only, before the newest are sought: all of France has 1.5 million trends
  semi join home_place on home_place.territory_level = ranks.territory_level and home_place.territory_code = ranks.territory_code
  where ranks.breakdown = 'total' and ranks.peer_group in (ranks.territory_level, 'metropolis', 'metropolis_commune')
  qualify row_number() over (partition by ranks.indicator_id, ranks.territory_level, ranks.territory_code
    order by ranks.peer_group in ('metropolis', 'metropolis_commune') desc, ranks.period desc, ranks.series_id) = 1
),
trend as (
  select indicator_id, territory_level, territory_code, status, first_period, last_period, refusal_fr, refusal_en
  from {{ ref('mart_indicator_progress') }} as trends
  semi join home_place on home_place.territory_level = trends.territory_level and home_place.territory_code = trends.territory_code
  where breakdown = 'total'
  qualify row_number() over (partition by indicator_id, territory_level, territory_code
    order by status is null, last_period desc, window_length = 'short' desc, series_id) = 1
),
figure as (
  select figures.indicator_id, home_place.place_order, figures.territory_level, cast(left(figures.period, 4) as integer) as year
  from {{ ref('fct_indicator_value') }} as figures
  join home_place on home_place.territory_level = figures.territory_level and home_place.territory_code = figures.territory_code
  where figures.breakdown = 'total' and figures.value is not null
  group by all
),
placed as (
  select indicator.indicator_id, home_place.place_order, home_place.territory_level, home_place.people,
    ranked.is_worst_quartile, ranked.percentile, trend.status as trend, trend.first_period, trend.last_period,
    trend.refusal_fr, trend.refusal_en,
    case when ranked.is_worst_quartile or trend.status = 'worsening' then 1
      when ranked.is_worst_quartile is not null or trend.status is not null then 0 end as need
  from indicator
  cross join home_place
  left join ranked on ranked.indicator_id = indicator.indicator_id and ranked.territory_level = home_place.territory_level
   and ranked.territory_code = home_place.territory_code
  left join trend on trend.indicator_id = indicator.indicator_id and trend.territory_level = home_place.territory_level
   and trend.territory_code = home_place.territory_code
),
level as (
  select indicator_id, place_order, territory_level,
    sum(need * people) / nullif(sum(people) filter (where need is not null), 0) as need_share,
    sum(cast(is_worst_quartile as integer) * people) / nullif(sum(people) filter (where is_worst_quartile is not null), 0) as worst_share,
    sum(cast(trend = 'worsening' as integer) * people) / nullif(sum(people) filter (where trend is not null), 0) as worsening_share,
    case when count(*) = 1 then max(percentile) end as percentile, case when count(*) = 1 then max(trend) end as trend,
    min(first_period) filter (where trend is not null) as first_period, max(last_period) filter (where trend is not null) as last_period,
    case when count(trend) = 0 then max(refusal_fr) end as refusal_fr, case when count(trend) = 0 then max(refusal_en) end as refusal_en
  from placed
  group by indicator_id, place_order, territory_level
),
chosen as (
  -- a level with an assessment before one with mere figures, a finer one before a coarser one
  select level.*, figures.newest_year
  from level
  left join (select indicator_id, place_order, max(year) as newest_year from figure group by indicator_id, place_order) as figures
    on figures.indicator_id = level.indicator_id and figures.place_order = level.place_order
  qualify row_number() over (partition by level.indicator_id
    order by level.need_share is null, figures.newest_year is null, level.place_order) = 1
),
absent as (
  select years.indicator_id, years.year, years.year - row_number() over (partition by years.indicator_id order by years.year) as island
  from (
    select chosen.indicator_id, chosen.place_order, unnest(range(chosen.newest_year - limits.trend_years, chosen.newest_year)) as year
    from chosen cross join limits
    where chosen.worsening_share is null and chosen.newest_year is not null
  ) as years
  left join figure on figure.indicator_id = years.indicator_id and figure.place_order = years.place_order and figure.year = years.year
  where figure.year is null
),
missing as (
  select indicator_id, string_agg(case when first_year = last_year then cast(first_year as varchar) else first_year || '–' || last_year end,
    ', ' order by first_year) as missing_periods
  from (select indicator_id, island, min(year) as first_year, max(year) as last_year from absent group by indicator_id, island)
  group by indicator_id
)
select topic.topic_kind, topic.topic_id, topic.indicator_id, indicator.contribution, indicator.name_fr, indicator.name_en,
  case when chosen.need_share is not null or chosen.newest_year is not null then chosen.territory_level end as territory_level,
  chosen.need_share >= limits.indicator_need_share as is_in_need,
  chosen.worst_share >= limits.indicator_need_share as is_worst_quartile,
  chosen.worsening_share >= limits.indicator_need_share as is_worsening,
  chosen.percentile, chosen.trend, chosen.first_period, chosen.last_period, missing.missing_periods, chosen.refusal_fr, chosen.refusal_en
from topic
join indicator on indicator.indicator_id = topic.indicator_id
join chosen on chosen.indicator_id = topic.indicator_id
cross join limits
left join missing on missing.indicator_id = topic.indicator_id
