-- Where practice was looked for, one row a topic: each source with its vintages, what it holds and what of it speaks of the topic, in
-- words;
-- what is missing; and whether any source could have shown practice at all (is_observable). Where none could, no
-- practice is found and none may be concluded to lack. A goal that no sheet's words can lead to (seed practice_terms) is
-- not observable by sheets.
with topic as (
  select 'goal' as topic_kind, cast(sdg_id as varchar) as topic_id from {{ ref('dim_sdg') }}
  union all
  select 'subject', subject_id from {{ ref('subjects') }}
),
looked_at as (
  select distinct topic.topic_kind, topic.topic_id, rules.evidence_type
  from topic
  join {{ ref('practice_rules') }} as rules on rules.topic_kind = topic.topic_kind and coalesce(rules.topic_id = topic.topic_id, true)
),
file as (
  select source_id, string_agg(distinct vintage, ', ' order by vintage) as vintages from {{ source('run', 'files') }} group by source_id
),
item as (
  select source_id, evidence_type, count(distinct item_id) as items, count(distinct item_id) filter (where not is_placeable) as unplaced
  from {{ ref('int_practice_item') }} group by source_id, evidence_type
),
evidence as (
  select topic_kind, topic_id, evidence_type, source_id, count(distinct item_id) as items
  from {{ ref('int_practice_evidence') }} group by topic_kind, topic_id, evidence_type, source_id
),
searched as (
  select looked_at.topic_kind, looked_at.topic_id, looked_at.evidence_type, sources.source_id, sources.is_read,
    sources.gap_fr, sources.gap_en, types.name_fr as type_fr, types.name_en as type_en,
    coalesce(catalogue.title_fr, sources.source_id) as title_fr, coalesce(catalogue.title_en, sources.source_id) as title_en,
    file.vintages, coalesce(item.items, 0) as items,
    coalesce(item.unplaced, 0) as unplaced, coalesce(evidence.items, 0) as kept,
    sources.is_read and file.vintages is not null and coalesce(item.unplaced < item.items, false)
      and coalesce(sources.territory_code = settings.territory_code, true)
      and (looked_at.topic_kind = 'subject' or looked_at.evidence_type <> 'action'
        or looked_at.topic_id in (
          select cast(sdg_id as varchar) from {{ ref('practice_terms') }} where language = 'fr' and sdg_id is not null)) as is_observable
  from looked_at
  join {{ ref('practice_sources') }} as sources on sources.evidence_type = looked_at.evidence_type
  join {{ ref('practice_types') }} as types on types.evidence_type = looked_at.evidence_type
  cross join {{ source('run', 'settings') }} as settings
  left join {{ source('run', 'sources') }} as catalogue on catalogue.source_id = sources.source_id
  left join file on file.source_id = sources.source_id
  left join item on item.source_id = sources.source_id and item.evidence_type = sources.evidence_type
  left join evidence on evidence.topic_kind = looked_at.topic_kind and evidence.topic_id = looked_at.topic_id
   and evidence.evidence_type = looked_at.evidence_type and evidence.source_id = sources.source_id
),
worded as (
  select topic_kind, topic_id, evidence_type, source_id, is_observable, is_read and vintages is not null as is_searched,
    not is_read or vintages is null or unplaced > 0 as is_lacking,
    type_fr || ' (' || title_fr || ', ' || vintages || ') : lus ' || {{ french_number('items') }} || ', retenus '
      || {{ french_number('kept') }} as searched_fr,
    type_en || ' (' || title_en || ', ' || vintages || '): read ' || items || ', kept ' || kept as searched_en,
    case when not is_read then gap_fr when vintages is null then title_fr || ' : aucun fichier'
      else {{ french_number('unplaced') }} || ' sans lieu connu (' || title_fr || ')' end as lacking_fr,
    case when not is_read then gap_en when vintages is null then title_en || ': no file'
      else unplaced || ' without a known place (' || title_en || ')' end as lacking_en
  from searched
)
select topic.topic_kind, topic.topic_id, coalesce(bool_or(worded.is_observable), false) as is_observable,
  string_agg(worded.searched_fr, ' ; ' order by worded.evidence_type, worded.source_id) filter (where worded.is_searched)
    as evidence_searched_fr,
  string_agg(worded.searched_en, '; ' order by worded.evidence_type, worded.source_id) filter (where worded.is_searched)
    as evidence_searched_en,
  string_agg(worded.lacking_fr, ' ; ' order by worded.evidence_type, worded.source_id) filter (where worded.is_lacking) as missing_fr,
  string_agg(worded.lacking_en, '; ' order by worded.evidence_type, worded.source_id) filter (where worded.is_lacking) as missing_en
from topic
left join worded on worded.topic_kind = topic.topic_kind and worded.topic_id = topic.topic_id
group by topic.topic_kind, topic.topic_id
