-- What the reading of each goal and subject would be if one weight were half or one and a half of what it is.
select other.topic_kind, other.topic_id, other.changed_type as evidence_type, other.factor, other.practice_positive, other.practice,
  other.reading, base.reading as base_reading, (other.reading is distinct from base.reading) as is_changed
from {{ ref('int_topic_reading') }} as other
join {{ ref('int_topic_reading') }} as base
  on base.topic_kind = other.topic_kind and base.topic_id = other.topic_id and base.changed_type is null
where other.changed_type is not null
