-- The same for subjects finer than a goal: safety at work and the wage gap are of different goals, safety and unemployment of the same.
select subjects.subject_id, subjects.sdg_id, subjects.name_fr, subjects.name_en, summary.* exclude (topic_kind, topic_id, companies_naming)
from {{ ref('int_topic_summary') }} as summary
join {{ ref('subjects') }} as subjects on subjects.subject_id = summary.topic_id
where summary.topic_kind = 'subject'
