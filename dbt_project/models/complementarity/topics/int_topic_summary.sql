-- All that is told of a topic, one row a goal or subject: need and its indicators, practice for and against it, the reading and whether
-- another
-- weight changes it, where was looked, what is missing. The two marts are this table's goals and its subjects.
with base as (
  select * from {{ ref('int_topic_reading') }} where changed_type is null
),
sensitivity as (
  select other.topic_kind, other.topic_id, bool_or(other.reading is distinct from base.reading) as is_sensitive,
    string_agg(distinct other.changed_type, ', ' order by other.changed_type) filter (where other.reading is distinct from base.reading)
      as sensitive_to
  from {{ ref('int_topic_reading') }} as other
  join base on base.topic_kind = other.topic_kind and base.topic_id = other.topic_id
  where other.changed_type is not null
  group by other.topic_kind, other.topic_id
),
evidence as (
  select topic_kind, topic_id,
    count(*) filter (where contribution = 'positive') as evidence_positive,
    count(*) filter (where contribution = 'negative') as evidence_negative,
    count(distinct company_key) filter (where contribution = 'positive') as companies_positive,
    count(distinct company_key) filter (where contribution = 'negative') as companies_negative,
    count(distinct company_key) filter (where evidence_type = 'filing_mention') as companies_naming,
    max(dated_on) as newest_evidence, bool_or(is_synthetic) as is_synthetic
  from {{ ref('int_practice_evidence') }}
  group by topic_kind, topic_id
),
indicator as (
  select topic_kind, topic_id,
    string_agg(indicator_id || ' (' || territory_level || ')', ', ' order by indicator_id) filter (where is_worst_quartile)
      as worst_quartile_indicators,
    string_agg(indicator_id || ' (' || territory_level || ')', ', ' order by indicator_id) filter (where is_worsening)
      as worsening_indicators,
    string_agg(indicator_id || ' : ' || missing_periods, ' ; ' order by indicator_id)
      filter (where missing_periods is not null) as missing_periods,
    string_agg(name_fr || ' : ' || coalesce(refusal_fr, 'aucun chiffre du territoire'), ' ; ' order by indicator_id)
      filter (where is_in_need is null) as not_assessed_fr,
    string_agg(name_en || ': ' || coalesce(refusal_en, 'no figure of the territory'), '; ' order by indicator_id)
      filter (where is_in_need is null) as not_assessed_en,
    count(*) as indicators
  from {{ ref('int_topic_indicator') }}
  group by topic_kind, topic_id
)
select base.topic_kind, base.topic_id, base.need,
  cast(base.indicators_assessed as integer) as indicators_assessed, cast(base.indicators_in_need as integer) as indicators_in_need,
  cast(base.indicators_not_assessed as integer) as indicators_not_assessed,
  indicator.worst_quartile_indicators, indicator.worsening_indicators,
  base.practice_positive, base.practice_negative, base.practice,
  cast(coalesce(evidence.evidence_positive, 0) as integer) as evidence_positive,
  cast(coalesce(evidence.evidence_negative, 0) as integer) as evidence_negative,
  cast(coalesce(evidence.companies_positive, 0) as integer) as companies_positive,
  cast(coalesce(evidence.companies_negative, 0) as integer) as companies_negative,
  cast(coalesce(evidence.companies_naming, 0) as integer) as companies_naming,
  evidence.newest_evidence, base.reading, base.sentence_fr as reading_fr, base.sentence_en as reading_en,
  case when base.reading is not null then sensitivity.is_sensitive end as is_sensitive,
  case when base.reading is not null then sensitivity.sensitive_to end as sensitive_to,
  searched.evidence_searched_fr as evidence_searched, searched.evidence_searched_en,
  nullif(concat_ws(' ; ', case when indicator.indicators is null then 'aucun indicateur ne dit le besoin' end, indicator.not_assessed_fr,
    subjects.gap_fr, searched.missing_fr), '') as missing_evidence,
  nullif(concat_ws('; ', case when indicator.indicators is null then 'no indicator tells the need' end, indicator.not_assessed_en,
    subjects.gap_en, searched.missing_en), '') as missing_evidence_en,
  indicator.missing_periods, coalesce(evidence.is_synthetic, false) as is_synthetic
from base
join {{ ref('int_topic_searched') }} as searched on searched.topic_kind = base.topic_kind and searched.topic_id = base.topic_id
left join sensitivity on sensitivity.topic_kind = base.topic_kind and sensitivity.topic_id = base.topic_id
left join evidence on evidence.topic_kind = base.topic_kind and evidence.topic_id = base.topic_id
left join indicator on indicator.topic_kind = base.topic_kind and indicator.topic_id = base.topic_id
left join {{ ref('subjects') }} as subjects on base.topic_kind = 'subject' and subjects.subject_id = base.topic_id
