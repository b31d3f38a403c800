-- Need of the home territory beside its companies' practice, one row a goal.
select cast(topic_id as integer) as sdg_id, * exclude (topic_kind, topic_id)
from {{ ref('int_topic_summary') }}
where topic_kind = 'goal'
