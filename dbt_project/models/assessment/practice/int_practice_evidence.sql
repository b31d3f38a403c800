-- Practice of the territory's companies, one row an item and topic: a goal (sdg_id), or a subject finer than a goal (subject_id). What
-- serves
-- a topic and what harms it are rows apart, and nothing sums the two: a company with both is found in both.
-- Which topic an item speaks of, and with which sign, is data (seed practice_rules): by its kind, and by words of its key; a rule without a
-- topic means the goals that the item names itself, and there the sign that the item's own words gave goes before the rule's (`mixed`
-- gives one row of each): words against harassment say how a sheet stands to goal 5, and nothing of its subjects.
-- weight: that of its kind, halved with each half-life (seed practice_types) that lies between its day and the day of the newest real
-- item; not the day of the refresh, on which no figure may depend.
-- per_thousand: weight for 1,000 establishments of 10 employees or more of the place that the item could be put in.
with item as (
  select * from {{ ref('int_practice_item') }} where place_level is not null and dated_on is not null
),
reference as (
  select coalesce(max(dated_on) filter (where not is_synthetic), max(dated_on)) as reference_day from item
),
limits as (
  select max(value) filter (where threshold = 'establishments_scale') as establishments_scale from {{ ref('complementarity_thresholds') }}
),
establishments as (
  select figures.territory_level as place_level, figures.numerator as establishments, figures.period as establishments_period
  from {{ ref('fct_indicator_value') }} as figures
  join {{ ref('dim_territory') }} as home on home.is_home and home.territory_level = 'epci'
   and figures.territory_code = case figures.territory_level when 'epci' then home.territory_code else home.department_code end
  where figures.indicator_id = 'sdg09_establishments_10_plus_share' and figures.breakdown = 'total'
    and figures.territory_level in ('epci', 'department') and figures.numerator is not null
  qualify row_number() over (partition by figures.territory_level order by figures.period desc) = 1
),
ruled as (
  select item.*, rules.topic_kind,
    case when rules.topic_id is null then coalesce(item.contribution, rules.contribution) else rules.contribution end as sign,
    case when item.contribution is null or rules.topic_id is not null then 'rule' else 'stated' end as contribution_basis,
    unnest(string_split(coalesce(rules.topic_id, item.goals), ',')) as topic_id
  from item
  join {{ ref('practice_rules') }} as rules on rules.evidence_type = item.evidence_type
   and (rules.key_pattern is null or regexp_matches(item.item_key, '\b(' || rules.key_pattern || ')'))
  where rules.topic_id is not null or item.goals is not null
),
signed as (
  select *, unnest(case when sign = 'mixed' then ['positive', 'negative'] else [sign] end) as signed_contribution from ruled
),
weighed as (
  select signed.*, reference.reference_day,
    round(types.weight
      * pow(0.5, greatest(date_diff('day', signed.dated_on, reference.reference_day), 0) / 30.4375 / types.half_life_months), 9)
      as item_weight
  from signed
  join {{ ref('practice_types') }} as types on types.evidence_type = signed.evidence_type
  cross join reference
)
select weighed.evidence_type, weighed.item_id, weighed.topic_kind, weighed.topic_id,
  case when weighed.topic_kind = 'goal' then cast(weighed.topic_id as integer) end as sdg_id,
  case when weighed.topic_kind = 'subject' then weighed.topic_id end as subject_id,
  weighed.signed_contribution as contribution, weighed.contribution_basis, weighed.company_key, weighed.siren, weighed.dated_on,
  weighed.place_level, weighed.item_weight as weight,
  round({{ ratio('limits.establishments_scale * weighed.item_weight', 'establishments.establishments') }}, 9) as per_thousand,
  establishments.establishments_period, weighed.reference_day, weighed.source_id, weighed.vintage, weighed.is_synthetic
from weighed
cross join limits
left join establishments on establishments.place_level = weighed.place_level
qualify row_number() over (
  partition by weighed.evidence_type, weighed.item_id, weighed.topic_kind, weighed.topic_id, weighed.signed_contribution
  order by weighed.item_key, weighed.contribution_basis) = 1
