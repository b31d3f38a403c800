-- Need beside practice, and how it reads, one row a topic and scenario: the weights as they are (evidence_type null, factor 1), then each
-- weight alone lower and higher (seed complementarity_thresholds). Need does not depend on weights.
-- Need is high where enough of the assessed indicators are in need. Practice is high where it is above zero and more than the given share
-- of the topics of its kind have no more of it: no absolute norm says how many labels a territory should have. What harms a goal
-- (practice_negative) is shown beside it, is subtracted from nothing, and changes no reading.
-- No indicator assessed, or no source that could have shown practice: no reading, for nothing was seen.
with limits as (
  select max(value) filter (where threshold = 'topic_need_share') as topic_need_share,
    max(value) filter (where threshold = 'practice_quantile') as practice_quantile,
    max(value) filter (where threshold = 'sensitivity_low') as sensitivity_low,
    max(value) filter (where threshold = 'sensitivity_high') as sensitivity_high
  from {{ ref('complementarity_thresholds') }}
),
scenario as (
  select cast(null as varchar) as changed_type, cast(1 as double) as factor
  union all
  select types.evidence_type, unnest([limits.sensitivity_low, limits.sensitivity_high])
  from (select distinct evidence_type from {{ ref('practice_sources') }} where is_read) as types
  cross join limits
),
need as (
  select topic_kind, topic_id, count(is_in_need) as indicators_assessed, count(*) filter (where is_in_need) as indicators_in_need,
    count(*) - count(is_in_need) as indicators_not_assessed
  from {{ ref('int_topic_indicator') }}
  group by topic_kind, topic_id
),
practice as (
  select searched.topic_kind, searched.topic_id, scenario.changed_type, scenario.factor, searched.is_observable,
    round(coalesce(sum(evidence.per_thousand * case when evidence.evidence_type = scenario.changed_type then scenario.factor else 1 end)
      filter (where evidence.contribution = 'positive'), 0), 6) as found_positive,
    round(coalesce(sum(evidence.per_thousand * case when evidence.evidence_type = scenario.changed_type then scenario.factor else 1 end)
      filter (where evidence.contribution = 'negative'), 0), 6) as found_negative,
    -- evidence of a place whose companies nobody counted has no rate
    count(*) filter (where evidence.item_id is not null and evidence.per_thousand is null) as without_rate
  from {{ ref('int_topic_searched') }} as searched
  cross join scenario
  left join {{ ref('int_practice_evidence') }} as evidence
    on evidence.topic_kind = searched.topic_kind and evidence.topic_id = searched.topic_id
  group by searched.topic_kind, searched.topic_id, scenario.changed_type, scenario.factor, searched.is_observable
),
compared as (
  select *, is_observable and without_rate = 0 as is_known,
    cume_dist() over (partition by topic_kind, changed_type, factor, is_observable and without_rate = 0 order by found_positive) as no_more
  from practice
),
levels as (
  select compared.topic_kind, compared.topic_id, compared.changed_type, compared.factor,
    coalesce(need.indicators_assessed, 0) as indicators_assessed, coalesce(need.indicators_in_need, 0) as indicators_in_need,
    coalesce(need.indicators_not_assessed, 0) as indicators_not_assessed,
    case when need.indicators_assessed > 0
      then case when need.indicators_in_need >= limits.topic_need_share * need.indicators_assessed then 'high' else 'low' end end as need,
    case when compared.is_known then compared.found_positive end as practice_positive,
    case when compared.is_known then compared.found_negative end as practice_negative,
    case when compared.is_known
      then case when compared.found_positive > 0 and compared.no_more > limits.practice_quantile then 'high' else 'low' end end as practice
  from compared
  cross join limits
  left join need on need.topic_kind = compared.topic_kind and need.topic_id = compared.topic_id
)
select levels.topic_kind, levels.topic_id, levels.changed_type, levels.factor, levels.indicators_assessed, levels.indicators_in_need,
  levels.indicators_not_assessed, levels.need, levels.practice_positive, levels.practice_negative, levels.practice,
  readings.reading, readings.sentence_fr, readings.sentence_en
from levels
left join {{ ref('complementarity_readings') }} as readings on readings.need = levels.need and readings.practice = levels.practice
